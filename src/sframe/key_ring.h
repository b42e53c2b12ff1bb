// All keys a participant receives with: from the key id in a frame to the one key it may be under.
// A key id is a sender's id plus a stream number in the low four bits; each is its own key with its
// own counters.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/ids.h"
#include "base/limits.h"
#include "sframe/context.h"

namespace vicino::sframe {

inline constexpr uint64_t stream_mask = 0x0f;
inline constexpr size_t streams_per_sender = 16;

constexpr SenderId sender_of(uint64_t kid) {
  return {kid & ~stream_mask};
}

// Frames can't make it grow: keys exist for senders that were added, at most max_participants at a
// time, and of those for the streams frames name, at most 16 each.
class KeyRing {
 public:
  // Senders that left and had sent something. Their last counters are kept, or the server could let
  // them leave and return and then repeat their frames. A higher value costs about 300 bytes each;
  // when it is reached, nobody new can be added.
  static constexpr size_t max_left = 8192;

  explicit KeyRing(Suite suite) : suite_(suite) {}

  // A sender's id has zeros in its low four bits. Adding it again with the same base key changes
  // nothing. Errors: malformed (id), bad_state (there with another base key), exhausted.
  Status add_sender(SenderId sender, Bytes base_key);
  // Its frames are unknown_key from now on, those already planned included.
  void remove_sender(SenderId sender);

  // Errors: as ReceiverContext::plan_open; unknown_key for a sender that wasn't added.
  Result<OpenPlan> plan_open(Bytes sealed, Bytes metadata);
  // Errors: replayed; unknown_key (removed since).
  Status commit_open(const OpenPlan& plan);

  struct Opened {
    uint64_t kid;  // who sent it, proved
    MutBytes plaintext;
  };
  // `out` has room for sealed.size() bytes. Errors: as plan_open, unauthenticated.
  Result<Opened> open(Bytes sealed, Bytes metadata, MutBytes out);
  // Cipher and commit of a plan. `out` takes at least plan.plaintext_size bytes.
  Result<Opened> finish_open(const OpenPlan& plan, MutBytes out);

  // The cipher key of a plan, for a host that runs the cipher itself. The host may keep it under
  // plan.key_slot until the sender is removed. Errors: unknown_key.
  Result<Bytes> expose_key(const OpenPlan& plan) const;

  size_t senders() const { return senders_.size(); }

 private:
  struct Stream {
    uint64_t key_slot;
    ReceiverContext context;
  };
  using LastCounters = std::array<std::optional<uint64_t>, streams_per_sender>;
  struct Sender {
    FrameSecret secret;
    LastCounters before;  // from an earlier stay
    std::array<std::unique_ptr<Stream>, streams_per_sender> streams;
  };

  Result<Stream*> find_or_derive(uint64_t kid);
  Result<Stream*> find(const OpenPlan& plan) const;

  Suite suite_;
  uint64_t next_slot_ = 1;
  std::unordered_map<SenderId, Sender> senders_;
  std::unordered_map<SenderId, LastCounters> left_;
};

}  // namespace vicino::sframe
