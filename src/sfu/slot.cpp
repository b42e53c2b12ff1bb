#include "sfu/slot.h"

#include <algorithm>
#include <span>

#include "sfu/room.h"

namespace vicino::sfu {
namespace {

// Packets sealed with one call; more would only need more stack.
constexpr size_t run_size = 16;

// Padding and nothing else.
constexpr std::array<uint8_t, 1> hollow = {1};

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
  filter_.restart();
  incoming_codec_ = nullptr;
  piece_start_ = true;
}

void SlotSender::rewrite(const MediaPacket& packet, const PacketNumbers& numbers) {
  if (packet.payload.empty()) return;
  rtc::rewrite_picture(packet.codec->codec, packet.payload, packet.info, numbers.picture_id,
                       numbers.tl0_picture_index);
  rtc::rewrite_frame_number(packet.dependency_descriptor, numbers.frame_number);
}

HeaderWriter::Values SlotSender::header_of(Instant now, const MediaPacket& packet,
                                           const Connection& to) const {
  return {.fields = {.marker = filter_.ends_picture(packet), .timestamp = 0, .ssrc = section_.ssrc},
          .with_mid = !acknowledged_,
          .sent_at = rtc::abs_send_time(now.us),
          .transport_sequence = to.transport_sequence,
          .audio_level = packet.audio_level,
          .dependency_descriptor = packet.dependency_descriptor};
}

// Of a layer that the receiver doesn't get. What comes late can't be left out: its number is taken,
// and the receiver would ask for it.
bool SlotSender::leaves_out(const MediaPacket& packet) {
  if (!rewriter_.ahead(packet.numbers) || filter_.passes(packet)) return false;
  // A VP8 decoder waits for pictures that it takes for lost. Pictures of other codecs name those
  // that they need by the distance of their numbers.
  rewriter_.skip(packet.numbers, packet.codec->codec == rtc::Codec::vp8);
  return true;
}

// A packet goes out: it takes a transport-wide number, and the path.
void SlotSender::count(Instant now, size_t size, Connection& to) const {
  if (!HeaderWriter::counted(section_)) return;
  if (to.downlink) to.downlink->sent(now, to.transport_sequence, size + sealed_overhead, to.probe);
  ++to.transport_sequence;
}

// One packet of a run, its header in `memory`; nullopt when it isn't sent.
std::optional<rtc::ClearRtp> SlotSender::prepare(Instant now, const MediaPacket& packet,
                                                 Connection& to, MutBytes memory) {
  if (packet.codec != incoming_codec_) {
    incoming_codec_ = packet.codec;
    outgoing_codec_ = mapping_of(*packet.codec);
  }
  if (!outgoing_codec_ || leaves_out(packet)) return std::nullopt;
  const auto numbers = rewriter_.rewrite(now, packet.numbers);
  if (!numbers) return std::nullopt;
  rewrite(packet, *numbers);
  HeaderWriter::Values values = header_of(now, packet, to);
  // For audio the marker says that a talk spurt begins (RFC 7587 section 4.2).
  values.fields.marker |= piece_start_ && section_.kind == rtc::MediaKind::audio;
  values.fields.payload_type = outgoing_codec_->payload_type;
  values.fields.sequence = static_cast<uint16_t>(numbers->sequence);
  values.fields.timestamp = numbers->timestamp;
  const Bytes payload = payload_of(packet);
  values.padded = packet.padding != 0 || payload.data() == hollow.data();
  const auto header = header_.write(section_, values, memory);
  if (!header) return std::nullopt;
  count(now, header->size() + payload.size(), to);
  piece_start_ = false;
  ++packets_;
  bytes_ += static_cast<uint32_t>(packet.payload.size());
  return rtc::ClearRtp{*header, payload};
}

// With its padding. What comes late of a frame whose rest was left out is padding alone, or the
// receiver would wait for that rest.
Bytes SlotSender::payload_of(const MediaPacket& packet) const {
  if (filter_.left_out(packet)) return hollow;
  return {packet.payload.data(), packet.payload.size() + packet.padding};
}

void SlotSender::forward(Instant now, std::span<const MediaPacket> packets, Connection& to,
                         Egress& out) {
  std::array<std::array<uint8_t, HeaderWriter::max_size>, run_size> headers;
  std::array<rtc::ClearRtp, run_size> run;
  while (!packets.empty()) {
    const auto part = packets.first(std::min(packets.size(), run_size));
    packets = packets.subspan(part.size());
    size_t count = 0;
    for (const MediaPacket& packet : part) {
      if (const auto ready = prepare(now, packet, to, headers[count])) run[count++] = *ready;
    }
    if (count > 0 && to.route) send(now, std::span(run).first(count), to, out);
  }
}

// A voice can't be asked for again: browsers know no retransmission stream for audio.
void SlotSender::send(Instant now, std::span<const rtc::ClearRtp> run, Connection& to,
                      Egress& out) {
  if (section_.kind == rtc::MediaKind::audio && to.downlink && to.downlink->sends_twice(now))
    return out.rtp_with(earlier_, *to.route, run, place_);
  earlier_.clear();
  out.rtp(*to.route, run, place_);
}

bool SlotSender::retransmit(Instant now, const Rewriter::Origin& origin, const MediaPacket& packet,
                            Connection& to, Egress& out) {
  const rtc::CodecMapping* mapping = mapping_of(*packet.codec);
  if (!mapping || !mapping->rtx_payload_type || section_.rtx_ssrc == 0 || !to.route) return false;
  const PacketNumbers numbers = rewriter_.rewrite_again(origin, packet.numbers);
  rewrite(packet, numbers);
  HeaderWriter::Values values = header_of(now, packet, to);
  values.fields = {.marker = values.fields.marker,
                   .payload_type = *mapping->rtx_payload_type,
                   .sequence = rtx_sequence_,
                   .timestamp = numbers.timestamp,
                   .ssrc = section_.rtx_ssrc};
  std::array<uint8_t, HeaderWriter::max_size> memory;
  const auto header = header_.write(section_, values, memory);
  std::array<uint8_t, limits::max_datagram> payload;
  if (!header || packet.payload.size() + 2 > payload.size()) return false;
  store16(payload.data(), static_cast<uint16_t>(numbers.sequence));
  const bool rest_left_out = origin.stream == stream() && filter_.left_out(packet);
  const Bytes original = rest_left_out ? Bytes() : packet.payload;
  copy(original, MutBytes(payload).subspan(2));
  ++rtx_sequence_;
  const rtc::ClearRtp one{*header, Bytes(payload).first(original.size() + 2)};
  count(now, one.header.size() + one.payload.size(), to);
  out.rtp(*to.route, std::span(&one, 1), rtx_place_);
  return true;
}

std::optional<uint8_t> SlotSender::padding_type() const {
  if (section_.rtx_ssrc == 0 || !HeaderWriter::counted(section_)) return std::nullopt;
  if (outgoing_codec_ && outgoing_codec_->rtx_payload_type)
    return outgoing_codec_->rtx_payload_type;
  const auto any = std::ranges::find_if(
      section_.codecs, [](const auto& m) { return m.rtx_payload_type.has_value(); });
  return any == section_.codecs.end() ? std::nullopt : any->rtx_payload_type;
}

size_t SlotSender::pad(Instant now, size_t size, Connection& to, Egress& out) {
  const auto payload_type = padding_type();
  if (!payload_type || !to.route) return 0;
  HeaderWriter::Values values = header_of(now, {}, to);
  values.padded = true;
  values.fields = {.marker = false,
                   .payload_type = *payload_type,
                   .sequence = rtx_sequence_++,
                   .timestamp = rewriter_.last_timestamp(),
                   .ssrc = section_.rtx_ssrc};
  std::array<uint8_t, HeaderWriter::max_size> memory;
  const auto header = header_.write(section_, values, memory);
  if (!header) return 0;
  std::array<uint8_t, UINT8_MAX> padding{};
  const size_t around = header->size() + sealed_overhead;
  const size_t bytes = std::clamp<size_t>(size - std::min(size, around), 1, padding.size());
  padding[bytes - 1] = static_cast<uint8_t>(bytes);
  const rtc::ClearRtp one{*header, Bytes(padding).first(bytes)};
  count(now, header->size() + bytes, to);
  out.rtp(*to.route, std::span(&one, 1), rtx_place_);
  return around + bytes;
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
