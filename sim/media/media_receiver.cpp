#include "sim/media/media_receiver.h"

#include <algorithm>

#include "base/limits.h"
#include "rtc/bit_rate.h"
#include "rtc/rtp.h"

namespace vicino::sim {

MediaReceiver::MediaReceiver(const std::vector<rtc::MediaSection>& slots, uint32_t own_ssrc,
                             Instant now)
    : own_ssrc_(own_ssrc),
      next_feedback_(now + feedback_interval_),
      next_report_(now + report_interval),
      next_key_check_(now + key_check) {
  for (const rtc::MediaSection& section : slots) {
    slots_.push_back(std::make_unique<Slot>(section));
    if (section.transport_cc) transport_id_ = section.extensions.transport_cc;
  }
}

MediaReceiver::Slot* MediaReceiver::find(uint32_t ssrc, bool& retransmission) {
  for (const auto& slot : slots_) {
    retransmission = slot->section.rtx_ssrc != 0 && slot->section.rtx_ssrc == ssrc;
    if (retransmission || slot->section.ssrc == ssrc) return slot.get();
  }
  return nullptr;
}

Traffic MediaReceiver::packet(Instant now, MutBytes bytes) {
  const auto packet = rtc::RtpPacket::parse(bytes);
  if (!packet) return Traffic::control;
  if (const auto number = packet->extension(transport_id_); number && number->size() == 2)
    arrivals_.received(now, load16(number->data()));
  bytes_since_feedback_ += bytes.size();
  bool retransmission = false;
  Slot* slot = find(packet->ssrc(), retransmission);
  if (!slot) return Traffic::padding;
  return retransmission ? retransmitted(now, *slot, *packet) : original(now, *slot, *packet);
}

void MediaReceiver::count(Slot& slot, uint16_t sequence) {
  const int64_t unwrapped = slot.unwrapper.unwrap(sequence);
  if (!slot.started) slot.first = slot.highest = unwrapped;
  slot.started = true;
  slot.highest = std::max(slot.highest, unwrapped);
  ++slot.received;
}

Traffic MediaReceiver::original(Instant now, Slot& slot, const rtc::RtpPacket& packet) {
  count(slot, packet.sequence());
  if (!is_audio(slot)) {
    const bool fresh = slot.video.packet(now, packet.sequence(), packet.timestamp(),
                                         packet.marker(), packet.payload());
    return fresh && !packet.payload().empty() ? Traffic::video : Traffic::padding;
  }
  if (const auto stamp = Stamp::read(packet.payload())) slot.audio.packet(now, *stamp);
  return Traffic::audio;
}

Traffic MediaReceiver::retransmitted(Instant now, Slot& slot, const rtc::RtpPacket& packet) {
  const Bytes payload = packet.payload();
  if (payload.size() < 2) return Traffic::padding;
  const bool fresh = slot.video.packet(now, load16(payload.data()), packet.timestamp(),
                                       packet.marker(), payload.subspan(2));
  return fresh ? Traffic::video : Traffic::padding;
}

void MediaReceiver::sender_report(Instant now, const rtc::SenderReport& report) {
  bool retransmission = false;
  Slot* slot = find(report.ssrc, retransmission);
  if (!slot) return;
  slot->last_report = static_cast<uint32_t>(report.ntp >> 16);
  slot->last_report_at = now;
}

void MediaReceiver::handle_timeout(Instant now, Duration rtt, Transmitter& out) {
  for (const auto& slot : slots_) {
    std::ranges::move(slot->video.take_shown(now), std::back_inserter(shown_));
    std::ranges::move(slot->audio.take_played(now), std::back_inserter(played_));
  }
  ask(now, rtt, out);
  if (next_feedback_ <= now) send_feedback(now, out);
  if (next_report_ <= now) send_report(now, out);
}

Instant MediaReceiver::next_timeout() const {
  Instant next = std::min({next_feedback_, next_report_, next_key_check_});
  for (const auto& slot : slots_)
    next =
        std::min(next, is_audio(*slot) ? slot->audio.next_timeout() : slot->video.next_timeout());
  return next;
}

void MediaReceiver::ask(Instant now, Duration rtt, Transmitter& out) {
  std::array<uint8_t, limits::max_rtp_payload> memory;
  rtc::RtcpWriter writer(memory);
  const bool check_keys = next_key_check_ <= now;
  if (check_keys) next_key_check_ = now + key_check;
  for (const auto& slot : slots_) {
    if (is_audio(*slot)) continue;
    const uint32_t ssrc = slot->section.ssrc;
    if (auto missing = slot->video.missing(now, rtt); !missing.empty())
      writer.add(rtc::Nack{own_ssrc_, ssrc, std::move(missing)});
    if (check_keys && slot->video.wants_key_frame(now))
      writer.add(rtc::PictureLossIndication{own_ssrc_, ssrc});
  }
  if (!writer.packet().empty()) out.send_rtcp(writer.packet());
}

void MediaReceiver::send_feedback(Instant now, Transmitter& out) {
  const auto rate =
      rtc::rate_of(static_cast<double>(bytes_since_feedback_) + 1, feedback_interval_) * 0.05;
  bytes_since_feedback_ = 0;
  feedback_interval_ = std::clamp(rate.bps > 0 ? rate.time_for(feedback_size) : least_often,
                                  most_often, least_often);
  next_feedback_ = now + feedback_interval_;
  const uint32_t media_ssrc = slots_.empty() ? 0 : slots_.front()->section.ssrc;
  while (const auto feedback = arrivals_.take_feedback(own_ssrc_, media_ssrc)) {
    std::array<uint8_t, limits::max_rtp_payload> memory;
    rtc::RtcpWriter writer(memory);
    if (writer.add(*feedback)) out.send_rtcp(writer.packet());
  }
}

rtc::ReportBlock MediaReceiver::block(Instant now, Slot& slot) {
  const int64_t expected = slot.highest - slot.first + 1;
  const int64_t expected_since = expected - slot.reported_expected;
  const int64_t lost_since =
      expected_since - static_cast<int64_t>(slot.received - slot.reported_received);
  slot.reported_expected = expected;
  slot.reported_received = slot.received;
  const bool some = expected_since > 0 && lost_since > 0;
  const Duration since = now - slot.last_report_at;
  return {.ssrc = slot.section.ssrc,
          .fraction_lost = static_cast<uint8_t>(some ? lost_since * 255 / expected_since : 0),
          .cumulative_lost = static_cast<int32_t>(expected - static_cast<int64_t>(slot.received)),
          .highest_sequence = static_cast<uint32_t>(slot.highest),
          .last_sr = slot.last_report,
          .delay_since_last_sr =
              slot.last_report == 0 ? 0 : static_cast<uint32_t>(since.us * 65'536 / 1'000'000)};
}

void MediaReceiver::send_report(Instant now, Transmitter& out) {
  next_report_ = now + report_interval;
  rtc::ReceiverReport report{own_ssrc_, {}};
  for (const auto& slot : slots_) {
    if (slot->started && report.blocks.size() < rtc::max_report_blocks)
      report.blocks.push_back(block(now, *slot));
  }
  std::array<uint8_t, limits::max_rtp_payload> memory;
  rtc::RtcpWriter writer(memory);
  if (!report.blocks.empty() && writer.add(report)) out.send_rtcp(writer.packet());
}

}  // namespace vicino::sim
