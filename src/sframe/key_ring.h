// All keys a participant receives with: from the key id in a frame to the one key it may be under,
// and to its sender by the roster of the epoch that the key is of (RFC 9605 section 5.2).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>

#include "sframe/context.h"
#include "sframe/key_id.h"

namespace vicino::sframe {

// Frames can't make it grow: keys exist for members of epochs that were added, and of those for the
// streams frames name.
class KeyRing {
 public:
  // Epochs that frames may be under at a time; one more ends the oldest. A higher value costs about
  // 6 KB per member that sends.
  static constexpr size_t max_epochs = 16;

  explicit KeyRing(Suite suite) : suite_(suite) {}

  // Ends an earlier epoch that has the same 8 low bits. `members`: the others; nobody is one at
  // `own_leaf`, or own frames, sent back, would be another's. Errors: bad_state (not above every
  // epoch there ever was: counters seen are forgotten with an epoch, so none comes back; the own
  // leaf is another's), malformed (a leaf over its limit or twice, a sender twice).
  Status add_epoch(uint64_t epoch, Bytes base_key, std::span<const EpochMember> members,
                   std::optional<uint32_t> own_leaf = {});
  // One more member of an epoch that is there. Errors: unknown_key (no such epoch), bad_state (leaf
  // or sender taken, or the own leaf), malformed (a leaf over its limit).
  Status add_member(uint64_t epoch, EpochMember member);
  // Its frames are unknown_key from now on, those already planned included.
  void remove_epoch(uint64_t epoch);
  // The same for one sender in all epochs.
  void remove_sender(SenderId sender);
  // Removes all epochs; those of another group may have any number.
  void start_over();

  struct Planned {
    SenderId sender;  // whose key it is; proved once the frame authenticates
    Stream stream;
    OpenPlan open;
  };
  // Errors: as ReceiverContext::plan_open; unknown_key for an epoch, leaf or stream that isn't
  // there.
  Result<Planned> plan_open(Bytes sealed, Bytes metadata);
  // Errors: replayed; unknown_key (removed since).
  Status commit_open(const OpenPlan& plan);

  struct Opened {
    SenderId sender;  // proved
    Stream stream;
    MutBytes plaintext;
  };
  // `out` has room for sealed.size() bytes. Errors: as plan_open, unauthenticated.
  Result<Opened> open(Bytes sealed, Bytes metadata, MutBytes out);
  // Cipher and commit of a plan. `out` takes at least plan.plaintext_size bytes.
  Result<MutBytes> finish_open(const OpenPlan& plan, MutBytes out);

  // The cipher key of a plan, for a host that runs the cipher itself. The host may keep it under
  // plan.key_slot. Errors: unknown_key.
  Result<Bytes> expose_key(const OpenPlan& plan) const;

  size_t epochs() const { return epochs_.size(); }
  size_t members() const;  // of all epochs
  size_t derived_keys() const;

 private:
  struct Receiving {
    uint64_t key_slot;
    ReceiverContext context;
  };
  struct Member {
    SenderId sender;
    std::array<std::unique_ptr<Receiving>, stream_count> streams;
  };
  struct Epoch {
    uint64_t number;
    FrameSecret secret;
    std::optional<uint32_t> own_leaf;
    std::unordered_map<uint32_t, Member> leaves;
  };

  Result<Receiving*> find(const OpenPlan& plan) const;
  void end_oldest();

  Suite suite_;
  uint64_t next_slot_ = 1;
  std::optional<uint64_t> newest_;
  std::map<uint8_t, Epoch> epochs_;  // by what a key id says of them
};

}  // namespace vicino::sframe
