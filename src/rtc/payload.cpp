#include "rtc/payload.h"

#include <algorithm>

#include "base/limits.h"
#include "rtc/payload_formats.h"

namespace vicino::rtc {

Result<PictureInfo> describe(Codec codec, Bytes payload, Bytes dependency_descriptor) {
  switch (codec) {
    case Codec::vp8: {
      TRY_ASSIGN(const Descriptor descriptor, read_vp8_descriptor(payload));
      return descriptor.info;
    }
    case Codec::vp9: {
      TRY_ASSIGN(const Descriptor descriptor, read_vp9_descriptor(payload));
      return descriptor.info;
    }
    case Codec::av1:
      return describe_av1(payload, dependency_descriptor);
    case Codec::h264:
      return describe_h264(payload);
    case Codec::opus:
      break;
  }
  if (payload.empty()) return fail(Errc::truncated, "Opus payload");
  PictureInfo info;
  info.key_frame = info.begins_frame = info.ends_frame = true;
  return info;
}

void rewrite_picture(Codec codec, MutBytes payload, const PictureInfo& as_sent, uint16_t picture_id,
                     uint8_t tl0_picture_index) {
  if (codec != Codec::vp8 && codec != Codec::vp9) return;
  const PictureFields at =
      codec == Codec::vp8 ? find_vp8_fields(payload) : find_vp9_fields(payload);
  const size_t id_size = as_sent.picture_id_15_bits ? 2 : 1;
  if (as_sent.picture_id && at.picture_id != 0 && at.picture_id + id_size <= payload.size()) {
    if (as_sent.picture_id_15_bits) {
      store16(&payload[at.picture_id], static_cast<uint16_t>(0x8000 | picture_id));
    } else {
      payload[at.picture_id] = picture_id & 0x7f;
    }
  }
  if (as_sent.tl0_picture_index && at.tl0_picture_index != 0 &&
      at.tl0_picture_index < payload.size()) {
    payload[at.tl0_picture_index] = tl0_picture_index;
  }
}

void cut_plainly(const FrameToCut& cut, size_t descriptor_size,
                 const std::function<void(MutBytes, bool, bool)>& describe_packet) {
  bool first = true;
  for (Bytes rest = cut.frame; !rest.empty(); first = false) {
    const Bytes part = rest.first(std::min(rest.size(), cut.max_payload - descriptor_size));
    rest = rest.subspan(part.size());
    cut.scratch.resize(descriptor_size);
    describe_packet(cut.scratch, first, rest.empty());
    cut.scratch.insert(cut.scratch.end(), part.begin(), part.end());
    cut.emit(cut.scratch, rest.empty());
  }
}

Packetizer::Packetizer(Codec codec, size_t max_payload, uint16_t first_picture_id)
    : codec_(codec), max_payload_(max_payload), picture_id_(first_picture_id & 0x7fff) {
  CHECK(max_payload >= min_payload);
  scratch_.reserve(max_payload);
}

Status read_picture_id(Reader& reader, PictureInfo& info) {
  TRY_ASSIGN(const uint8_t id, reader.u8());
  info.picture_id = id & 0x7f;
  if ((id & bit_long_picture_id) == 0) return {};
  TRY_ASSIGN(const uint8_t low, reader.u8());
  info.picture_id = static_cast<uint16_t>((id & 0x7f) << 8 | low);
  info.picture_id_15_bits = true;
  return {};
}

Status Packetizer::packetize(Bytes frame, bool key_frame,
                             const std::function<void(Bytes payload, bool last)>& emit) {
  if (frame.empty()) return fail(Errc::malformed, "empty frame");
  if (frame.size() > limits::max_frame) return fail(Errc::too_large, "frame");
  const FrameToCut cut{frame, key_frame, picture_id_, max_payload_, scratch_, emit};
  switch (codec_) {
    case Codec::vp8:
      cut_vp8(cut);
      break;
    case Codec::vp9:
      cut_vp9(cut);
      break;
    case Codec::av1:
      TRY(cut_av1(cut));
      break;
    case Codec::h264:
      TRY(cut_h264(cut));
      break;
    case Codec::opus:
      if (frame.size() > max_payload_) return fail(Errc::too_large, "Opus frame");
      emit(frame, true);
      break;
  }
  picture_id_ = (picture_id_ + 1) & 0x7fff;
  return {};
}

}  // namespace vicino::rtc
