// AV1: aggregation header and OBU elements ("RTP Payload Format For AV1" 1.0, section 4),
// dependency descriptor (A.8).
#include "rtc/payload_formats.h"

namespace vicino::rtc {
namespace {

constexpr uint8_t bit_continues = 0x80, bit_continued = 0x40, bit_new_sequence = 0x08;  // Z, Y, N
constexpr uint8_t obu_forbidden = 0x80, obu_extension = 0x04, obu_has_size = 0x02;
constexpr uint8_t obu_temporal_delimiter = 2;

uint8_t obu_type(uint8_t header) {
  return header >> 3 & 0x0f;
}
size_t obu_header_size(uint8_t header) {
  return (header & obu_extension) != 0 ? 2 : 1;
}

size_t leb128_size(size_t value) {
  size_t size = 1;
  while ((value >>= 7) != 0) ++size;
  return size;
}

// Errors: truncated, malformed over 32 bits.
Result<size_t> read_leb128(Reader& reader) {
  size_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    TRY_ASSIGN(const uint8_t byte, reader.u8());
    value |= static_cast<size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return fail(Errc::malformed, "LEB128");
}

void append_leb128(size_t value, Buffer& out) {
  for (; value > 0x7f; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

// The OBUs of a frame without their size fields, one after the other, and where each ends.
struct Elements {
  Buffer bytes;
  std::vector<size_t> ends;
};

Result<Elements> split_obus(Bytes frame) {
  Elements elements;
  elements.bytes.reserve(frame.size());
  for (Reader reader(frame); !reader.empty();) {
    TRY_ASSIGN(const uint8_t header, reader.u8());
    if ((header & obu_forbidden) != 0 || (header & obu_has_size) == 0) {
      return fail(Errc::malformed, "OBU header");
    }
    TRY_ASSIGN(const Bytes extension, reader.take(obu_header_size(header) - 1));
    TRY_ASSIGN(const size_t size, read_leb128(reader));
    TRY_ASSIGN(const Bytes content, reader.take(size));
    if (obu_type(header) == obu_temporal_delimiter) continue;  // section 5: not sent
    elements.bytes.push_back(static_cast<uint8_t>(header & ~obu_has_size));
    append(extension, elements.bytes);
    append(content, elements.bytes);
    elements.ends.push_back(elements.bytes.size());
  }
  if (elements.ends.empty()) return fail(Errc::malformed, "frame without OBUs");
  return elements;
}

// How much of an element's `rest` goes into `room` bytes together with its length field; 0:
// nothing.
size_t element_part(size_t rest, size_t room) {
  if (rest + leb128_size(rest) <= room) return rest;
  return room > leb128_size(room) ? room - leb128_size(room) : 0;
}

}  // namespace

Result<PictureInfo> describe_av1(Bytes payload, Bytes dependency_descriptor) {
  if (payload.size() < 2) return fail(Errc::truncated, "AV1 payload");
  const bool continues = (payload[0] & bit_continues) != 0;
  const bool new_sequence = (payload[0] & bit_new_sequence) != 0;
  if (continues && new_sequence) return fail(Errc::malformed, "AV1 aggregation header");
  PictureInfo info;
  if (const auto fields = read_dependency_fields(dependency_descriptor)) {
    info.begins_frame = fields->start_of_frame;
    info.ends_frame = fields->end_of_frame;
    info.key_frame = fields->start_of_frame && fields->has_structure;
  } else {
    info.begins_frame = !continues;
    info.key_frame = new_sequence;
  }
  return info;
}

std::optional<DependencyFields> read_dependency_fields(Bytes value) {
  if (value.size() < 3) return std::nullopt;
  return DependencyFields{.start_of_frame = (value[0] & 0x80) != 0,
                          .end_of_frame = (value[0] & 0x40) != 0,
                          .template_id = static_cast<uint8_t>(value[0] & 0x3f),
                          .frame_number = load16(&value[1]),
                          .has_structure = value.size() > 3 && (value[3] & 0x80) != 0};
}

void rewrite_frame_number(MutBytes value, uint16_t frame_number) {
  if (value.size() >= 3) store16(&value[1], frame_number);
}

// Every element carries its length (W = 0): two bytes more than the shortest form, and one rule for
// all packets.
Status cut_av1(const FrameToCut& cut) {
  TRY_ASSIGN(const Elements elements, split_obus(cut.frame));
  const Bytes bytes(elements.bytes);
  Buffer& packet = cut.scratch;
  size_t at = 0;
  bool continues = false;
  for (size_t element = 0; element < elements.ends.size();) {
    packet.assign(1, continues                  ? bit_continues
                     : at == 0 && cut.key_frame ? bit_new_sequence
                                                : uint8_t{0});
    continues = false;
    while (element < elements.ends.size() && !continues) {
      const size_t rest = elements.ends[element] - at;
      const size_t part = element_part(rest, cut.max_payload - packet.size());
      if (part == 0) break;
      append_leb128(part, packet);
      append(bytes.subspan(at, part), packet);
      at += part;
      continues = part < rest;
      if (!continues) ++element;
    }
    if (continues) packet[0] |= bit_continued;
    cut.emit(packet, element == elements.ends.size());
  }
  return {};
}

Status Av1Joiner::add(Bytes payload, Buffer& frame) {
  Reader reader(payload);
  TRY_ASSIGN(const uint8_t head, reader.u8());
  if (((head & bit_continues) != 0) != continues_) return fail(Errc::malformed, "AV1 fragment");
  const int announced = head >> 4 & 3;  // W
  for (int element = 1; !reader.empty(); ++element) {
    size_t size = reader.remaining();
    if (element != announced) {
      TRY_ASSIGN(size, read_leb128(reader));
    }
    TRY_ASSIGN(const Bytes part, reader.take(size));
    if (!continues_) TRY(finish(frame));
    continues_ = false;
    append(part, obu_);
  }
  continues_ = (head & bit_continued) != 0;
  return {};
}

// Gives the OBU its size field back.
Status Av1Joiner::finish(Buffer& frame) {
  if (continues_) return fail(Errc::malformed, "AV1 frame ends inside an OBU");
  if (obu_.empty()) return {};
  const size_t header = obu_header_size(obu_[0]);
  if (obu_.size() < header || (obu_[0] & obu_forbidden) != 0)
    return fail(Errc::malformed, "OBU header");
  const Bytes obu(obu_);
  if ((obu[0] & obu_has_size) != 0) {
    append(obu, frame);
  } else {
    frame.push_back(static_cast<uint8_t>(obu[0] | obu_has_size));
    append(obu.subspan(1, header - 1), frame);
    append_leb128(obu.size() - header, frame);
    append(obu.subspan(header), frame);
  }
  obu_.clear();
  return {};
}

}  // namespace vicino::rtc
