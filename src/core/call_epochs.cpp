// The group: its messages in the server's order, the commits of this member, keys of every epoch.
#include "core/call_impl.h"

namespace vicino::core {
namespace {

constexpr uint32_t max_outside_attempts = 8;  // in a row; then the group can't be joined

}  // namespace

void Call::Impl::handle(Instant now, said::Welcome& message) {
  if (group_->in_group() || (state_ != State::lobby && state_ != State::joining)) return;
  const auto joined = group_->join(seconds_since_1970(now), message.welcome, message.tree);
  if (!joined) {
    ++refused_messages_;  // Joined comes next, and one's place is taken from outside
    return;
  }
  seen_ = message.seq;
  adopt(now, *joined);
}

void Call::Impl::ask_for_group(Instant) {
  outside_ = true;
  send(write_get_group());
}

// To join without being added, or to come back: the group is as the server says, and the commit fails unless it is so.
void Call::Impl::handle(Instant now, said::Group& message) {
  if (state_ != State::in_call && state_ != State::lobby && state_ != State::joining) return;
  if (upload_unanswered_) return;
  outside_ = true;
  auto prepared = group_->prepare_external(seconds_since_1970(now), message.group_info, message.tree);
  if (!prepared) return try_again_outside(now, prepared.error());
  seen_ = message.seq;  // what comes next counts from here, whatever was made believe before
  ++resyncs_;
  upload_unanswered_ = true;
  commit_deadline_ = now + options_.commit_time;
  send(write_commit({std::move(prepared->commit), std::move(prepared->group_info), std::nullopt, std::nullopt}));
}

void Call::Impl::try_again_outside(Instant now, const Error& why) {
  if (why.code == Errc::unknown_key) return end(EndReason::link_revoked, why.where);
  const bool in_lobby = why.code == Errc::bad_state && !group_->in_group() && !coming_back_;
  if (in_lobby && state_ == State::lobby) {
    outside_ = false;  // only a host can help
    return emit(PhaseChanged{Phase::waiting, 0});
  }
  if (++outside_attempts_ >= max_outside_attempts) return end(EndReason::tampered, why.where);
  fallback_at_ = now + milliseconds(100 + random_.u32() % 300);
}

void Call::Impl::handle(Instant now, said::CommitRefused&) {
  upload_unanswered_ = false;
  commit_deadline_ = Instant::never();
  group_->drop_prepared();
  if (outside_) return try_again_outside(now, {Errc::bad_state, "the server refuses to let one in"});
  committer_.commit_failed(now);
}

void Call::Impl::handle(Instant now, said::Handshake& message) {
  if (message.seq <= seen_ || (!group_->in_group() && !group_->has_prepared())) return;
  const auto handled = group_->handle(seconds_since_1970(now), message.message);
  if (!handled) return refused_handshake(now, handled.error());
  seen_ = message.seq;
  if (const auto* change = std::get_if<EpochChange>(&*handled)) return adopt(now, *change);
  if (const auto& gone = std::get<ProposalKept>(*handled).removes) {
    if (const MemberInfo* member = group_->find(*gone)) committer_.remove_proposed(now, member->leaf.value);
  }
}

void Call::Impl::refused_handshake(Instant now, const Refusal& refusal) {
  ++refused_messages_;
  switch (refusal.remedy) {
    case Remedy::ignore:
      break;
    case Remedy::resync:
      if (!outside_) ask_for_group(now);
      break;
    case Remedy::tampered:
      end(EndReason::tampered, refusal.error.where);
      break;
  }
}

void Call::Impl::handle(Instant now, said::Switch& message) {
  // One for an epoch that isn't here yet was never promised: the second that follows every epoch stands.
  if (group_->in_group()) (void)epochs_.server_says_switch(now, message.epoch);
}

// Another epoch is the one that counts.
void Call::Impl::adopt(Instant now, const EpochChange& change) {
  if (change.own) {
    upload_unanswered_ = false;
    commit_deadline_ = Instant::never();
    ++commits_;
  }
  if (change.removed_self)
    return end(change.by_server ? EndReason::dropped : EndReason::removed, "");
  const bool from_outside = outside_ && change.own;
  if (from_outside || !change.committer) {
    outside_ = false;
    outside_attempts_ = 0;
  }
  begin_keys(now, change);
  std::vector<SenderId> members;
  for (const MemberInfo& m : group_->members()) members.push_back(m.sender);
  if (!people_) people_.emplace(group_->sender());
  people_->set_members(members);
  refresh_members();
  roster_may_have_changed(now, change);
  committer_.epoch_began(now, committer_group());
  for (const MemberInfo& added : change.added) waiting_changed_ |= waiting_.erase(added.sender) != 0;
  if (change.context_changed || !change.committer || from_outside) publish_room(change.link_changed);
  if (state_ != State::in_call) return;
  send(write_ready(change.epoch));
  tell_states(change);
  if (from_outside) entered(now);
}

void Call::Impl::begin_keys(Instant now, const EpochChange& change) {
  BeginEpoch keys{change.epoch, group_->sframe_base_key(), group_->self().leaf.value, {}};
  for (const MemberInfo& m : group_->members()) {
    if (m.sender != group_->sender() && !is_withheld(m)) keys.members.push_back({m.leaf.value, m.sender});
  }
  tell_frames(std::move(keys));
  for (const MemberInfo& gone : change.removed) tell_frames(RemoveSender{gone.sender});
  const bool own_first = !change.committer || (change.own && change.external);
  const Status begun = epochs_.begin(now, change.epoch, !change.removed.empty(), own_first);
  if (!begun) end(EndReason::tampered, begun.error().where);
}

void Call::Impl::roster_may_have_changed(Instant now, const EpochChange& change) {
  if (change.added.empty() && change.removed.empty() && change.returned.empty() && !change.external) return;
  std::vector<CodeMember> roster;
  for (const MemberInfo& m : group_->members()) roster.push_back({m.leaf.value, m.sender, m.account_key});
  code_->roster_changed(now, change.epoch, group_->epoch_authenticator(), std::move(roster), group_->sender());
}

// Those who are new learn from one member what the others have said before: from who added them, or from the lowest leaf.
void Call::Impl::tell_states(const EpochChange& change) {
  const auto is_new = [&](SenderId sender) {
    return std::ranges::find(change.added, sender, &MemberInfo::sender) != change.added.end() ||
           std::ranges::find(change.returned, sender) != change.returned.end();
  };
  if (change.added.empty() && change.returned.empty()) return;
  bool mine = change.own && !change.external;
  if (change.external) {
    const auto teller = std::ranges::find_if(group_->members(), [&](const MemberInfo& m) {
      return !is_new(m.sender) && (m.sender == group_->sender() || roster_.is_connected(m.sender));
    });
    mine = teller != group_->members().end() && teller->sender == group_->sender();
  }
  if (mine) post(people_->snapshot());
}

CommitterGroup Call::Impl::committer_group() const {
  CommitterGroup group{{}, group_->sender(), group_->context().lobby, group_->context().locked};
  for (const MemberInfo& m : group_->members()) {
    group.members.push_back({m.leaf.value, m.sender, roster_.is_connected(m.sender), group_->is_host(m.sender)});
  }
  return group;
}

void Call::Impl::commit_what_is_due(Instant now) {
  if (state_ != State::in_call || !group_->in_group() || outside_ || upload_unanswered_) return;
  if (const auto wanted = wanted_changes()) {
    committer_.commit_started();
    if (!commit(now, *wanted)) wanted_ = {};  // nothing that can be had
    return;
  }
  if (const auto decision = committer_.handle_timeout(now)) commit(now, changes_of(*decision));
}

Changes Call::Impl::changes_of(const CommitDecision& decision) const {
  Changes changes;
  changes.with_pending = decision.remove_pending || !decision.add.empty();
  for (const SenderId sender : decision.add) {
    const auto newcomer = waiting_.find(sender);
    if (newcomer != waiting_.end()) changes.add_key_packages.push_back(newcomer->second.key_package);
  }
  return changes;
}

// What this host decided and the group doesn't have yet; nullopt: nothing.
std::optional<Changes> Call::Impl::wanted_changes() {
  if (!may_decide()) wanted_ = {};
  std::erase_if(wanted_.removes, [&](SenderId s) { return !group_->find(s) || s == group_->sender(); });
  std::erase_if(wanted_.hosts, [&](SenderId s) { return !group_->find(s) || group_->is_host(s); });
  admission::CallContext context = group_->context();
  if (wanted_.settings) {
    context.lobby = wanted_.settings->lobby;
    context.locked = wanted_.settings->locked;
    context.mute_on_entry = wanted_.settings->mute_on_entry;
    if (context == group_->context()) wanted_.settings.reset();
  }
  if (!wanted_.hosts.empty()) {
    context.hosts = group_->hosts();
    context.hosts.insert(context.hosts.end(), wanted_.hosts.begin(), wanted_.hosts.end());
  }
  Changes changes;
  if (!wanted_.removes.empty() || context != group_->context()) {
    changes.remove.assign(wanted_.removes.begin(), wanted_.removes.end());
    if (context != group_->context()) changes.context = std::move(context);
    return changes;
  }
  if (!wanted_.renew_link) return std::nullopt;
  changes.renew_link = true;
  changes.with_pending = false;
  return changes;
}

bool Call::Impl::commit(Instant now, const Changes& changes) {
  auto prepared = group_->prepare(seconds_since_1970(now), changes);
  if (!prepared) {
    committer_.commit_failed(now);
    return false;
  }
  std::optional<Buffer> token_hash;
  if (prepared->token_hash) token_hash = copy_of(*prepared->token_hash);
  upload_unanswered_ = true;
  commit_deadline_ = now + options_.commit_time;
  if (changes.renew_link) wanted_.renew_link = false;
  send(write_commit({std::move(prepared->commit), std::move(prepared->group_info), std::move(prepared->welcome),
                     std::move(token_hash)}));
  return true;
}

void Call::Impl::work(Instant now) {
  if (group_->in_group()) {
    commit_what_is_due(now);
    apply_epoch_switch();
    for (const post::Content& content : code_->take_posts()) post(content);
  }
  publish();
}

void Call::Impl::apply_epoch_switch() {
  for (const EpochSwitch::Output& output : epochs_.take_outputs()) {
    if (const auto* under = std::get_if<EpochSwitch::SendUnder>(&output)) {
      tell_frames(SendUnder{under->epoch});
      roster_.remove_leaving();
      hold_sending();
    } else {
      tell_frames(EndEpoch{std::get<EpochSwitch::EndEpoch>(output).epoch});
    }
  }
}

}  // namespace vicino::core
