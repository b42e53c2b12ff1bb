// What is shown, and told to the frames' side.
#include "core/call_impl.h"

namespace vicino::core {

RosterMember Call::Impl::roster_self() const {
  const bool host = group_->in_group() && group_->is_host(group_->sender());
  return {group_->sender(), identity_.name, identity_.color, host,
          identity_.account ? Trust::known : Trust::guest};
}

RosterMember Call::Impl::roster_member(const MemberInfo& m) const {
  return {m.sender, m.name, m.color, group_->is_host(m.sender),
          memory_.pins.judge(m.account_key, m.kept, m.name)};
}

// Somebody by a verified person's name, with another identity: nothing of it is opened until the
// user accepts that.
bool Call::Impl::is_withheld(const MemberInfo& m) const {
  return memory_.pins.judge(m.account_key, m.kept, m.name) == Trust::changed;
}

void Call::Impl::refresh_members() {
  std::vector<RosterMember> others;
  for (const MemberInfo& m : group_->members()) {
    if (m.sender != group_->sender()) others.push_back(roster_member(m));
  }
  roster_.set_self(roster_self());
  roster_.set_members(std::move(others));
  hold_sending();
}

// Frames of one's own are under keys that all members have, an impostor too. So nothing of them
// goes out before the user has judged.
void Call::Impl::hold_sending() {
  if (held_ == roster_.has_impostor()) return;
  held_ = !held_;
  tell_frames(HoldSending{held_});
}

void Call::Impl::tell_frames(const FrameKeyChange& change) {
  emit(FrameKeysChanged{copy_of(encode(change).expose())});
}

void Call::Impl::publish() {
  if (state_ == State::ended) return;
  if (people_ && people_->take_changed()) {
    for (const MemberInfo& m : group_->members()) {
      const auto state =
          m.sender == group_->sender() ? std::optional(people_->own()) : people_->state(m.sender);
      if (!state) continue;
      roster_.set_state(m.sender,
                        {state->microphone, state->camera, state->screen, state->screen_audio},
                        state->hand_raised);
    }
  }
  if (auto view = roster_.take_changed(); view && group_->in_group())
    emit(RosterChanged{std::move(*view)});
  send_wants();
  publish_uplinks();
  if (std::exchange(waiting_changed_, false)) publish_waiting();
  if (code_ && code_->take_changed()) publish_code();
}

namespace {

CodeState shown_state(CallCode::State state) {
  switch (state) {
    case CallCode::State::alone:
      return CodeState::alone;
    case CallCode::State::settling:
    case CallCode::State::committing:
    case CallCode::State::revealing:
      return CodeState::agreeing;
    case CallCode::State::shown:
      return CodeState::shown;
    case CallCode::State::left_out:
      return CodeState::left_out;
    case CallCode::State::given_up:
      return CodeState::given_up;
  }
  CHECK(false);
}

}  // namespace

void Call::Impl::publish_code() {
  CodeChanged changed;
  changed.state = shown_state(code_->state());
  const auto code = code_->code();
  if (code) changed.emoji.assign(code->begin(), code->end());
  for (const SenderId sender : code_->silent()) {
    if (const auto number = roster_.number_of(sender)) changed.silent.push_back(*number);
  }
  changed.confirmed = code && confirmed_ == code;
  emit(std::move(changed));
}

void Call::Impl::publish_waiting() {
  WaitingChanged changed;
  for (const auto& [sender, newcomer] : waiting_)
    changed.people.push_back({newcomer.number, newcomer.name});
  std::ranges::sort(changed.people, {}, &WaitingPerson::id);
  emit(std::move(changed));
}

void Call::Impl::publish_room(bool renewed) {
  const admission::CallContext& context = group_->context();
  const Link current{link_->origin, link_->room, group_->link_secret().clone()};
  emit(RoomChanged{
      {context.lobby, context.locked, context.mute_on_entry}, current.to_string(), renewed});
}

// When the list has changed, or who is whom in it.
void Call::Impl::publish_uplinks() {
  std::vector<UplinkView> poor;
  for (const said::Uplink& uplink : uplinks_) {
    const bool own = uplink.participant == self_;
    const auto number =
        own ? roster_.number_of(group_->sender()) : roster_.number_of(uplink.participant);
    if (number) poor.push_back({*number, uplink.lost_permille});
  }
  if (poor == told_uplinks_) return;
  told_uplinks_ = poor;
  emit(UplinksChanged{std::move(poor)});
}

void Call::Impl::send_wants() {
  if (state_ != State::in_call) return;
  std::vector<WireWant> wants;
  for (const Want& want : roster_.wants()) {
    if (const auto participant = roster_.participant_of(want.participant)) {
      wants.push_back({*participant, want.source, want.width, want.height, want.focus});
    }
  }
  if (wants == sent_wants_) return;
  sent_wants_ = wants;
  send(write_watch(wants));
}

}  // namespace vicino::core
