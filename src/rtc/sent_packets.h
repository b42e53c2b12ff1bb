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

using ProbeId = uint16_t;  // 0: part of no probe

struct PacketResult {
  Instant sent;
  std::optional<Instant> arrived;  // on the receiver's clock, whose start is unknown; nullopt: lost
  uint16_t size = 0;               // bytes
  ProbeId probe = 0;
  bool late = false;  // an earlier report called it lost
};

class SentPackets {
 public:
  // Not yet reported, 16 bytes each. Fewer forget what a fast and long path still reports: these
  // are half a second of 50 Mbit/s.
  static constexpr size_t max_packets = 2048;
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
  // In 16 bytes. `sequence`: the lowest bits, which tell apart what can be in one place of the
  // ring.
  struct Entry {
    Instant sent;
    uint16_t sequence = 0;
    uint16_t size = 0;
    ProbeId probe = 0;
    State state = State::none;

    bool is(int64_t number) const {
      return state != State::none && sequence == static_cast<uint16_t>(number);
    }
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
