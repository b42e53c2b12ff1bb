// VP8 payload descriptor (RFC 7741 section 4.2).
#include "rtc/payload_formats.h"

namespace vicino::rtc {
namespace {

constexpr uint8_t bit_extended = 0x80, bit_start = 0x10, partition_mask = 0x07;
constexpr uint8_t bit_picture_id = 0x80, bit_tl0 = 0x40, bit_tid = 0x20, bit_key_index = 0x10;
constexpr uint8_t bit_layer_sync = 0x20;  // in the octet of the temporal layer
constexpr uint8_t frame_bit_delta =
    0x01;  // "P", the inverse key frame flag of the frame's first byte (RFC 6386 9.1)

}  // namespace

Result<Descriptor> read_vp8_descriptor(Bytes payload) {
  Reader reader(payload);
  Descriptor descriptor;
  PictureInfo& info = descriptor.info;
  TRY_ASSIGN(const uint8_t first, reader.u8());
  if ((first & bit_extended) != 0) {
    TRY_ASSIGN(const uint8_t present, reader.u8());
    if ((present & bit_picture_id) != 0) TRY(read_picture_id(reader, info));
    if ((present & bit_tl0) != 0) {
      TRY_ASSIGN(info.tl0_picture_index, reader.u8());
    }
    if ((present & (bit_tid | bit_key_index)) != 0) {
      TRY_ASSIGN(const uint8_t layer, reader.u8());
      if ((present & bit_tid) != 0) info.temporal_layer = layer >> 6;
      info.layer_sync = (present & bit_tid) != 0 && (layer & bit_layer_sync) != 0;
    }
  }
  if (reader.empty()) return fail(Errc::truncated, "VP8 payload");
  descriptor.size = payload.size() - reader.remaining();
  info.begins_frame = (first & bit_start) != 0 && (first & partition_mask) == 0;
  info.key_frame = info.begins_frame && (reader.rest()[0] & frame_bit_delta) == 0;
  return descriptor;
}

PictureFields find_vp8_fields(Bytes payload) {
  PictureFields fields;
  if (payload.size() < 4 || (payload[0] & bit_extended) == 0) return fields;
  size_t at = 2;
  if ((payload[1] & bit_picture_id) != 0) {
    fields.picture_id = at;
    at += (payload[at] & bit_long_picture_id) != 0 ? 2u : 1u;
  }
  if ((payload[1] & bit_tl0) != 0) fields.tl0_picture_index = at;
  return fields;
}

void cut_vp8(const FrameToCut& cut) {
  constexpr size_t size = 4;
  cut_plainly(cut, size, [&](MutBytes descriptor, bool first, bool) {
    descriptor[0] = static_cast<uint8_t>(bit_extended | (first ? bit_start : 0));
    descriptor[1] = bit_picture_id;
    store16(&descriptor[2], static_cast<uint16_t>(0x8000 | cut.picture_id));
  });
}

}  // namespace vicino::rtc
