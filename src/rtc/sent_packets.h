// Transport-wide feedback, sending side: remembers what was sent under which transport-wide
// sequence number and turns the receiver's reports into what became of each packet
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "rtc/rtcp.h"

namespace vicino::rtc {

using ProbeId = uint32_t;  // 0: part of no probe

struct PacketResult {
  Instant sent;
  std::optional<Instant> arrived;  // on the receiver's clock, whose start is unknown; nullopt: lost
  uint16_t size = 0;               // bytes
  ProbeId probe = 0;
  bool late = false;  // an earlier report called it lost
};

class SentPackets {
 public:
  static constexpr size_t max_packets =
      4096;  // not yet reported; 24 bytes each. Fewer forget what a slow path still reports
  // The receiver's clock may go on by so much between two reports; more is taken for a new clock.
  static constexpr Duration max_clock_step = seconds(60);

  // Packets in the order of their numbers, without gaps of 32768 or more. `size` as on the wire.
  void sent(Instant now, uint16_t transport_sequence, size_t size, ProbeId probe);

  // What this report says for the first time, in order of sending; valid until the next call.
  // Whatever else it says is passed over: it comes from outside and may be old, repeated or wrong.
  std::span<const PacketResult> feedback(const TransportFeedback& feedback);

  // True once after the receiver's clock began anew: arrivals from before can't be compared.
  bool take_new_clock();
  size_t bytes_in_flight() const { return bytes_in_flight_; }  // sent and not yet reported
  std::optional<Instant> oldest_in_flight() const;             // when it was sent

 private:
  static constexpr size_t first_capacity = 64;
  enum class State : uint8_t { none, in_flight, lost, arrived };
  struct Entry {
    int64_t sequence = -1;
    Instant sent;
    ProbeId probe = 0;
    uint16_t size = 0;
    State state = State::none;
  };
  Entry& at(int64_t sequence) { return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)]; }
  const Entry& at(int64_t sequence) const {
    return ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
  }
  void make_room();
  void drop_oldest();
  void report(Entry& entry, std::optional<Instant> arrived);
  Instant reference_time(const TransportFeedback& feedback);

  // By sequence number, a power of two long; grows to what is in flight and is then kept.
  std::vector<Entry> ring_;
  std::vector<PacketResult> results_;
  int64_t oldest_ = 0;  // entries from here to `next_` may be there
  int64_t next_ = 0;
  int64_t reported_ = 0;  // everything before it was reported
  size_t bytes_in_flight_ = 0;
  std::optional<int64_t> last_reference_us_;
  Instant clock_;  // of the last report, unwrapped
  bool new_clock_ = false;
};

}  // namespace vicino::rtc
