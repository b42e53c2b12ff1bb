// A whole media frame as it goes to the packetiser and comes from the depacketiser: shim, SFrame
// header, ciphertext, tag. Natively seal_frame() and open_frame(); with an asynchronous cipher the
// plans they are made of.
//
// Additional authenticated data: the SFrame header, then version (1 byte), source (1 byte), codec
// (1 byte), shim. So the server can't show one stream as another, nor a delta frame as a key frame.
#pragma once

#include "sframe/key_ring.h"
#include "sframe/shim.h"

namespace vicino::sframe {

inline constexpr uint8_t media_version = 1;

struct FrameSealPlan {
  Codec codec;
  Shim shim;
  SealPlan sframe;
  size_t max_size() const;  // of the finished frame
};
// Errors: as SenderContext::plan_seal; malformed (an audio codec for a picture or the reverse, a
// key id that names no stream).
Result<FrameSealPlan> plan_seal_frame(SenderContext& sender, Codec codec, bool key_frame,
                                      size_t plaintext_size);
// Puts the frame together. `ciphertext` has plan.sframe.ciphertext_size bytes, `out` room for
// plan.max_size(); returns the part used. Errors: too_large.
Result<MutBytes> finish_seal_frame(const FrameSealPlan& plan, Bytes ciphertext, MutBytes out);

Result<Buffer> seal_frame(SenderContext& sender, Codec codec, bool key_frame, Bytes plaintext);

struct FrameOpenPlan {
  SenderId sender;
  Stream stream;
  std::optional<bool> key_frame;  // nullopt: the codec's shim doesn't say (VP9, Opus)
  OpenPlan sframe;                // KeyRing::expose_key, KeyRing::commit_open
};
// `scratch` has the frame's size for H.264 and isn't used otherwise; the plan's ciphertext is part
// of one of them. Nothing in the plan is proved before the ciphertext has authenticated. Errors: as
// unwrap() and KeyRing::plan_open; malformed (codec and stream don't fit).
Result<FrameOpenPlan> plan_open_frame(KeyRing& keys, Codec codec, Bytes frame, MutBytes scratch);

struct OpenedFrame {
  SenderId sender;  // proved by the key
  Stream stream;
  std::optional<bool> key_frame;
  Buffer plaintext;
};
Result<OpenedFrame> open_frame(KeyRing& keys, Codec codec, Bytes frame);

}  // namespace vicino::sframe
