#include "rtc/rtp.h"

namespace vicino::rtc {
namespace {

constexpr size_t fixed_header = 12;
constexpr uint16_t one_byte_profile = 0xbede;
constexpr uint16_t two_byte_profile = 0x1000;  // the low four bits are "appbits" and mean nothing
constexpr uint8_t one_byte_stop_id = 15;
constexpr size_t one_byte_longest = 16;
constexpr size_t two_byte_longest = 255;

bool written(const RtpExtension& e) {
  return e.id != 0 && !e.value.empty();
}

bool fits_one_byte_form(std::span<const RtpExtension> extensions) {
  return std::ranges::all_of(extensions, [](const RtpExtension& e) {
    return !written(e) || (e.id < one_byte_stop_id && e.value.size() <= one_byte_longest);
  });
}

// RFC 8285 section 4.2. An id of 0 is padding when its length is 0 too, else it ends the list like
// id 15.
std::optional<MutBytes> find_one_byte(MutBytes block, uint8_t id) {
  size_t at = 0;
  while (at < block.size()) {
    const uint8_t head = block[at++];
    if (head == 0) continue;
    const uint8_t element = head >> 4;
    const size_t size = static_cast<size_t>(head & 0x0f) + 1;
    if (element == 0 || element == one_byte_stop_id || size > block.size() - at)
      return std::nullopt;
    if (element == id) return block.subspan(at, size);
    at += size;
  }
  return std::nullopt;
}

// RFC 8285 section 4.3.
std::optional<MutBytes> find_two_byte(MutBytes block, uint8_t id) {
  size_t at = 0;
  while (at < block.size()) {
    const uint8_t element = block[at++];
    if (element == 0) continue;
    if (at == block.size()) return std::nullopt;
    const size_t size = block[at++];
    if (size > block.size() - at) return std::nullopt;
    if (element == id) return block.subspan(at, size);
    at += size;
  }
  return std::nullopt;
}

void write_elements(Writer& writer, std::span<const RtpExtension> extensions, bool one_byte) {
  for (const RtpExtension& e : extensions) {
    if (!written(e)) continue;
    if (one_byte) {
      writer.u8(static_cast<uint8_t>(static_cast<size_t>(e.id) << 4 | (e.value.size() - 1)));
    } else {
      writer.u8(e.id);
      writer.u8(static_cast<uint8_t>(e.value.size()));
    }
    writer.bytes(e.value);
  }
}

}  // namespace

DatagramKind classify(Bytes datagram) {
  if (datagram.empty()) return DatagramKind::unknown;
  const uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::stun;
  if (first >= 20 && first <= 63) return DatagramKind::dtls;
  if (first < 128 || first > 191 || datagram.size() < 2) return DatagramKind::unknown;
  // RFC 5761 section 4: RTCP packet types are 192 to 223, which RTP payload types must avoid.
  return datagram[1] >= 192 && datagram[1] <= 223 ? DatagramKind::rtcp : DatagramKind::rtp;
}

Result<RtpPacket> RtpPacket::parse(MutBytes packet) {
  if (packet.size() < fixed_header) return fail(Errc::truncated, "RTP header");
  if (packet[0] >> 6 != 2) return fail(Errc::malformed, "RTP version");
  RtpPacket parsed;
  parsed.packet_ = packet;
  size_t header = fixed_header + 4 * static_cast<size_t>(packet[0] & 0x0f);
  if (header > packet.size()) return fail(Errc::truncated, "RTP CSRC list");
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() - header < 4) return fail(Errc::truncated, "RTP extension header");
    header += 4 + 4 * static_cast<size_t>(load16(&packet[header + 2]));
    if (header > packet.size()) return fail(Errc::truncated, "RTP extensions");
  }
  parsed.header_size_ = header;
  if ((packet[0] & 0x20) != 0) {
    const size_t payload = packet.size() - header;
    const size_t padding = packet.back();
    if (padding == 0 || padding > payload) return fail(Errc::malformed, "RTP padding");
    parsed.padding_ = padding;
  }
  return parsed;
}

