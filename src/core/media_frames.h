// Every encoded frame of a call passes here: own ones are sealed, others' opened. It knows the keys of the epochs it
// was told of and nothing else; frames under any other key stay shut.
#pragma once

#include <memory>

#include "core/slot_watch.h"
#include "sframe/media_frame.h"

namespace vicino::core {

class MediaFrames {
 public:
  // Errors: as sframe::KeyRing::add_epoch; bad_state (the own leaf is another's; an epoch to send under that wasn't
  // begun, has ended, or isn't above the last one). A refused change changes nothing.
  Status apply(const FrameKeyChange& change);

  struct SealPlan {
    uint64_t key_slot;  // which key: a number never used twice
    sframe::FrameSealPlan frame;
  };
  // `ssrc` tells the layers of a simulcast camera apart (0 where there is one stream): each gets a
  // stream of its own in order of appearance. Errors: unknown_key (no epoch to send under),
  // bad_state (held), and as sframe::plan_seal_frame.
  Result<SealPlan> plan_seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame, size_t plaintext_size);
  // The cipher key of a plan, for a host that runs the cipher itself. Errors: unknown_key (another epoch since).
  Result<Bytes> expose_sending_key(uint64_t key_slot) const;
  Result<Buffer> seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame, Bytes plaintext);
  std::optional<uint64_t> sending_epoch() const;

  // Plans and opens what others sent (sframe::plan_open_frame, sframe::open_frame).
  sframe::KeyRing& ring() { return ring_; }
  Result<sframe::OpenedFrame> open(sframe::Codec codec, Bytes frame) { return sframe::open_frame(ring_, codec, frame); }

  // Whoever opens frames says here what became of each.
  SlotWatch& slots() { return slots_; }

 private:
  static constexpr size_t camera_streams = 3;
  // What own frames of an epoch are sealed under.
  struct Sending {
    uint64_t epoch;
    uint64_t first_slot;  // a key slot per stream, in order
    std::vector<sframe::SenderContext> streams;
  };
  struct Ahead {
    BaseKey base_key;
    uint32_t own_leaf;
  };
  Status begin(const BeginEpoch& change);
  Status send_under(uint64_t epoch);
  void end(uint64_t epoch);
  void start_over();
  Status may_send() const;
  sframe::Stream stream_of(Source source, uint32_t ssrc);

  sframe::KeyRing ring_{sframe::Suite::aes_128_gcm_sha256_128};
  std::map<uint64_t, Ahead> ahead_;  // begun, and not sent under yet
  std::optional<Sending> sending_;
  bool held_ = false;
  uint64_t next_slot_ = 1;
  // Which camera layer each SSRC is; the oldest is forgotten first, which is safe: streams keep counting.
  std::array<uint32_t, camera_streams> camera_ssrcs_{};
  size_t next_camera_ = 0;
  SlotWatch slots_;
};

}  // namespace vicino::core
