// Call as its host sees it: each input goes to the state behind it, and then all that it brought about is done.
#include "core/call_impl.h"

namespace vicino::core {

Call::Call(SecureRandom& random, CallOptions options) : impl_(std::make_unique<Impl>(random, options)) {}
Call::~Call() = default;

void Call::open(Instant now, WallTime wall, CallStart start) { impl_->open(now, wall, std::move(start)); }
void Call::join(Instant now, std::string offer, std::vector<OwnTrack> tracks, OwnState state) {
  impl_->join(now, std::move(offer), std::move(tracks), state);
}
void Call::set_state(Instant now, OwnState state) {
  if (impl_->own_ == state) return;
  impl_->own_ = state;
  impl_->say_state(now);
  impl_->publish();
}
void Call::watch(std::vector<Want> wants) {
  impl_->roster_.set_wants(std::move(wants));
  impl_->send_wants();
  impl_->publish();
}
void Call::restart_ice(Instant now, const IceCredentials& credentials) { impl_->restart_ice(now, credentials); }
void Call::restart(Instant now) { impl_->restart(now); }
void Call::leave() { impl_->leave(); }

void Call::raise_hand(Instant now, bool raised) {
  impl_->raise_hand(now, raised);
  impl_->publish();
}
void Call::react(Instant now, std::string_view emoji) { impl_->react(now, emoji); }
void Call::say(Instant now, std::string_view text) { impl_->say(now, text); }
void Call::confirm_code(Bytes read) {
  impl_->confirm_code(read);
  if (impl_->code_) impl_->publish_code();
  impl_->publish();
}
void Call::accept_identity(PersonNumber person) {
  impl_->accept_identity(person);
  impl_->publish();
}

void Call::admit(Instant now, uint32_t waiting) {
  impl_->admit(now, waiting);
  impl_->work(now);
}
void Call::deny(uint32_t waiting) { impl_->deny(waiting); }
void Call::remove(Instant now, PersonNumber person) {
  impl_->remove(now, person);
  impl_->work(now);
}
void Call::make_host(Instant now, PersonNumber person) {
  impl_->make_host(now, person);
  impl_->work(now);
}
void Call::ask_mute(PersonNumber person) { impl_->ask<post::AskMute>(person); }
void Call::ask_unmute(PersonNumber person) { impl_->ask<post::AskUnmute>(person); }
void Call::lower_hands(PersonNumber person) { impl_->ask<post::LowerHands>(person); }
void Call::set_room(Instant now, RoomSettings settings) {
  impl_->set_room(now, settings);
  impl_->work(now);
}
void Call::renew_link(Instant now) {
  impl_->renew_link(now);
  impl_->work(now);
}

void Call::socket_opened(Instant) {}  // the server speaks first
void Call::socket_message(Instant now, Bytes message) { impl_->socket_message(now, message); }
void Call::socket_closed(Instant now) { impl_->socket_closed(now); }
Status Call::frames_reported(Bytes report) {
  TRY_ASSIGN(const SlotReports reports, decode_slot_reports(report));
  impl_->roster_.apply(reports);
  impl_->publish();
  return {};
}
void Call::handle_timeout(Instant now) { impl_->handle_timeout(now); }
Instant Call::next_timeout() const { return impl_->next_timeout(); }

bool Call::has_outputs() const { return !impl_->outputs_.empty(); }
std::vector<Output> Call::take_outputs() { return std::exchange(impl_->outputs_, {}); }

Call::Stats Call::stats() const {
  const Impl& i = *impl_;
  Stats stats;
  const RosterView view = i.roster_.view();
  stats.members = view.members;
  stats.verified = view.verified;
  stats.guests = view.guests;
  if (i.group_ && i.group_->in_group()) stats.epoch = i.group_->epoch();
  if (const auto code = i.code_ ? i.code_->code() : std::nullopt) stats.code.assign(code->begin(), code->end());
  stats.commits = i.commits_;
  stats.resyncs = i.resyncs_;
  stats.refused_messages = i.refused_messages_;
  return stats;
}

}  // namespace vicino::core
