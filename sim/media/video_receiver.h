// One received video stream: packets to frames, frames to moments at which they are shown.
#pragma once

#include <deque>
#include <optional>

#include "rtc/nack.h"
#include "rtc/payload.h"
#include "sim/media/playout_delay.h"
#include "sim/media/stamp.h"

namespace vicino::sim {

struct ShownFrame {
  Instant at;
  Stamp stamp;
};

class VideoReceiver {
 public:
  // A packet of the stream, original or out of a retransmission. False: it was there already.
  bool packet(Instant now, uint16_t sequence, uint32_t timestamp, bool marker, Bytes payload);
  // What has been shown by now, in order.
  std::vector<ShownFrame> take_shown(Instant now);
  std::vector<uint16_t> missing(Instant now, Duration rtt) { return nacks_.due(now, rtt); }
  // Whether to ask for a key frame now: nothing else gets it on.
  bool wants_key_frame(Instant now);
  Instant next_timeout() const;

 private:
  // Without a frame for so long while packets come, as libwebrtc: at the start, later.
  static constexpr Duration patience_at_start = milliseconds(200), patience = seconds(3);
  static constexpr Duration request_interval = milliseconds(500);

  void complete(Instant now, const rtc::FrameAssembler::Frame& frame);

  rtc::NackGenerator nacks_;
  rtc::FrameAssembler assembler_{rtc::Codec::vp8};
  rtc::SequenceUnwrapper unwrapper_;
  std::deque<int64_t> seen_;  // of late, to know repetitions
  PlayoutDelay delay_{0.95, 150, milliseconds(10), milliseconds(500)};
  std::deque<ShownFrame> waiting_;
  std::optional<Instant> first_packet_, last_packet_, last_frame_, last_request_;
  bool key_needed_ = false;  // something is missing for good
};

}  // namespace vicino::sim
