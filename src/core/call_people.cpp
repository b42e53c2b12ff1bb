// What members say to each other, and what a host decides.
#include "core/call_impl.h"

namespace vicino::core {

void Call::Impl::handle(Instant now, said::Posted& message) {
  if (message.seq <= seen_ || !group_->in_group()) return;
  const auto opened = group_->open_post(message.message);
  const auto content = opened ? post::read(opened->content.expose()) : std::unexpected(opened.error());
  if (!content) {
    ++refused_messages_;
    return;
  }
  seen_ = message.seq;
  if (is_unheard(opened->sender, *content)) return;
  std::visit([&](const auto& body) { heard(now, opened->sender, body); }, *content);
}

// Of somebody by a verified name with another identity nothing is shown until the user accepts it.
// Its part of the code is taken, or the code would go on without it; and states are kept for later, which nothing shows
// until then: its own, and those it tells as the one who let this member in, for nobody tells them again.
bool Call::Impl::is_unheard(SenderId from, const post::Content& content) const {
  const MemberInfo* const member = group_->find(from);
  if (!member || !is_withheld(*member)) return false;
  return !std::holds_alternative<post::State>(content) &&
         !std::holds_alternative<post::States>(content) &&
         !std::holds_alternative<post::CodeCommit>(content) &&
         !std::holds_alternative<post::CodeReveal>(content) &&
         !std::holds_alternative<post::CodeRestart>(content);
}

void Call::Impl::heard(Instant, SenderId from, const post::State& state) { people_->heard(from, state); }
void Call::Impl::heard(Instant, SenderId from, const post::States& states) { people_->heard(from, states); }

void Call::Impl::heard(Instant now, SenderId from, const post::Chat& chat) {
  const auto number = roster_.number_of(from);
  if (!number || !people_->allow(now, from, People::Kind::chat)) return;
  emit(ChatReceived{*number, std::string(roster_.name_of(from)), chat.text, false});
}

void Call::Impl::heard(Instant now, SenderId from, const post::Reaction& reaction) {
  const auto number = roster_.number_of(from);
  if (!number || !people_->allow(now, from, People::Kind::reaction)) return;
  emit(ReactionReceived{*number, reaction.emoji});
}

// A host's request that means this member. Those to everybody pass hosts over.
bool Call::Impl::concerns_me(Instant now, SenderId from, const std::optional<SenderId>& whom) {
  if (!group_->is_host(from) || !people_->allow(now, from, People::Kind::request)) return false;
  return whom ? *whom == group_->sender() : !may_decide();
}

void Call::Impl::heard(Instant now, SenderId from, const post::AskMute& request) {
  if (concerns_me(now, from, request.whom)) emit(MuteAsked{std::string(roster_.name_of(from))});
}
void Call::Impl::heard(Instant now, SenderId from, const post::AskUnmute& request) {
  if (concerns_me(now, from, request.whom)) emit(UnmuteAsked{std::string(roster_.name_of(from))});
}
void Call::Impl::heard(Instant now, SenderId from, const post::LowerHands& request) {
  if (!group_->is_host(from) || !people_->allow(now, from, People::Kind::request)) return;
  const bool mine = !request.whom || *request.whom == group_->sender();
  if (!mine || hand_raised_ == 0) return;
  raise_hand(now, false);
  emit(HandLowered{std::string(roster_.name_of(from))});
}

void Call::Impl::heard(Instant now, SenderId from, const post::CodeCommit& message) { code_->heard(now, from, message); }
void Call::Impl::heard(Instant now, SenderId from, const post::CodeReveal& message) { code_->heard(now, from, message); }
void Call::Impl::heard(Instant now, SenderId from, const post::CodeRestart& message) { code_->heard(now, from, message); }

void Call::Impl::post(const post::Content& content) {
  if (state_ != State::in_call || !group_->in_group()) return;
  // Contents have limits far below a post's, and a member can always send.
  if (auto message = group_->post(post::write(content))) send(write_post(*message));
}

void Call::Impl::say_state(Instant now) {
  if (!people_ || state_ != State::in_call) return;
  post(people_->set_own(wall(now),
                        {0, own_.microphone, own_.camera, own_.screen, own_.screen_audio, hand_raised_}));
}

void Call::Impl::raise_hand(Instant now, bool raised) {
  hand_raised_ = raised ? static_cast<uint64_t>(wall(now).ms) : 0;
  say_state(now);
}

void Call::Impl::react(Instant now, std::string_view emoji) {
  const std::string clean = post::clean_reaction(emoji);
  if (held_ || clean.empty() || !people_ ||
      !people_->allow(now, group_->sender(), People::Kind::reaction))
    return;
  post(post::Reaction{clean});
  emit(ReactionReceived{*roster_.number_of(group_->sender()), clean});
}

void Call::Impl::say(Instant now, std::string_view text) {
  const std::string clean = post::clean_chat(text);
  if (held_ || clean.empty() || !people_ ||
      !people_->allow(now, group_->sender(), People::Kind::chat))
    return;
  post(post::Chat{clean});
  emit(ChatReceived{*roster_.number_of(group_->sender()), identity_.name, clean, true});
}

// Its user says that the others read the same code out: the identities behind it are theirs. The
// code may have changed between the user's look and the word that comes here: only what was read is
// confirmed.
void Call::Impl::confirm_code(Bytes read) {
  const auto code = code_ ? code_->code() : std::nullopt;
  if (!code || !equal(*code, read)) return;
  confirmed_ = code;
  const auto silent = code_->silent();
  for (const MemberInfo& m : group_->members()) {
    const bool in_code = std::ranges::find(silent, m.sender) == silent.end();
    if (m.kept && in_code && m.sender != group_->sender() && !is_withheld(m)) memory_.pins.pin(m.account_key, m.name);
  }
  remember();
  refresh_members();
}

void Call::Impl::accept_identity(PersonNumber person) {
  const auto sender = roster_.sender_of(person);
  const MemberInfo* member = sender && group_->in_group() ? group_->find(*sender) : nullptr;
  if (!member || !is_withheld(*member)) return;
  memory_.pins.accept(member->account_key, member->name);
  remember();
  tell_frames(AddMember{group_->epoch(), {member->leaf.value, member->sender}});
  refresh_members();
}

bool Call::Impl::may_decide() const { return group_ && group_->in_group() && group_->is_host(group_->sender()); }

// For a host's request: nullopt stands for everybody.
std::optional<SenderId> Call::Impl::whom(PersonNumber person) const {
  return person.value == 0 ? std::nullopt : roster_.sender_of(person);
}

void Call::Impl::admit(Instant now, uint32_t waiting) {
  if (!may_decide()) return;
  for (const auto& [sender, newcomer] : waiting_) {
    if (waiting == 0 || newcomer.number == waiting) committer_.admit(now, sender);
  }
}

void Call::Impl::deny(uint32_t waiting) {
  if (!may_decide()) return;
  for (const auto& [sender, newcomer] : waiting_) {
    if (newcomer.number == waiting) send(write_deny(sender));
  }
}

void Call::Impl::remove(Instant, PersonNumber person) {
  if (const auto sender = roster_.sender_of(person); sender && may_decide()) wanted_.removes.insert(*sender);
}

void Call::Impl::make_host(Instant, PersonNumber person) {
  if (const auto sender = roster_.sender_of(person); sender && may_decide()) wanted_.hosts.insert(*sender);
}

void Call::Impl::set_room(Instant, RoomSettings settings) {
  if (may_decide()) wanted_.settings = settings;
}

void Call::Impl::renew_link(Instant) {
  if (may_decide()) wanted_.renew_link = true;
}

}  // namespace vicino::core
