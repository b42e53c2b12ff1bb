#include "sfu/header.h"

namespace vicino::sfu {
namespace {

constexpr uint8_t padding_bit = 0x20;

}  // namespace

Result<Bytes> HeaderWriter::write(const rtc::MediaSection& section, const Values& values,
                                  MutBytes memory) {
  const Shape shape{values.with_mid, values.audio_level.size(),
                    values.dependency_descriptor.size()};
  if (shape_ == shape && memory.size() >= size_) {
    copy(Bytes(template_).first(size_), memory);
    patch(values, memory.data());
    return memory.first(size_);
  }
  TRY_ASSIGN(const MutBytes header, write_fully(section, values, memory));
  remember(section, shape, header);
  if (values.padded) header[0] |= padding_bit;
  return header;
}

Result<MutBytes> HeaderWriter::write_fully(const rtc::MediaSection& section, const Values& values,
                                           MutBytes memory) {
  const rtc::ExtensionIds& ids = section.extensions;
  std::array<uint8_t, 3> sent_at;
  store24(sent_at.data(), values.sent_at);
  std::array<uint8_t, 2> transport;
  store16(transport.data(), values.transport_sequence);
  const std::array<rtc::RtpExtension, 5> extensions = {{
      {ids.mid, values.with_mid ? as_bytes(section.mid) : Bytes()},
      {ids.audio_level, values.audio_level},
      {ids.abs_send_time, sent_at},
      {ids.transport_cc, counted(section) ? Bytes(transport) : Bytes()},
      {ids.dependency_descriptor, values.dependency_descriptor},
  }};
  return rtc::write_rtp_header(memory, values.fields, extensions);
}

void HeaderWriter::remember(const rtc::MediaSection& section, const Shape& shape, MutBytes header) {
  shape_.reset();
  const auto parsed = rtc::RtpPacket::parse(header);
  if (header.size() > max_template || !parsed) return;
  bool clear = true;  // every value is where its id says
  const auto place = [&](uint8_t id, size_t size) {
    const auto value = size == 0 ? std::nullopt : parsed->extension(id);
    if (!value) return uint8_t{0};
    clear = clear && value->size() == size;
    return static_cast<uint8_t>(value->data() - header.data());
  };
  const rtc::ExtensionIds& ids = section.extensions;
  places_ = {place(ids.audio_level, shape.level_size), place(ids.abs_send_time, 3),
             counted(section) ? place(ids.transport_cc, 2) : uint8_t{0},
             place(ids.dependency_descriptor, shape.descriptor_size)};
  if (!clear) return;
  copy(header, template_);
  size_ = header.size();
  shape_ = shape;
}

void HeaderWriter::patch(const Values& values, uint8_t* header) const {
  const rtc::RtpHeaderFields& fields = values.fields;
  if (values.padded) header[0] |= padding_bit;
  header[1] = static_cast<uint8_t>((fields.marker ? 0x80 : 0) | (fields.payload_type & 0x7f));
  store16(header + 2, fields.sequence);
  store32(header + 4, fields.timestamp);
  store32(header + 8, fields.ssrc);
  const auto put = [&](uint8_t place, Bytes value) {
    if (place != 0) std::memcpy(header + place, value.data(), value.size());
  };
  put(places_.level, values.audio_level);
  put(places_.descriptor, values.dependency_descriptor);
  if (places_.sent_at != 0) store24(header + places_.sent_at, values.sent_at);
  if (places_.transport != 0) store16(header + places_.transport, values.transport_sequence);
}

}  // namespace vicino::sfu
