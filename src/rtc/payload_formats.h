// The payload formats one by one, behind payload.h: how each reads its descriptor, cuts a frame and
// joins it again.
#pragma once

#include "rtc/payload.h"

namespace vicino::rtc {

inline void append(Bytes bytes, Buffer& out) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// A packet's descriptor: its meaning and its size in front of the content.
struct Descriptor {
  PictureInfo info;
  size_t size = 0;
};
// Errors: truncated, malformed. The payload holds at least one byte after the descriptor.
Result<Descriptor> read_vp8_descriptor(Bytes payload);
Result<Descriptor> read_vp9_descriptor(Bytes payload);
// Picture ids of VP8 and VP9 look the same: 7 bits, or 15 when the first bit says so. Error:
// truncated.
inline constexpr uint8_t bit_long_picture_id = 0x80;
Status read_picture_id(Reader& reader, PictureInfo& info);
Result<PictureInfo> describe_av1(Bytes payload, Bytes dependency_descriptor);
Result<PictureInfo> describe_h264(Bytes payload);

// Where picture id and TL0PICIDX are, for a payload whose descriptor was read; 0: not there.
struct PictureFields {
  size_t picture_id = 0;
  size_t tl0_picture_index = 0;
};
PictureFields find_vp8_fields(Bytes payload);
PictureFields find_vp9_fields(Bytes payload);

// One frame being cut.
struct FrameToCut {
  Bytes frame;
  bool key_frame;
  uint16_t picture_id;  // 15 bits
  size_t max_payload;
  Buffer& scratch;  // memory kept between frames
  const std::function<void(Bytes payload, bool last)>& emit;
};
void cut_vp8(const FrameToCut& cut);
void cut_vp9(const FrameToCut& cut);
// Errors: malformed; nothing was emitted then.
Status cut_av1(const FrameToCut& cut);
Status cut_h264(const FrameToCut& cut);
// For VP8 and VP9: chunks of the frame, each behind a descriptor that differs in the first and the
// last packet.
void cut_plainly(
    const FrameToCut& cut, size_t descriptor_size,
    const std::function<void(MutBytes descriptor, bool first, bool last)>& describe_packet);

// Joins the payloads of one frame, given in order, into `frame`. Errors: malformed.
class FrameJoiner {
 public:
  virtual ~FrameJoiner() = default;
  virtual Status add(Bytes payload, Buffer& frame) = 0;
  virtual Status finish(Buffer&) { return {}; }
};
class Av1Joiner final : public FrameJoiner {
 public:
  Status add(Bytes payload, Buffer& frame) override;
  Status finish(Buffer& frame) override;

 private:
  Buffer obu_;  // the one being put together, without size field
  bool continues_ = false;
};
class H264Joiner final : public FrameJoiner {
 public:
  Status add(Bytes payload, Buffer& frame) override;
  Status finish(Buffer& frame) override;

 private:
  bool in_fragment_ = false;
};

}  // namespace vicino::rtc
