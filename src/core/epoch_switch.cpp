#include "core/epoch_switch.h"

#include <algorithm>

#include "base/check.h"

namespace vicino::core {

Status EpochSwitch::begin(Instant now, uint64_t epoch, bool somebody_removed, bool own_first) {
  const bool first = live_.empty();
  if (!first && epoch <= live_.back().number) return fail(Errc::bad_state, "epoch isn't a new one");
  live_.push_back({epoch, now + options_.longest_wait, Instant::never()});
  if (first || somebody_removed || own_first) switch_to(now, epoch);
  // More epochs have begun than can be waited for: nothing is sealed under keys that are gone.
  if (live_.size() > options_.max_live && sending_ == live_.front().number) switch_to(now, epoch);
  while (live_.size() > options_.max_live) end_oldest();
  return {};
}

Status EpochSwitch::server_says_switch(Instant now, uint64_t epoch) {
  if (live_.empty() || epoch > live_.back().number) return fail(Errc::bad_state, "switch to an epoch that isn't here");
  if (epoch <= sending_) return {};
  if (!is_live(epoch)) return fail(Errc::bad_state, "switch to an epoch that isn't here");
  switch_to(now, epoch);
  return {};
}

Instant EpochSwitch::next_timeout() const {
  Instant next = Instant::never();
  for (const Epoch& epoch : live_) {
    if (epoch.number > sending_) next = std::min(next, epoch.switch_at);
    next = std::min(next, epoch.end_at);
  }
  return next;
}

void EpochSwitch::handle_timeout(Instant now) {
  // Backwards: the newest that is due; those before it are passed over.
  for (size_t i = live_.size(); i > 0; --i) {
    const Epoch& epoch = live_[i - 1];
    if (epoch.number > sending_ && epoch.switch_at <= now) switch_to(now, epoch.number);
  }
  while (!live_.empty() && live_.front().end_at <= now) end_oldest();
}

uint64_t EpochSwitch::sending() const {
  CHECK(!live_.empty());
  return sending_;
}

bool EpochSwitch::is_live(uint64_t epoch) const {
  return std::ranges::any_of(live_, [&](const Epoch& e) { return e.number == epoch; });
}

void EpochSwitch::switch_to(Instant now, uint64_t epoch) {
  sending_ = epoch;
  for (Epoch& e : live_) {
    if (e.number < epoch) e.end_at = std::min(e.end_at, now + options_.keep);
  }
  outputs_.push_back(SendUnder{epoch});
}

void EpochSwitch::end_oldest() {
  outputs_.push_back(EndEpoch{live_.front().number});
  live_.pop_front();
}

}  // namespace vicino::core
