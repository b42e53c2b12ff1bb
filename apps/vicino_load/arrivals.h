// When packets arrived, by their transport-wide sequence numbers, until the next report to the
// sender (draft-holmer-rmcat-transport-wide-cc-extensions-01). A plain ring: a few nanoseconds per
// packet.
#pragma once

#include <array>
#include <optional>

#include "base/time.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

namespace vicino::load {

class Arrivals {
 public:
  void received(Instant now, uint16_t sequence);
  // What came since the last report, at most a packet's worth: call until nullopt.
  std::optional<rtc::TransportFeedback> take(uint32_t sender_ssrc, uint32_t media_ssrc);

 private:
  static constexpr int64_t ring = 4096;  // more than that between two reports is forgotten
  static constexpr int64_t per_report = 400;
  rtc::SequenceUnwrapper unwrapper_;
  std::array<int64_t, ring> at_us_{};  // 0: not received
  std::optional<int64_t> first_;       // not yet reported
  int64_t newest_ = 0;
  uint8_t count_ = 0;
};

}  // namespace vicino::load
