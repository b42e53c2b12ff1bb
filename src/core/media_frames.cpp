#include "core/media_frames.h"

namespace vicino::core {

MediaFrames::MediaFrames(MediaSecret secret, SenderId own) : secret_(std::move(secret)), own_(own) {}

Status MediaFrames::add_sender(SenderId sender) {
  // Or the server could show somebody their own frames as another's.
  if (sender == own_) return fail(Errc::bad_state, "own sender id");
  return ring_.add_sender(sender, derive_base_key(secret_, sender).expose());
}

sframe::Stream MediaFrames::stream_of(Source source, uint32_t ssrc) {
  switch (source) {
    case Source::microphone:
      return sframe::Stream::microphone;
    case Source::screen:
      return sframe::Stream::screen;
    case Source::screen_audio:
      return sframe::Stream::screen_audio;
    case Source::camera:
      break;
  }
  size_t layer = 0;
  while (layer < camera_streams && camera_ssrcs_[layer] != ssrc) ++layer;
  if (layer == camera_streams) {
    layer = next_camera_;
    next_camera_ = (next_camera_ + 1) % camera_streams;
    camera_ssrcs_[layer] = ssrc;
  }
  return static_cast<sframe::Stream>(static_cast<size_t>(sframe::Stream::camera_low) + layer);
}

sframe::SenderContext& MediaFrames::context(sframe::Stream stream) {
  auto& context = sending_.at(static_cast<size_t>(stream));
  if (!context) {
    context = std::make_unique<sframe::SenderContext>(sframe::Suite::aes_128_gcm_sha256_128,
                                                      sframe::make_kid(own_, stream),
                                                      derive_base_key(secret_, own_).expose());
  }
  return *context;
}

Result<sframe::FrameSealPlan> MediaFrames::plan_seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame,
                                                     size_t plaintext_size) {
  return sframe::plan_seal_frame(context(stream_of(source, ssrc)), codec, key_frame, plaintext_size);
}

Result<Buffer> MediaFrames::seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame, Bytes plaintext) {
  return sframe::seal_frame(context(stream_of(source, ssrc)), codec, key_frame, plaintext);
}

}  // namespace vicino::core
