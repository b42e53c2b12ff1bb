#include "relay.h"

#include <algorithm>

namespace vicino::relay {

Relay::Lane::Lane(uint64_t up_seed, uint64_t down_seed, const PathPair& pair)
    : settings(pair), up(up_seed, pair.up), down(down_seed, pair.down) {}

Relay::Relay(const RelaySettings& settings)
    : settings_(settings),
      seeds_(settings.seed),
      by_address_(settings.listeners),
      planned_paths_(settings.paths) {
  CHECK(settings.max_clients > 0);
  if (settings.shared) add_lane({}, 0);
}

void Relay::from_client(Instant now, size_t listener, const Address& from, Bytes bytes) {
  run_planned(now);
  const uint32_t number = client_at(now, listener, from);
  clients_.at(number).last_seen = now;
  lanes_.at(settings_.shared ? 0 : number).up.push(now, Buffer(bytes.begin(), bytes.end()), number);
}

void Relay::from_target(Instant now, uint32_t number, Bytes bytes) {
  run_planned(now);
  const auto client = clients_.find(number);
  if (client == clients_.end()) return;
  client->second.last_seen = now;
  lanes_.at(settings_.shared ? 0 : number)
      .down.push(now, Buffer(bytes.begin(), bytes.end()), number);
}

void Relay::take(Instant now, std::vector<Outgoing>& out) {
  run_planned(now);
  for (auto& [number, lane] : lanes_) {
    drain(now, lane.up, true, out);
    drain(now, lane.down, false, out);
  }
}

void Relay::drain(Instant now, sim::Path& path, bool up, std::vector<Outgoing>& out) {
  while (auto delivery = path.take(now)) {
    latest_ = std::max(latest_, now - delivery->at);
    const auto number = static_cast<uint32_t>(delivery->tag);
    if (clients_.contains(number)) out.push_back({number, up, std::move(delivery->bytes)});
  }
}

Instant Relay::next_deadline() const {
  Instant next = planned_.empty() ? Instant::never() : planned_.begin()->first;
  for (const auto& [number, lane] : lanes_) {
    next = std::min({next, lane.up.next_deadline(), lane.down.next_deadline()});
  }
  return next;
}

uint32_t Relay::client_at(Instant now, size_t listener, const Address& address) {
  auto& addresses = by_address_.at(listener);
  if (const auto known = addresses.find(address); known != addresses.end()) return known->second;
  if (clients_.size() >= settings_.max_clients) forget_one();
  const uint32_t number = ++last_client_;
  clients_.emplace(number, Client{listener, address, now});
  if (!settings_.shared) add_lane(now, number);
  addresses.emplace(address, number);
  return number;
}

void Relay::forget_one() {
  const auto oldest = std::ranges::min_element(
      clients_, {}, [](const auto& entry) { return entry.second.last_seen; });
  const Client& client = oldest->second;
  if (const auto lane = lanes_.find(oldest->first); lane != lanes_.end()) {
    gone_up_.merge(lane->second.up.statistics());
    gone_down_.merge(lane->second.down.statistics());
    lanes_.erase(lane);
  }
  closed_.push_back(oldest->first);
  by_address_[client.listener].erase(client.address);
  clients_.erase(oldest);
  ++forgotten_;
}

void Relay::add_lane(Instant now, uint32_t number) {
  const uint64_t up_seed = seeds_.next();
  const uint64_t down_seed = seeds_.next();
  Lane& lane = lanes_.try_emplace(number, up_seed, down_seed, settings_.paths).first->second;
  (void)lane.up.add_outage(now, up_outage_until_);
  (void)lane.down.add_outage(now, down_outage_until_);
}

Parsed<void> Relay::command(Instant now, const Command& command) {
  run_planned(now);
  if (command.at == Duration{}) {
    const auto done = execute(now, command);
    if (done && !command.client) (void)apply_changes(planned_paths_, command.changes);
    return done;
  }
  if (planned_.size() >= max_planned)
    return std::unexpected("no more than 10000 changes can be planned");
  if (!command.client) {
    if (const auto applied = apply_changes(planned_paths_, command.changes); !applied)
      return applied;
  }
  planned_.emplace(now + command.at, command);
  return {};
}

// Each as if at its own time, however late this is called.
void Relay::run_planned(Instant now) {
  while (!planned_.empty() && planned_.begin()->first <= now) {
    const auto due = planned_.extract(planned_.begin());
    if (const auto done = execute(due.key(), due.mapped()); !done) {
      problems_.push_back("what was planned for " + std::to_string(due.mapped().at.ms()) +
                          " ms wasn't done: " + done.error());
    }
  }
}

// Whose paths a command changes.
Parsed<std::vector<Relay::Lane*>> Relay::concerned(const Command& command) {
  if (!command.client) {
    std::vector<Lane*> all;
    for (auto& [number, lane] : lanes_) all.push_back(&lane);
    return all;
  }
  if (settings_.shared) return std::unexpected("all clients share one path: leave client= out");
  const auto lane = lanes_.find(*command.client);
  if (lane != lanes_.end()) return std::vector{&lane->second};
  return std::unexpected("there is no client " + std::to_string(*command.client) +
                         ": stats tells which there are");
}

Parsed<void> Relay::execute(Instant now, const Command& command) {
  const auto lanes = concerned(command);
  if (!lanes) return std::unexpected(lanes.error());
  PathPair defaults = settings_.paths;
  if (!command.client) {
    if (const auto applied = apply_changes(defaults, command.changes); !applied) return applied;
  }
  std::vector<PathPair> changed;
  for (const Lane* lane : *lanes) {
    changed.push_back(lane->settings);
    if (const auto applied = apply_changes(changed.back(), command.changes); !applied)
      return applied;
  }
  settings_.paths = defaults;
  for (size_t i = 0; i < changed.size(); ++i) {
    Lane& lane = *(*lanes)[i];
    lane.settings = changed[i];
    lane.up.set(now, changed[i].up);
    lane.down.set(now, changed[i].down);
  }
  begin_outages(now, command, *lanes);
  for (const auto& [number, client] : clients_) {
    if (command.rebind && (!command.client || *command.client == number)) closed_.push_back(number);
  }
  if (command.reset) reset();
  return {};
}

void Relay::begin_outages(Instant now, const Command& command, std::span<Lane* const> lanes) {
  for (const bool up : {true, false}) {
    const auto& outage = up ? command.up_outage : command.down_outage;
    if (!outage) continue;
    const Instant until = now + *outage;
    // They begin now, so that they don't add up among what a path has planned.
    for (Lane* lane : lanes) (void)(up ? lane->up : lane->down).add_outage(now, until);
    Instant& all_until = up ? up_outage_until_ : down_outage_until_;
    if (!command.client) all_until = std::max(all_until, until);
  }
}

void Relay::reset() {
  for (auto& [number, lane] : lanes_) {
    lane.up.reset_statistics();
    lane.down.reset_statistics();
  }
  gone_up_ = gone_down_ = {};
  forgotten_ = 0;
  latest_ = {};
}

sim::PathStatistics Relay::total(bool up) const {
  sim::PathStatistics sum = up ? gone_up_ : gone_down_;
  for (const auto& [number, lane] : lanes_) {
    sum.merge((up ? lane.up : lane.down).statistics());
  }
  return sum;
}

}  // namespace vicino::relay
