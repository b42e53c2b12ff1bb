// The group's messages in the server's order.
#include <algorithm>

#include "core/call_group_parts.h"

namespace vicino::core {
namespace {

std::unexpected<Refusal> refuse(Error error, Remedy remedy) {
  return std::unexpected(Refusal{error, remedy});
}
std::unexpected<Refusal> refuse(Errc code, const char* where, Remedy remedy) {
  return refuse(Error{code, where}, remedy);
}

std::unexpected<Refusal> refuse(mls::Fault fault, const mls::Sender& sender) {
  // A leaf that isn't who it says, in what a member has signed: the server can't see that, so who
  // goes on from there is a member who made it up. From outside the group it proves nothing:
  // anybody can sign a commit with a key of its own, the server alone too, and what nobody has
  // authenticated must not end a call.
  const bool pretends =
      fault == mls::Fault::credential_refused && sender.type == mls::SenderType::member;
  return refuse(error_of(fault), pretends ? Remedy::tampered : Remedy::resync);
}

std::unexpected<Refusal> refuse_breach(admission::Breach breach) {
  return refuse(Errc::unauthenticated, admission::to_string(breach).data(), Remedy::tampered);
}

bool server_removes(const mls::FramedContent& content) {
  const auto* proposal = std::get_if<mls::Proposal>(&content.body);
  return proposal && content.sender.type == mls::SenderType::external &&
         proposal->as<mls::Remove>();
}

// Whether this is a message to look into now.
std::expected<void, Refusal> fits(const mls::GroupContext& context,
                                  const mls::PublicMessage& message) {
  const mls::FramedContent& content = message.content;
  if (content.group_id != context.group_id)
    return refuse(Errc::malformed, "a message of another group", Remedy::resync);
  if (content.epoch < context.epoch)
    return refuse(Errc::replayed, "of an epoch that is over", Remedy::ignore);
  if (content.epoch > context.epoch)
    return refuse(Errc::unknown_key, "of an epoch that isn't here", Remedy::resync);
  if (content.type() == mls::ContentType::proposal && !server_removes(content))
    return refuse(Errc::malformed, "only the server proposes, and only Removes", Remedy::ignore);
  return {};
}

std::optional<SenderId> committer_of(const mls::PublicState& after, const mls::NewEpoch& commit) {
  const mls::LeafNode* const leaf = after.tree.leaf(commit.committer);
  const auto sender = leaf ? admission::sender_of(leaf->credential) : fail(Errc::not_found, "");
  return sender ? std::optional(*sender) : std::nullopt;
}

// What remains to be known of an epoch that one isn't in.
EpochChange removal(const CallEpoch& before, const mls::PublicState& after) {
  EpochChange change;
  change.epoch = after.context.epoch;
  change.removed_self = true;
  for (const MemberInfo& member : before.members)
    if (!admission::leaf_of(after.tree, member.sender)) change.removed.push_back(member);
  return change;
}

}  // namespace

std::expected<Handled, Refusal> CallGroup::handle(uint64_t now_s, Bytes message) {
  if (parts_->prepared && equal(parts_->prepared->commit, message)) return adopt_prepared();
  if (!in_group()) return refuse(Errc::bad_state, "not a member", Remedy::ignore);
  const auto decoded = mls::decode<mls::Message>(message);
  const auto* plain = decoded ? decoded->as<mls::PublicMessage>() : nullptr;
  if (!plain) return refuse(Errc::malformed, "not a PublicMessage", Remedy::resync);
  if (auto fit = fits(parts_->epoch->group.context(), *plain); !fit)
    return std::unexpected(fit.error());

  CallEpoch& epoch = *parts_->epoch;
  const CallEnvironment environment(epoch.link, &epoch.keys, now_s);
  auto received = epoch.group.receive(message, environment.mls());
  if (!received) return refuse(received.error(), plain->content.sender);
  if (const auto* proposal = std::get_if<mls::ReceivedProposal>(&*received)) {
    const auto* remove = proposal->proposal.proposal.as<mls::Remove>();
    const MemberInfo* const member = remove ? epoch.at({remove->removed}) : nullptr;
    return ProposalKept{member ? std::optional(member->sender) : std::nullopt};
  }
  auto& commit = *std::get<std::unique_ptr<mls::NewEpoch>>(*received);
  if (commit.group) return adopt_others(std::move(commit));

  // One is removed. MLS gives no state for that, but whether it was allowed is to be seen.
  const mls::AuthenticatedContent content{mls::WireFormat::public_message, plain->content,
                                          plain->auth};
  const auto staged = mls::stage_commit(epoch.group.state(), content, environment.mls());
  if (!staged) return refuse(staged.error(), plain->content.sender);
  return leave_by(commit, staged->next);
}

EpochChange CallGroup::adopt_prepared() {
  Parts::Prepared prepared = std::move(*parts_->prepared);
  parts_->prepared.reset();
  return parts_->adopt(std::move(prepared.epoch),
                       {.committer = device_.sender, .own = true, .external = prepared.external});
}

std::expected<Handled, Refusal> CallGroup::adopt_others(mls::NewEpoch commit) {
  const mls::PublicState& after = commit.group->state();
  if (auto verdict = judge(parts_->epoch->group.state(), after, commit); !verdict)
    return refuse_breach(verdict.error());
  const auto committer = committer_of(after, commit);
  auto next = parts_->epoch->next(std::move(*commit.group), room_);
  if (!next) return refuse(next.error(), Remedy::tampered);
  return parts_->adopt(std::move(*next),
                       {.committer = committer, .own = false, .external = commit.external});
}

std::expected<Handled, Refusal> CallGroup::leave_by(const mls::NewEpoch& commit,
                                                    const mls::PublicState& after) {
  CallEpoch& epoch = *parts_->epoch;
  if (auto verdict = judge(epoch.group.state(), after, commit); !verdict)
    return refuse_breach(verdict.error());
  EpochChange change = removal(epoch, after);
  change.committer = committer_of(after, commit);
  change.external = commit.external;
  change.by_server = std::ranges::any_of(commit.proposals, [&](const mls::SentProposal& sent) {
    const auto* remove = sent.proposal.as<mls::Remove>();
    return remove && mls::LeafIndex{remove->removed} == epoch.group.self() &&
           sent.sender.type == mls::SenderType::external;
  });
  parts_->leave();
  return change;
}

}  // namespace vicino::core
