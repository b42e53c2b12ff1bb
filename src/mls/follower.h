// Follows a group by its public messages, without any secret: for a server that orders commits and
// refuses what members would refuse. It can't check membership and confirmation tags, nor read
// private messages.
#pragma once

#include <memory>

#include "mls/public_state.h"

namespace vicino::mls {

class Follower {
 public:
  // `group_info`: an MLSMessage. Faults: as verify_group_info.
  static Result<Follower> begin(Bytes group_info, const std::optional<Buffer>& ratchet_tree,
                                const Environment& environment);

  // What a commit leads to; adopt `next` once the commit is the one that counts.
  struct NextEpoch;
  using Received = std::variant<ProposalRef, std::unique_ptr<NextEpoch>>;
  // An MLSMessage with a PublicMessage. A proposal is kept at once, a commit changes nothing.
  // Faults: as Group::receive.
  Result<Received> receive(Bytes message, const Environment& environment);

  // Those who join, by Welcome or from outside, can be given the tree from here when it isn't in
  // what a member made: their `ratchet_tree` is state().tree.serialize(). For a Welcome, that of
  // the epoch it begins.
  const PublicState& state() const { return state_; }

 private:
  explicit Follower(PublicState state) : state_(std::move(state)) {}

  PublicState state_;
};

struct Follower::NextEpoch {
  Follower next;
  LeafIndex committer;
  bool external = false;
  std::vector<LeafIndex> added;
  std::vector<LeafIndex> updated;
  std::vector<LeafIndex> removed;
  std::vector<SentProposal> proposals;  // as in mls::NewEpoch
};

}  // namespace vicino::mls
