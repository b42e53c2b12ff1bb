#include "core/people.h"

#include <algorithm>
#include <set>

namespace vicino::core {

void People::set_members(const std::vector<SenderId>& members) {
  const std::set<SenderId> now(members.begin(), members.end());
  const auto gone = [&](const auto& entry) { return !now.contains(entry.first); };
  if (std::erase_if(people_, gone) > 0) changed_ = true;
  for (const SenderId sender : now) people_.try_emplace(sender);
}

post::State People::set_own(WallTime wall, post::State state) {
  state.version = std::max(own_.version + 1, static_cast<uint64_t>(std::max<int64_t>(wall.ms, 0)));
  own_ = state;
  own_set_ = true;
  changed_ = true;
  return own_;
}

void People::heard(SenderId from, const post::State& state) {
  const auto found = people_.find(from);
  if (from == self_ || found == people_.end()) return;
  Person& person = found->second;
  if (person.said && person.said->version >= state.version) return;
  person.said = state;
  person.hearsay.reset();
  changed_ = true;
}

void People::heard(SenderId from, const post::States& states) {
  if (from == self_ || !people_.contains(from)) return;
  for (const post::MemberState& member : states.states) {
    const auto found = people_.find(member.sender);
    if (member.sender == self_ || found == people_.end()) continue;
    Person& person = found->second;
    if (person.said || (person.hearsay && person.hearsay->version >= member.state.version)) continue;
    person.hearsay = member.state;
    changed_ = true;
  }
}

std::optional<post::State> People::state(SenderId sender) const {
  if (sender == self_) return own_set_ ? std::optional(own_) : std::nullopt;
  const auto found = people_.find(sender);
  if (found == people_.end()) return std::nullopt;
  return found->second.said ? found->second.said : found->second.hearsay;
}

std::vector<SenderId> People::hands() const {
  std::vector<std::pair<uint64_t, SenderId>> raised;
  for (const auto& [sender, person] : people_) {
    const auto known = state(sender);
    if (known && known->hand_raised != 0) raised.emplace_back(known->hand_raised, sender);
  }
  std::ranges::sort(raised);
  std::vector<SenderId> senders;
  for (const auto& [when, sender] : raised) senders.push_back(sender);
  return senders;
}

post::States People::snapshot() const {
  post::States all;
  for (const auto& [sender, person] : people_) {
    const auto known = state(sender);
    if (known && all.states.size() < post::max_states) all.states.push_back({sender, *known});
  }
  return all;
}

bool People::allow(Instant now, SenderId from, Kind kind) {
  const auto found = people_.find(from);
  if (found == people_.end()) return false;
  auto& allowance = found->second.allowances[static_cast<size_t>(kind)];
  if (!allowance) allowance = Allowance{options_.burst, now};
  const int64_t refills = std::max<int64_t>((now - allowance->counted).us / options_.refill.us, 0);
  allowance->counted = allowance->counted + options_.refill * refills;
  allowance->left = std::min(allowance->left + refills, options_.burst);
  if (allowance->left == 0) return false;
  --allowance->left;
  return true;
}

}  // namespace vicino::core
