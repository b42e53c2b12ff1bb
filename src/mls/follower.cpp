#include "mls/follower.h"

namespace vicino::mls {

Result<Follower> Follower::begin(Bytes group_info, const std::optional<Buffer>& ratchet_tree,
                                 const Environment& environment) {
  TRY_ASSIGN(const GroupInfo info, decode_body<GroupInfo>(group_info, environment));
  TRY_ASSIGN(PublicState state, verify_group_info(info, ratchet_tree, environment));
  return Follower(std::move(state));
}

Result<Follower::Received> Follower::receive(Bytes bytes, const Environment& environment) {
  TRY_ASSIGN(const PublicMessage message, decode_body<PublicMessage>(bytes, environment));
  if (message.content.type() == ContentType::application)
    return fail(Fault::application_message_not_encrypted);
  const AuthenticatedContent content{WireFormat::public_message, message.content, message.auth};
  TRY(authenticate(state_, content));
  if (content.content.type() == ContentType::proposal) {
    TRY_ASSIGN(PendingProposal pending, judge_proposal(state_, content, environment));
    ProposalRef ref = pending.ref;
    keep(state_, std::move(pending));
    return ref;
  }
  TRY_ASSIGN(StagedCommit staged, stage_commit(state_, content, environment));
  return std::make_unique<NextEpoch>(Follower(std::move(staged.next)), staged.committer,
                                     staged.external, staged.applied.added_leaves(),
                                     staged.applied.updated, staged.applied.removed,
                                     std::move(staged.applied.proposals));
}

}  // namespace vicino::mls
