// One receive slot of the native client: packets in any order in, whole sealed frames out; asks
// again for what is missing.
#pragma once

#include <memory>
#include <optional>

#include "base/time.h"
#include "rtc/nack.h"
#include "rtc/payload.h"
#include "rtc/rtcp.h"

namespace vicino::cli {

class IncomingSlot {
 public:
  struct Frame {
    rtc::Codec codec;
    rtc::FrameAssembler::Frame frame;
  };

  // `section` as negotiated (direction receive).
  explicit IncomingSlot(rtc::MediaSection section) : section_(std::move(section)) {}

  // Whether a packet with this SSRC belongs here, as media or as retransmission.
  bool owns(uint32_t ssrc) const;
  // Errors: unsupported (a payload type that wasn't negotiated), truncated.
  Status handle_rtp(Instant now, const rtc::RtpPacket& packet);
  std::optional<Frame> take_frame();

  // Requests that are due: a NACK, a picture loss indication, or nothing.
  void write_feedback(Instant now, uint32_t sender_ssrc, rtc::RtcpWriter& out);
  Instant next_due() const;

  const std::string& mid() const { return section_.mid; }
  rtc::MediaKind kind() const { return section_.kind; }
  uint32_t ssrc() const { return media_ssrc_; }
  uint64_t packets() const { return packets_; }
  // Nothing where it couldn't be asked for: in audio, for one.
  void want_key_frame() { key_frame_wanted_ = section_.pli; }

 private:
  rtc::MediaSection section_;
  std::unique_ptr<rtc::FrameAssembler> assembler_;
  rtc::Codec codec_ = rtc::Codec::opus;
  rtc::NackGenerator nack_;
  uint32_t media_ssrc_ = 0;
  uint64_t packets_ = 0;
  bool key_frame_wanted_ = false;
  Instant last_key_request_{};
};

}  // namespace vicino::cli
