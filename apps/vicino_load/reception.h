// What a receiver makes of the stamps it gets: which packets came, which didn't, which came late or
// twice.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "histogram.h"
#include "stamp.h"

namespace vicino::load {

// Of measured packets, but for those that say otherwise.
struct ReceiverCounts {
  uint64_t expected = 0;
  uint64_t received = 0;   // once each, authenticated, with the right content
  uint64_t reordered = 0;  // of those: came after a later one
  uint64_t repaired = 0;   // of those: came by retransmission
  uint64_t duplicate = 0;
  // At any time:
  uint64_t bad_stamp = 0;  // no stamp, damaged content, or a stream that this receiver must not get
  uint64_t unauthenticated = 0;  // datagrams that SRTP refused
  uint64_t any = 0;              // packets with a good stamp, measured or not
  uint64_t bytes = 0;            // RTP payload of those
  uint64_t lost() const { return expected > received ? expected - received : 0; }
  void add(const ReceiverCounts& other);
};

// One encoding of one track at one receiver.
class EncodingReception {
 public:
  enum class Arrival : uint8_t { in_order, reordered, duplicate };
  // A counter older than the newest by `window` counts as a duplicate: nothing is known of it any
  // more.
  static constexpr uint32_t window = 4096;
  Arrival add(uint32_t counter);

  // For simulcast, where a server sends one encoding at a time: packets between the first and the
  // last of each run.
  void run_on(uint32_t counter);
  void end_run();
  uint64_t in_runs() const;

 private:
  bool any_ = false;
  uint32_t newest_ = 0;
  std::array<uint64_t, window / 64> seen_{};
  bool running_ = false;
  uint32_t run_first_ = 0, run_last_ = 0;
  uint64_t ended_runs_ = 0;
};

// One track at one receiver.
class TrackReception {
 public:
  // A good stamp that came `delay_ns` after it was sent. `retransmitted`: by RTX, where copies are
  // no fault (servers probe bandwidth with them).
  void add(const Stamp& stamp, bool retransmitted, uint64_t delay_ns, ReceiverCounts& counts,
           Histogram& delays);
  // Whether anything came, and how many packets the runs of a simulcast track had.
  bool any() const { return !encodings_.empty(); }
  uint64_t in_runs() const;

 private:
  std::vector<EncodingReception> encodings_;
  size_t current_ = 0;
};

}  // namespace vicino::load
