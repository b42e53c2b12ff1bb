// Receiving side of retransmission: notices gaps in one RTP stream and says which sequence numbers to ask for again.
#pragma once

#include <map>
#include <vector>

#include "base/time.h"
#include "rtc/rtp.h"

namespace vicino::rtc {

class NackGenerator {
 public:
  // A packet of the stream, original or retransmitted.
  void received(Instant now, uint16_t sequence);
  // Sequence numbers to ask for now: a gap is asked for after `reorder_delay` (10 ms: less asks for packets that were
  // only reordered, more adds delay), then every `rtt` up to 10 times. A gap over 256 packets gives up: see lost_sync().
  std::vector<uint16_t> due(Instant now, Duration rtt);
  Instant next_due() const;  // Instant::never() when nothing is missing
  // True once after packets were given up: the decoder needs a key frame.
  bool take_lost_sync();

 private:
  struct Missing {
    Instant next;
    int asked = 0;
  };
  SequenceUnwrapper unwrapper_;
  std::optional<int64_t> newest_;
  std::map<int64_t, Missing> missing_;
  bool lost_sync_ = false;
};

}  // namespace vicino::rtc
