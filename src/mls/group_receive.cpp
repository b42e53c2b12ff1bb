// Messages from other members (RFC 9420 sections 6 and 12.4.2).
#include "mls/new_epoch.h"

namespace vicino::mls {
namespace {

Status from_another_member(const AuthenticatedContent& message, LeafIndex self) {
  return require(message.content.sender != Sender::member(self), Fault::own_message);
}

ReceivedApplication application(AuthenticatedContent message) {
  return {{message.content.sender.index},
          message.content.epoch,
          std::move(message.content.authenticated_data),
          std::move(std::get<ApplicationData>(message.content.body))};
}

}  // namespace

Result<Group::Received> Group::receive(Bytes bytes, const Environment& environment) {
  if (bytes.size() > environment.rules.max_message) return fail(Fault::message_too_large);
  TRY_ASSIGN(const Message message, decode<Message>(bytes));
  if (const auto* plain = message.as<PublicMessage>()) return receive_public(*plain, environment);
  if (const auto* sealed = message.as<PrivateMessage>())
    return receive_private(*sealed, environment);
  return fail(Fault::wrong_wire_format);
}

Result<Group::Received> Group::receive_public(const PublicMessage& message,
                                              const Environment& environment) {
  if (message.content.group_id != context().group_id) return fail(Fault::wrong_group);
  if (message.content.epoch != context().epoch) return fail(Fault::wrong_epoch);
  TRY_ASSIGN(const AuthenticatedContent content,
             unprotect_public(suite(), message, context(), secrets_.membership_key));
  TRY(from_another_member(content, self()));
  TRY(authenticate(public_, content));
  if (content.content.type() == ContentType::proposal) return keep_proposal(content, environment);
  return receive_commit(content, environment);
}

Result<Group::Received> Group::receive_private(const PrivateMessage& message,
                                               const Environment& environment) {
  if (message.group_id != context().group_id) return fail(Fault::wrong_group);
  if (message.epoch > context().epoch) return fail(Fault::wrong_epoch);
  if (message.epoch < context().epoch) {
    const auto past =
        std::ranges::find(past_, message.epoch, [](const PastEpoch& p) { return p.context.epoch; });
    if (past == past_.end()) return fail(Fault::epoch_too_old);
    return receive_late(*past, message, environment);
  }
  TRY_ASSIGN(OpenedPrivate opened,
             unprotect_private(private_secrets(), message, keys_, environment.rules.ratchet));
  TRY(from_another_member(opened.message, self()));
  TRY(authenticate(public_, opened.message));
  switch (opened.message.content.type()) {
    case ContentType::application: {
      keys_.adopt(std::move(opened.opening));
      return application(std::move(opened.message));
    }
    case ContentType::proposal: {
      TRY_ASSIGN(ReceivedProposal kept, keep_proposal(opened.message, environment));
      keys_.adopt(std::move(opened.opening));
      return kept;
    }
    case ContentType::commit:
      break;
  }
  TRY_ASSIGN(auto epoch, receive_commit(opened.message, environment));
  // This state stays as it is, but the next one's past doesn't hold the commit's key any more.
  if (epoch->group && !epoch->group->past_.empty())
    epoch->group->past_.front().keys.adopt(std::move(opened.opening));
  return epoch;
}

// The tree of that epoch says whose key signed, not today's.
Result<Group::Received> Group::receive_late(PastEpoch& epoch, const PrivateMessage& message,
                                            const Environment& environment) {
  if (message.content_type != ContentType::application) return fail(Fault::wrong_epoch);
  const PrivateSecrets secrets{suite(), epoch.sender_data, epoch.tree.size()};
  TRY_ASSIGN(OpenedPrivate opened,
             unprotect_private(secrets, message, epoch.keys, environment.rules.ratchet));
  const PublicState then{epoch.context, epoch.tree, {}, {}, {}};
  TRY(authenticate(then, opened.message));
  epoch.keys.adopt(std::move(opened.opening));
  return application(std::move(opened.message));
}

Result<ReceivedProposal> Group::keep_proposal(const AuthenticatedContent& message,
                                              const Environment& environment) {
  TRY_ASSIGN(PendingProposal pending, judge_proposal(public_, message, environment));
  ReceivedProposal received{pending.ref, pending.sent};
  keep(public_, std::move(pending));
  return received;
}

// One's own keys with the committed proposals in force, before the path.
PathKeys Group::path_keys_for(const StagedCommit& staged) const {
  PathKeys keys = path_keys_.clone();
  const LeafNode& leaf = *staged.applied.tree.leaf(self());
  for (const HpkeKeys& update : update_keys_)
    if (update.public_key == leaf.encryption_key) keys.set(self().node(), update.clone());
  keys.prune(staged.applied.tree);
  return keys;
}

Result<std::unique_ptr<NewEpoch>> Group::receive_commit(const AuthenticatedContent& message,
                                                        const Environment& environment) const {
  TRY(may_send());
  TRY_ASSIGN(StagedCommit staged, stage_commit(public_, message, environment));
  const Applied& applied = staged.applied;
  auto epoch = std::make_unique<NewEpoch>(summary(applied, staged.committer));
  epoch->external = staged.external;
  if (std::ranges::find(applied.removed, self()) != applied.removed.end()) return epoch;

  PathKeys keys = path_keys_for(staged);
  Secret commit_secret(suite().hash_size());
  if (staged.path) {
    TRY_ASSIGN(commit_secret, open_path(applied.tree, keys, staged.committer, *staged.path,
                                        staged.provisional, applied.added_leaves()));
  }
  Secret init_secret = secrets_.init.clone();
  if (applied.kem_output) {
    TRY_ASSIGN(init_secret,
               suite().receive_external_init(secrets_.external_keys(suite()), *applied.kem_output));
  }
  TRY_ASSIGN(const auto psks, find_psks(applied.psks, environment));
  EpochSecrets secrets = EpochSecrets::next(suite(), init_secret, commit_secret,
                                            combine_psks(suite(), psks), staged.next.context);
  TRY(check_confirmation(staged.next, secrets));
  epoch->group = next_epoch(std::move(staged.next), std::move(secrets), std::move(keys),
                            signature_keys_.clone(), environment.rules);
  epoch->group->reinit_ = applied.reinit;
  return epoch;
}

}  // namespace vicino::mls
