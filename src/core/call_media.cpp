// Media as the server sees it: whose is in which slot, what is held back, and the path.
#include "core/call_impl.h"

namespace vicino::core {

void Call::Impl::restart_ice(Instant now, const IceCredentials& credentials) {
  // While one is unanswered another one would be lost with it.
  if (state_ != State::in_call || deadline_ != Instant::never()) return;
  deadline_ = now + options_.restart_time;
  send(write_restart_ice(credentials));
}

void Call::Impl::handle(Instant, said::IceRestarted& message) {
  if (state_ != State::in_call) return;
  deadline_ = Instant::never();
  emit(IceRestarted{std::move(message.credentials.ufrag), std::move(message.credentials.pwd)});
}

void Call::Impl::handle(Instant, said::Slots& message) {
  ForgetSlots forgotten{connection_, {}};
  for (const said::SlotContent& slot : message.slots) {
    if (roster_.set_slot(slot.mid, slot.content, slot.source)) forgotten.mids.push_back(slot.mid);
  }
  if (!forgotten.mids.empty()) tell_frames(std::move(forgotten));
}

void Call::Impl::handle(Instant, said::HeldBack& message) {
  std::vector<Roster::HeldBack> held;
  for (const WireWant& want : message.sources) held.push_back({want.participant, want.source});
  roster_.set_held_back(std::move(held));
}

void Call::Impl::handle(Instant, said::Watched& message) {
  if (state_ == State::in_call) emit(WatchedChanged{std::move(message.layers)});
}

void Call::Impl::handle(Instant, said::Uplinks& message) {
  uplinks_ = std::move(message.poor);
}

}  // namespace vicino::core
