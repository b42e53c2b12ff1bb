// Transport-wide feedback, receiving side: remembers when packets arrived and builds the RTCP report that the sender's
// bandwidth estimator reads (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <map>
#include <optional>

#include "base/time.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

namespace vicino::rtc {

class TwccReceiver {
 public:
  void received(Instant now, uint16_t transport_sequence);
  // The feedback for everything since the last call; nullopt when nothing arrived. Call every 50 ms or so (more often
  // costs uplink, less often slows the sender's estimator).
  std::optional<TransportFeedback> take_feedback(uint32_t sender_ssrc, uint32_t media_ssrc);

 private:
  SequenceUnwrapper unwrapper_;
  std::map<int64_t, Instant> arrivals_;
  std::optional<int64_t> next_base_;
  uint8_t count_ = 0;
};

}  // namespace vicino::rtc
