// Receiving side of retransmission: notices gaps in one RTP stream and says which sequence numbers
// to ask for again.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "rtc/rtp.h"

namespace vicino::rtc {

class NackGenerator {
 public:
  // A packet of the stream, original or retransmitted.
  void received(Instant now, uint16_t sequence);
  // Sequence numbers to ask for now: a gap is asked for after `reorder_delay`, then every `rtt` up
  // to `max_asks` times. A gap over `max_gap` packets, or more than `max_missing` together, is
  // given up: see take_lost_sync().
  std::vector<uint16_t> due(Instant now, Duration rtt);
  Instant next_due() const;  // Instant::never() when nothing is missing
  // True once after packets were given up: the decoder needs a key frame.
  bool take_lost_sync();

 private:
  static constexpr Duration reorder_delay =
      milliseconds(10);  // less asks for packets that were only reordered
  static constexpr Duration min_interval =
      milliseconds(20);                    // whatever the RTT: more often repeats what's on its way
  static constexpr int max_asks = 10;      // more fills a bad uplink with stale packets
  static constexpr int64_t max_gap = 256;  // more asks for what a key frame repairs sooner
  static constexpr size_t max_missing = 512;  // bounds memory: about 64 bytes each

  struct Missing {
    Instant next;
    int asked = 0;
  };
  void give_up_before(int64_t sequence);

  SequenceUnwrapper unwrapper_;
  std::optional<int64_t> newest_;
  std::map<int64_t, Missing> missing_;
  bool lost_sync_ = false;
};

}  // namespace vicino::rtc