bool RtpPacket::marker() const {
  return (packet_[1] & 0x80) != 0;
}
uint8_t RtpPacket::payload_type() const {
  return packet_[1] & 0x7f;
}
uint16_t RtpPacket::sequence() const {
  return load16(&packet_[2]);
}
uint32_t RtpPacket::timestamp() const {
  return load32(&packet_[4]);
}
uint32_t RtpPacket::ssrc() const {
  return load32(&packet_[8]);
}
MutBytes RtpPacket::header() const {
  return packet_.first(header_size_);
}
size_t RtpPacket::padding() const {
  return padding_;
}

MutBytes RtpPacket::payload() const {
  return packet_.subspan(header_size_, packet_.size() - header_size_ - padding_);
}

std::optional<MutBytes> RtpPacket::extension(uint8_t id) const {
  if (id == 0 || (packet_[0] & 0x10) == 0) return std::nullopt;
  const size_t start = fixed_header + 4 * static_cast<size_t>(packet_[0] & 0x0f);
  const uint16_t profile = load16(&packet_[start]);
  const MutBytes block = packet_.subspan(start + 4, header_size_ - start - 4);
  if (profile == one_byte_profile) return find_one_byte(block, id);
  if ((profile & 0xfff0) == two_byte_profile) return find_two_byte(block, id);
  return std::nullopt;
}

Result<MutBytes> write_rtp_header(MutBytes memory, const RtpHeaderFields& fields,
                                  std::span<const RtpExtension> extensions) {
  if (std::ranges::any_of(extensions,
                          [](const auto& e) { return e.value.size() > two_byte_longest; })) {
    return fail(Errc::too_large, "RTP extension value");
  }
  const bool any = std::ranges::any_of(extensions, written);
  Writer writer(memory);
  writer.u8(any ? 0x90 : 0x80);
  writer.u8(static_cast<uint8_t>((fields.marker ? 0x80 : 0) | (fields.payload_type & 0x7f)));
  writer.u16(fields.sequence);
  writer.u32(fields.timestamp);
  writer.u32(fields.ssrc);
  if (any) {
    const bool one_byte = fits_one_byte_form(extensions);
    writer.u16(one_byte ? one_byte_profile : two_byte_profile);
    const MutBytes words = writer.reserve(2);
    write_elements(writer, extensions, one_byte);
    while (writer.ok() && writer.size() % 4 != 0) writer.u8(0);
    if (writer.ok()) {
      const size_t count = (writer.size() - fixed_header - 4) / 4;
      if (count > UINT16_MAX) return fail(Errc::too_large, "RTP extensions");
      store16(words.data(), static_cast<uint16_t>(count));
    }
  }
  if (!writer.ok()) return fail(Errc::too_large, "RTP header memory");
  return writer.written();
}

std::optional<AudioLevel> read_audio_level(Bytes value) {
  if (value.empty()) return std::nullopt;
  return AudioLevel{(value[0] & 0x80) != 0, static_cast<uint8_t>(value[0] & 0x7f)};
}

uint32_t abs_send_time(int64_t microseconds) {
  constexpr int64_t wrap = 64'000'000;  // six bits of seconds
  const int64_t inside = ((microseconds % wrap) + wrap) % wrap;
  return static_cast<uint32_t>((inside << 18) / 1'000'000);
}

int64_t SequenceUnwrapper::unwrap(uint16_t sequence) {
  if (!newest_) {
    newest_ = sequence;
    return sequence;
  }
  const auto distance =
      static_cast<int16_t>(static_cast<uint16_t>(sequence - static_cast<uint16_t>(*newest_)));
  const int64_t unwrapped = *newest_ + distance;
  newest_ = std::max(*newest_, unwrapped);
  return unwrapped;
}

}  // namespace vicino::rtc
