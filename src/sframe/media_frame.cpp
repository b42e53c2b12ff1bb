#include "sframe/media_frame.h"

namespace vicino::sframe {
namespace {

class Metadata {
 public:
  Metadata(Source source, Codec codec, Bytes shim) : writer_(memory_) {
    writer_.u8(media_version);
    writer_.u8(static_cast<uint8_t>(source));
    writer_.u8(static_cast<uint8_t>(codec));
    writer_.bytes(shim);
    CHECK(writer_.ok());
  }
  Metadata(const Metadata&) = delete;
  Metadata& operator=(const Metadata&) = delete;
  Bytes bytes() const { return writer_.written(); }

 private:
  std::array<uint8_t, 3 + max_shim_size> memory_{};
  Writer writer_;
};
static_assert(3 + max_shim_size <= max_metadata_size);

Status check_codec(Source source, Codec codec) {
  const bool sound = source == Source::microphone || source == Source::screen_audio;
  if (sound != (codec == Codec::opus)) return fail(Errc::malformed, "codec of another kind");
  return {};
}

}  // namespace

size_t FrameSealPlan::max_size() const {
  return max_wrapped_size(codec, sframe.aad.header().size() + sframe.ciphertext_size);
}

Result<FrameSealPlan> plan_seal_frame(SenderContext& sender, Codec codec, bool key_frame,
                                      size_t plaintext_size) {
  TRY_ASSIGN(const KeyId id, parse_kid(sender.kid()));
  const Source source = source_of(id.stream);
  TRY(check_codec(source, codec));
  if (plaintext_size > limits::max_frame ||
      sender.sealed_size(plaintext_size) > limits::max_frame) {
    return fail(Errc::too_large, "frame to seal");
  }
  const Shim shim(codec, key_frame, sender.sealed_size(plaintext_size));
  const Metadata metadata(source, codec, shim.bytes());
  TRY_ASSIGN(const SealPlan plan, sender.plan_seal(plaintext_size, metadata.bytes()));
  return FrameSealPlan{codec, shim, plan};
}

Result<MutBytes> finish_seal_frame(const FrameSealPlan& plan, Bytes ciphertext, MutBytes out) {
  CHECK(ciphertext.size() == plan.sframe.ciphertext_size);
  const std::array<Bytes, 2> sealed = {plan.sframe.aad.header(), ciphertext};
  return wrap(plan.codec, plan.shim, sealed, out);
}

Result<Buffer> seal_frame(SenderContext& sender, Codec codec, bool key_frame, Bytes plaintext) {
  TRY_ASSIGN(const FrameSealPlan plan, plan_seal_frame(sender, codec, key_frame, plaintext.size()));
  Buffer ciphertext(plan.sframe.ciphertext_size);
  sender.finish_seal(plan.sframe, plaintext, ciphertext);
  Buffer frame(plan.max_size());
  TRY_ASSIGN(const MutBytes used, finish_seal_frame(plan, ciphertext, frame));
  frame.resize(used.size());
  return frame;
}

Result<FrameOpenPlan> plan_open_frame(KeyRing& keys, Codec codec, Bytes frame, MutBytes scratch) {
  TRY_ASSIGN(const Unwrapped unwrapped, unwrap(codec, frame, scratch));
  TRY_ASSIGN(const DecodedHeader decoded, decode_header(unwrapped.sealed));
  TRY_ASSIGN(const KeyId id, parse_kid(decoded.header.kid));
  const Source source = source_of(id.stream);
  TRY(check_codec(source, codec));
  const Metadata metadata(source, codec, unwrapped.shim);
  TRY_ASSIGN(const KeyRing::Planned plan, keys.plan_open(unwrapped.sealed, metadata.bytes()));
  return FrameOpenPlan{plan.sender, plan.stream, unwrapped.key_frame, plan.open};
}

Result<OpenedFrame> open_frame(KeyRing& keys, Codec codec, Bytes frame) {
  Buffer scratch(codec == Codec::h264 ? frame.size() : 0);
  TRY_ASSIGN(const FrameOpenPlan plan, plan_open_frame(keys, codec, frame, scratch));
  Buffer plaintext(plan.sframe.plaintext_size);
  TRY(keys.finish_open(plan.sframe, plaintext));
  return OpenedFrame{plan.sender, plan.stream, plan.key_frame, std::move(plaintext)};
}

}  // namespace vicino::sframe
