#include "traffic.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "rtc/rtp.h"

namespace vicino::load {
namespace {

constexpr uint64_t key_frame_factor = 4;  // a key frame is so much larger than another one
constexpr uint64_t named_packets = 64;    // carry mid and rid; later ones are known by their SSRC
constexpr size_t noise_size = 4096;
constexpr Duration patience = seconds(1);  // a stream further behind leaves frames out

size_t frame_bytes(const Shape& shape, bool key_frame) {
  const uint64_t bytes = shape.bitrate / 8 / shape.frame_rate;
  return static_cast<size_t>(bytes) * (key_frame ? key_frame_factor : 1);
}

uint32_t clock_rate(Content content) {
  return content == Content::audio ? 48'000 : 90'000;
}

}  // namespace

FrameCut::FrameCut(size_t frame, size_t packet_size) {
  frame = std::max(frame, smallest_payload);
  packet_size = std::max(packet_size, smallest_payload);
  packets_ = (frame + packet_size - 1) / packet_size;
  smaller_ = std::max(frame / packets_, smallest_payload);
  larger_ = smaller_ == frame / packets_ ? frame % packets_ : 0;
}

SendStream::SendStream(StreamSetup setup, Instant first, SecureRandom& random)
    : setup_(std::move(setup)),
      due_(first),
      start_(first),
      noise_(noise_size + limits::max_datagram),
      sequence_(static_cast<uint16_t>(random.u32() & 0x7fff)),
      picture_id_(static_cast<uint16_t>(random.u32() & 0x7fff)),
      timestamp_base_(random.u32()) {
  CHECK(setup_.shape.frame_rate > 0 && setup_.shape.packet_size <= limits::max_rtp_payload);
  random.fill(noise_);
}

bool SendStream::is_key_frame() {
  if (setup_.shape.content == Content::audio) return false;
  const uint32_t every = setup_.shape.key_frame_seconds;
  const bool periodic = every > 0 && due_ - last_key_frame_ >= seconds(every);
  if (!key_frame_wanted_ && !periodic) return false;
  key_frame_wanted_ = false;
  last_key_frame_ = due_;
  ++key_frames_;
  return true;
}

// VP8: payload descriptor with a 15-bit picture id (RFC 7741 section 4.2), on a frame's first
// packet the frame's header (RFC 6386 section 9.1). Audio: nothing. Returns what of the payload is
// the server's to change.
size_t SendStream::write_payload(MutBytes payload, bool first, bool key_frame) {
  const size_t offset = counter_ * 64u % noise_size;
  copy(Bytes(noise_).subspan(offset, payload.size()), payload);
  if (setup_.shape.content == Content::audio) return 0;
  constexpr size_t descriptor = 4;
  payload[0] = static_cast<uint8_t>(0x80 | (first ? 0x10 : 0));
  payload[1] = 0x80;
  store16(&payload[2], static_cast<uint16_t>(0x8000 | picture_id_));
  if (!first) return descriptor;
  uint8_t* const frame = &payload[descriptor];
  frame[0] = key_frame ? 0x10 : 0x11;
  if (key_frame) {
    constexpr std::array<uint8_t, 3> start_code = {0x9d, 0x01, 0x2a};
    std::ranges::copy(start_code, frame + 3);
    const auto low_first = [&](size_t at, uint16_t v) {
      frame[at] = static_cast<uint8_t>(v);
      frame[at + 1] = static_cast<uint8_t>(v >> 8);
    };
    low_first(6, setup_.shape.width);
    low_first(8, setup_.shape.height);
  }
  return descriptor;
}

Bytes SendStream::write_header(MutBytes memory, bool last, bool named, uint64_t now_ns,
                               uint16_t transport_sequence) const {
  const rtc::ExtensionIds& ids = setup_.extensions;
  std::array<uint8_t, 2> sequence;
  store16(sequence.data(), transport_sequence);
  std::array<uint8_t, 3> send_time;
  store24(send_time.data(), rtc::abs_send_time(static_cast<int64_t>(now_ns / 1000)));
  const bool audio = setup_.shape.content == Content::audio;
  constexpr std::array<uint8_t, 1> speaking = {0x80 | 20};  // RFC 6464: voice, -20 dBov
  const std::array<rtc::RtpExtension, 5> extensions = {{
      {named ? ids.mid : uint8_t{0}, as_bytes(setup_.mid)},
      {named ? ids.rid : uint8_t{0}, as_bytes(setup_.rid)},
      {audio ? ids.audio_level : uint8_t{0}, speaking},
      {ids.abs_send_time, send_time},
      {setup_.transport_cc ? ids.transport_cc : uint8_t{0}, sequence},
  }};
  const rtc::RtpHeaderFields fields{.marker = last && !audio,
                                    .payload_type = setup_.payload_type,
                                    .sequence = sequence_,
                                    .timestamp = timestamp_,
                                    .ssrc = setup_.ssrc};
  const auto header = rtc::write_rtp_header(memory, fields, extensions);
  CHECK(header.has_value());  // the memory holds any of these
  return *header;
}

void SendStream::send_frame(Instant now, uint64_t now_ns, bool measured,
                            uint16_t& transport_sequence, rtc::Peer& peer, rtc::Outbox& out) {
  const bool key_frame = is_key_frame();
  const FrameCut cut(frame_bytes(setup_.shape, key_frame), setup_.shape.packet_size);
  timestamp_ =
      timestamp_base_ +
      static_cast<uint32_t>((due_ - start_).us * clock_rate(setup_.shape.content) / 1'000'000);
  std::array<uint8_t, limits::max_datagram> memory, header;
  for (size_t i = 0; i < cut.packets(); ++i) {
    const MutBytes payload = MutBytes(memory).first(cut.size(i));
    const size_t descriptor = write_payload(payload, i == 0, key_frame);
    write_stamp(payload, payload.size() - stamp_size - descriptor,
                {.publisher = setup_.publisher,
                 .track = setup_.track,
                 .encoding = setup_.encoding,
                 .measured = measured,
                 .counter = counter_,
                 .sent_ns = now_ns});
    const bool named = key_frame || counter_ < named_packets;
    const Bytes head =
        write_header(header, i + 1 == cut.packets(), named, now_ns, transport_sequence);
    if (!peer.send_rtp(head, payload, out)) break;  // not connected any more
    ++transport_sequence;
    ++sequence_;
    ++counter_;
    bytes_ += payload.size();
    if (measured) ++measured_;
  }
  ++frames_;
  picture_id_ = static_cast<uint16_t>((picture_id_ + 1) & 0x7fff);
  advance(now);
}

void SendStream::advance(Instant now) {
  const auto due_at = [&](uint64_t turn) {
    return start_ + microseconds(static_cast<int64_t>(turn * 1'000'000 / setup_.shape.frame_rate));
  };
  due_ = due_at(++turn_);
  if (now - due_ < patience) return;
  for (; due_ < now; due_ = due_at(++turn_)) ++left_out_;
}

rtc::SenderReport SendStream::report(uint64_t ntp) const {
  return {.ssrc = setup_.ssrc,
          .ntp = ntp,
          .rtp_timestamp = timestamp_,
          .packets = counter_,
          .bytes = static_cast<uint32_t>(bytes_),
          .blocks = {}};
}

}  // namespace vicino::load
