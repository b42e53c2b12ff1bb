// The last packets of one incoming stream, as they arrived: answers NACKs of its receivers,
// recognises what came twice.
#pragma once

#include <optional>
#include <vector>

#include "sfu/packet.h"

namespace vicino::sfu {

// Bytes that all histories of a room hold together.
struct HistoryMemory {
  size_t limit = SIZE_MAX;
  size_t used = 0;
};

class PacketHistory {
 public:
  // A slow stream stays at the fewest packets; one that fills them within `span` gets more, up to
  // `max_packets` (a power of two), while the room's histories have memory left. Memory is kept:
  // once warm, nothing is allocated.
  static constexpr size_t min_packets = 64;
  static constexpr Duration span = seconds(1);  // longer answers NACKs nobody waits for any more

  PacketHistory(size_t max_packets, HistoryMemory& memory);
  PacketHistory(const PacketHistory&) = delete;
  PacketHistory& operator=(const PacketHistory&) = delete;
  ~PacketHistory() { memory_.used -= held_; }

  // Remembers the packet. Errors: replayed when it is here already or older than what is kept.
  Status insert(Instant now, const MediaPacket& packet);
  // A copy of a packet in `memory` (limits::max_datagram bytes), views and all; nullopt when it
  // isn't kept.
  std::optional<MediaPacket> find(int64_t sequence, MutBytes memory) const;
  int64_t newest() const { return newest_.value_or(0); }
  void clear();

 private:
  static constexpr int64_t none = INT64_MIN;
  struct Stored {
    int64_t sequence = none;
    Instant received{};
    MediaPacket packet;  // its views are empty: see bytes
    size_t level_size = 0;
    size_t descriptor_size = 0;
    Buffer bytes;  // audio level, dependency descriptor, payload
  };
  Stored& at(int64_t sequence) { return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)]; }
  void enlarge(size_t packets);
  void hold(size_t bytes);

  size_t max_packets_;
  HistoryMemory& memory_;
  size_t held_ = 0;  // of memory_.used
  std::vector<Stored> ring_;
  std::optional<int64_t> newest_;
};

}  // namespace vicino::sfu
