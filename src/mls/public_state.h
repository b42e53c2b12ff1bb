// All of a group's state that needs no secret: what a member shares with everybody, and all that a
// follower has. Handling a commit begins here for both.
#pragma once

#include "mls/proposal_list.h"

namespace vicino::mls {

struct PendingProposal {
  ProposalRef ref;
  SentProposal sent;

  bool operator==(const PendingProposal&) const = default;
};

struct PublicState {
  GroupContext context;
  RatchetTree tree;
  Buffer confirmation_tag;  // of the commit that began this epoch
  Buffer interim_transcript_hash;
  std::vector<PendingProposal> pending;  // proposals of this epoch, in the order of their arrival

  const Suite& suite() const { return tree.suite(); }
  const SentProposal* find_pending(const ProposalRef& ref) const;

  bool operator==(const PublicState&) const = default;
};

// Group, epoch and sender of a message are right and its signature holds. Faults: wrong_group,
// wrong_epoch, sender_not_a_member, sender_type_not_allowed, signature_invalid.
Status authenticate(const PublicState& state, const AuthenticatedContent& message);

// An authentic proposal, fit to be kept for a commit to come. Faults: those of section 12.1,
// too_many_proposals, too_many_proposals_of_sender.
Result<PendingProposal> judge_proposal(const PublicState& state,
                                       const AuthenticatedContent& message,
                                       const Environment& environment);
// Once however often it comes.
void keep(PublicState& state, PendingProposal proposal);

// What a commit makes of a state. Who holds secrets checks its confirmation tag before believing
// it.
struct StagedCommit {
  PublicState next;
  Applied applied;
  std::optional<UpdatePath> path;
  GroupContext
      provisional;  // the context path secrets are encrypted under: without the new transcript hash
  LeafIndex committer;
  bool external = false;
};

// An authentic commit. Faults: those of sections 12.2, 12.3, 12.4.2 and 7.5 that can be seen
// without secrets.
Result<StagedCommit> stage_commit(const PublicState& state, const AuthenticatedContent& message,
                                  const Environment& environment);

// The proposals of a commit, those by reference looked up. Fault: proposal_unknown.
Result<std::vector<SentProposal>> resolve(const PublicState& state, const Commit& commit,
                                          const Sender& sender);

// The context of the epoch after `context`, before its commit's transcript hash is known.
GroupContext provisional_context(const GroupContext& context, const RatchetTree& tree,
                                 const Extensions& extensions);

// Ends the epoch: the transcript with this commit.
PublicState next_state(const PublicState& before, GroupContext provisional, RatchetTree tree,
                       const AuthenticatedContent& commit);

// The body of an MLSMessage that has to be a T. Faults: message_too_large, malformed,
// wrong_wire_format.
template <class T>
Result<T> decode_body(Bytes bytes, const Environment& environment) {
  if (bytes.size() > environment.rules.max_message) return fail(Fault::message_too_large);
  TRY_ASSIGN(Message message, decode<Message>(bytes));
  if (!message.as<T>()) return fail(Fault::wrong_wire_format);
  return std::get<T>(std::move(message.body));
}

// A group that somebody else describes (sections 12.4.3.1 and 12.4.3.2): the tree fits its hash,
// and every leaf, node and extension is valid; the signer is a member and signed. Faults:
// group_info_*, tree_*, parent_hash_invalid, leaf_*, credential_refused, ratchet_tree_missing.
Result<PublicState> verify_group_info(const GroupInfo& info,
                                      const std::optional<Buffer>& ratchet_tree,
                                      const Environment& environment);

}  // namespace vicino::mls
