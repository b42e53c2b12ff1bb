#include "sfu/slot.h"

#include <algorithm>

#include "sfu/room.h"

namespace vicino::sfu {
namespace {

// Fixed part, extension header and the extensions this server sends, the dependency descriptor at
// its longest.
constexpr size_t max_header = 12 + 4 + 5 * 2 + 16 + 1 + 2 + 3 + 255 + 3;

// The moment `timestamp` was captured, in timestamp units of the server's clock.
int64_t capture_time(const Layer::Clock& clock, uint32_t timestamp, int64_t rate) {
  return clock.server_us * rate / 1'000'000 + static_cast<int32_t>(timestamp - clock.timestamp);
}

}  // namespace

SlotSender::SlotSender(rtc::MediaSection section, SecureRandom& random)
    : section_(std::move(section)),
      rewriter_(random),
      rtx_sequence_(static_cast<uint16_t>(random.u32() & 0x7fff)) {}

// Among mappings of the codec the one with the same parameters (H.264 has several), else the first.
const rtc::CodecMapping* SlotSender::mapping_of(const rtc::CodecMapping& codec) const {
  const rtc::CodecMapping* first = nullptr;
  for (const rtc::CodecMapping& mapping : section_.codecs) {
    if (mapping.codec != codec.codec) continue;
    if (mapping.fmtp == codec.fmtp) return &mapping;
    if (!first) first = &mapping;
  }
  return first;
}

void SlotSender::begin(Instant arrived, const Layer& layer, const MediaPacket& first,
                       const Layer* before) {
  uint32_t timestamp = rewriter_.timestamp_at(arrived, section_.kind);
  if (before && before->clock && layer.clock && stream() == before->stream) {
    const int64_t rate = clock_rate(section_.kind);
    const int64_t captured = capture_time(*layer.clock, first.numbers.timestamp, rate);
    const int64_t reported = capture_time(*before->clock, before->clock->timestamp, rate);
    const auto aligned = static_cast<uint32_t>(before->clock->timestamp +
                                               rewriter_.timestamp_offset() + captured - reported);
    if (rewriter_.plausible(arrived, section_.kind, aligned)) timestamp = aligned;
  }
  rewriter_.begin(layer.stream, first.numbers, timestamp);
  piece_start_ = true;
}

Result<MutBytes> SlotSender::write_header(Instant now, MutBytes memory,
                                          const rtc::RtpHeaderFields& fields,
                                          const MediaPacket& packet, Connection& to) const {
  const rtc::ExtensionIds& ids = section_.extensions;
  std::array<uint8_t, 3> sent_at;
  store24(sent_at.data(), rtc::abs_send_time(now.us));
  std::array<uint8_t, 2> transport;
  const bool counted = section_.transport_cc && ids.transport_cc != 0;
  store16(transport.data(), to.transport_sequence);
  const std::array<rtc::RtpExtension, 5> extensions = {{
      {ids.mid, acknowledged_ ? Bytes() : as_bytes(section_.mid)},
      {ids.audio_level, packet.audio_level},
      {ids.abs_send_time, sent_at},
      {ids.transport_cc, counted ? Bytes(transport) : Bytes()},
      {ids.dependency_descriptor, packet.dependency_descriptor},
  }};
  TRY_ASSIGN(const MutBytes header, rtc::write_rtp_header(memory, fields, extensions));
  if (counted) ++to.transport_sequence;
  return header;
}

void SlotSender::rewrite(const MediaPacket& packet, const PacketNumbers& numbers) {
  if (packet.payload.empty()) return;
  rtc::rewrite_picture(packet.codec->codec, packet.payload, packet.info, numbers.picture_id,
                       numbers.tl0_picture_index);
  rtc::rewrite_frame_number(packet.dependency_descriptor, numbers.frame_number);
}

bool SlotSender::forward(Instant now, const MediaPacket& packet, Connection& to, Egress& out) {
  const rtc::CodecMapping* mapping = mapping_of(*packet.codec);
  if (!mapping) return false;
  const auto numbers = rewriter_.rewrite(now, packet.numbers);
  if (!numbers) return false;
  rewrite(packet, *numbers);
  // For audio the marker says that a talk spurt begins (RFC 7587 section 4.2).
  const bool marker = packet.marker || (piece_start_ && section_.kind == rtc::MediaKind::audio);
  std::array<uint8_t, max_header> memory;
  const auto header = write_header(now, memory,
                                   {.marker = marker,
                                    .payload_type = mapping->payload_type,
                                    .sequence = static_cast<uint16_t>(numbers->sequence),
                                    .timestamp = numbers->timestamp,
                                    .ssrc = section_.ssrc},
                                   packet, to);
  if (!header) return false;
  piece_start_ = false;
  ++packets_;
  bytes_ += static_cast<uint32_t>(packet.payload.size());
  out.rtp(to.id, *header, packet.payload);
  return true;
}

bool SlotSender::retransmit(Instant now, const Rewriter::Origin& origin, const MediaPacket& packet,
                            Connection& to, Egress& out) {
  const rtc::CodecMapping* mapping = mapping_of(*packet.codec);
  if (!mapping || !mapping->rtx_payload_type || section_.rtx_ssrc == 0) return false;
  const PacketNumbers numbers = rewriter_.rewrite_again(origin, packet.numbers);
  rewrite(packet, numbers);
  std::array<uint8_t, max_header> memory;
  const auto header = write_header(now, memory,
                                   {.marker = packet.marker,
                                    .payload_type = *mapping->rtx_payload_type,
                                    .sequence = rtx_sequence_,
                                    .timestamp = numbers.timestamp,
                                    .ssrc = section_.rtx_ssrc},
                                   packet, to);
  std::array<uint8_t, limits::max_datagram> payload;
  if (!header || packet.payload.size() + 2 > payload.size()) return false;
  store16(payload.data(), static_cast<uint16_t>(numbers.sequence));
  copy(packet.payload, MutBytes(payload).subspan(2));
  ++rtx_sequence_;
  out.rtp(to.id, *header, Bytes(payload).first(packet.payload.size() + 2));
  return true;
}

std::optional<rtc::SenderReport> SlotSender::sender_report(Instant now, const Layer& layer) const {
  if (!layer.clock || packets_ == 0 || stream() != layer.stream) return std::nullopt;
  const int64_t since = (now.us - layer.clock->server_us) * clock_rate(section_.kind) / 1'000'000;
  rtc::SenderReport report;
  report.ssrc = section_.ssrc;
  report.ntp = server_ntp(now);
  report.rtp_timestamp =
      layer.clock->timestamp + rewriter_.timestamp_offset() + static_cast<uint32_t>(since);
  report.packets = packets_;
  report.bytes = bytes_;
  return report;
}

}  // namespace vicino::sfu
