#include "incoming.h"

namespace vicino::cli {
namespace {

constexpr Duration round_trip =
    milliseconds(100);  // assumed; too low asks twice, too high repairs late
constexpr Duration key_request_interval = milliseconds(500);

bool contains(const std::vector<uint32_t>& ssrcs, uint32_t ssrc) {
  return std::ranges::find(ssrcs, ssrc) != ssrcs.end();
}

}  // namespace

bool IncomingSlot::owns(uint32_t ssrc) const {
  return contains(section_.remote_ssrcs, ssrc) || contains(section_.remote_rtx_ssrcs, ssrc);
}

Status IncomingSlot::handle_rtp(Instant now, const rtc::RtpPacket& packet) {
  uint16_t sequence = packet.sequence();
  Bytes payload = packet.payload();
  const rtc::CodecMapping* mapping = nullptr;
  for (const auto& candidate : section_.codecs) {
    if (candidate.payload_type == packet.payload_type()) mapping = &candidate;
    if (candidate.rtx_payload_type == packet.payload_type()) {
      if (payload.size() < 2) return fail(Errc::truncated, "RFC 4588: no original sequence number");
      sequence = load16(payload.data());
      payload = payload.subspan(2);
      mapping = &candidate;
    }
  }
  if (!mapping) return fail(Errc::unsupported, "payload type that was not negotiated");
  if (payload.empty()) return {};  // padding only: probing
  ++packets_;
  if (!contains(section_.remote_rtx_ssrcs, packet.ssrc())) media_ssrc_ = packet.ssrc();
  if (!assembler_ || codec_ != mapping->codec) {
    codec_ = mapping->codec;
    assembler_ = std::make_unique<rtc::FrameAssembler>(codec_);
  }
  nack_.received(now, sequence);
  Bytes descriptor;
  if (const auto value = packet.extension(section_.extensions.dependency_descriptor))
    descriptor = *value;
  assembler_->add(sequence, packet.timestamp(), packet.marker(), payload, descriptor);
  return {};
}

std::optional<IncomingSlot::Frame> IncomingSlot::take_frame() {
  if (!assembler_) return std::nullopt;
  auto frame = assembler_->take();
  if (!frame) return std::nullopt;
  return Frame{codec_, std::move(*frame)};
}

void IncomingSlot::write_feedback(Instant now, uint32_t sender_ssrc, rtc::RtcpWriter& out) {
  if (auto missing = nack_.due(now, round_trip); section_.nack && !missing.empty()) {
    out.add(rtc::Nack{sender_ssrc, media_ssrc_, std::move(missing)});
  }
  if (nack_.take_lost_sync()) want_key_frame();
  const bool may_ask = media_ssrc_ != 0 && now - last_key_request_ >= key_request_interval;
  if (key_frame_wanted_ && may_ask) {
    out.add(rtc::PictureLossIndication{sender_ssrc, media_ssrc_});
    key_frame_wanted_ = false;
    last_key_request_ = now;
  }
}

Instant IncomingSlot::next_due() const {
  if (key_frame_wanted_ && media_ssrc_ != 0)
    return std::min(nack_.next_due(), last_key_request_ + key_request_interval);
  return nack_.next_due();
}

}  // namespace vicino::cli
