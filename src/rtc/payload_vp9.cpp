// VP9 payload descriptor (RFC 9628 section 4.2).
#include "rtc/payload_formats.h"

namespace vicino::rtc {
namespace {

constexpr uint8_t bit_with_picture_id = 0x80, bit_predicted = 0x40, bit_layers = 0x20;
constexpr uint8_t bit_flexible = 0x10, bit_begin = 0x08, bit_end = 0x04, bit_structure = 0x02;
constexpr uint8_t bit_switching_up = 0x10, bit_inter_layer = 0x01, bit_more_references = 0x01;
constexpr int max_references = 3;

Status pass_references(Reader& reader) {
  for (int i = 0; i < max_references; ++i) {
    TRY_ASSIGN(const uint8_t reference, reader.u8());
    if ((reference & bit_more_references) == 0) return {};
  }
  return fail(Errc::malformed, "VP9 references");
}

// The scalability structure (section 4.2.1): sizes of the layers and the pattern of pictures,
// neither needed here.
Status pass_structure(Reader& reader) {
  TRY_ASSIGN(const uint8_t head, reader.u8());
  const size_t layers = static_cast<size_t>(head >> 5) + 1;
  if ((head & 0x10) != 0) TRY(reader.take(4 * layers));
  if ((head & 0x08) == 0) return {};
  TRY_ASSIGN(const uint8_t pictures, reader.u8());
  for (int i = 0; i < pictures; ++i) {
    TRY_ASSIGN(const uint8_t picture, reader.u8());
    TRY(reader.take(picture >> 2 & 3));
  }
  return {};
}

}  // namespace

Result<Descriptor> read_vp9_descriptor(Bytes payload) {
  Reader reader(payload);
  Descriptor descriptor;
  PictureInfo& info = descriptor.info;
  TRY_ASSIGN(const uint8_t first, reader.u8());
  if ((first & bit_with_picture_id) != 0) TRY(read_picture_id(reader, info));
  bool inter_layer = false;
  if ((first & bit_layers) != 0) {
    TRY_ASSIGN(const uint8_t layers, reader.u8());
    info.temporal_layer = layers >> 5;
    info.spatial_layer = layers >> 1 & 7;
    info.layer_sync = (layers & bit_switching_up) != 0;
    inter_layer = (layers & bit_inter_layer) != 0;
    if ((first & bit_flexible) == 0) {
      TRY_ASSIGN(info.tl0_picture_index, reader.u8());
    }
  }
  const bool predicted = (first & bit_predicted) != 0;
  if ((first & bit_flexible) != 0 && predicted) TRY(pass_references(reader));
  if ((first & bit_structure) != 0) TRY(pass_structure(reader));
  if (reader.empty()) return fail(Errc::truncated, "VP9 payload");
  descriptor.size = payload.size() - reader.remaining();
  info.begins_frame = (first & bit_begin) != 0;
  info.ends_frame = (first & bit_end) != 0;
  // A frame predicted neither from an earlier picture nor from the layer below starts its layer
  // anew.
  info.key_frame = info.begins_frame && !predicted && !inter_layer;
  return descriptor;
}

PictureFields find_vp9_fields(Bytes payload) {
  PictureFields fields;
  if (payload.size() < 2) return fields;
  size_t at = 1;
  if ((payload[0] & bit_with_picture_id) != 0) {
    fields.picture_id = at;
    at += (payload[at] & bit_long_picture_id) != 0 ? 2u : 1u;
  }
  if ((payload[0] & bit_layers) != 0 && (payload[0] & bit_flexible) == 0) {
    fields.tl0_picture_index = at + 1;
  }
  return fields;
}

// Flexible mode, though the frames are a plain chain: in the other mode Chromium and Firefox drop
// frames that come without TL0PICIDX and scalability structure.
void cut_vp9(const FrameToCut& cut) {
  const size_t size = cut.key_frame ? 4 : 5;
  cut_plainly(cut, size, [&](MutBytes descriptor, bool first, bool last) {
    uint8_t bits = bit_with_picture_id | bit_layers | bit_flexible;
    if (!cut.key_frame) bits |= bit_predicted;
    if (first) bits |= bit_begin;
    if (last) bits |= bit_end;
    descriptor[0] = bits;
    store16(&descriptor[1], static_cast<uint16_t>(0x8000 | cut.picture_id));
    descriptor[3] = 0;                           // layers 0, 0
    if (!cut.key_frame) descriptor[4] = 1 << 1;  // refers to the picture before
  });
}

}  // namespace vicino::rtc
