// Every encoded frame of a call passes here: own ones are sealed, others' opened. It knows which senders there are and
// derives their keys; frames of anybody else stay shut.
#pragma once

#include <memory>

#include "core/media_keys.h"

namespace vicino::core {

class MediaFrames {
 public:
  MediaFrames(MediaSecret secret, SenderId own);

  // Errors: bad_state (the own id), and as sframe::KeyRing::add_sender.
  Status add_sender(SenderId sender);
  void remove_sender(SenderId sender) { ring_.remove_sender(sender); }

  // `ssrc` tells the layers of a simulcast camera apart (0 where there is one stream): each gets a context of its own in
  // order of appearance. Errors: as sframe::plan_seal_frame.
  Result<sframe::FrameSealPlan> plan_seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame,
                                          size_t plaintext_size);
  // The stream plan_seal() seals under, and its key for a host that runs the cipher itself.
  sframe::Stream stream_of(Source source, uint32_t ssrc);
  Bytes expose_sending_key(sframe::Stream stream) { return context(stream).expose_key(); }
  Result<Buffer> seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame, Bytes plaintext);

  // Plans and opens what others sent (sframe::plan_open_frame, sframe::open_frame).
  sframe::KeyRing& ring() { return ring_; }
  Result<sframe::OpenedFrame> open(sframe::Codec codec, Bytes frame) { return sframe::open_frame(ring_, codec, frame); }

 private:
  static constexpr size_t streams = 6;
  static constexpr size_t camera_streams = 3;
  sframe::SenderContext& context(sframe::Stream stream);

  MediaSecret secret_;
  SenderId own_;
  sframe::KeyRing ring_{sframe::Suite::aes_128_gcm_sha256_128};
  std::array<std::unique_ptr<sframe::SenderContext>, streams> sending_;
  // Which camera layer each SSRC is; the oldest is forgotten first, which is safe: contexts keep counting.
  std::array<uint32_t, camera_streams> camera_ssrcs_{};
  size_t next_camera_ = 0;
};

}  // namespace vicino::core
