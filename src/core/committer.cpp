#include "core/committer.h"

#include <algorithm>

namespace vicino::core {

void Committer::epoch_began(Instant now, CommitterGroup group) {
  group_ = std::move(group);
  for (const CommitterMember& member : group_.members) newcomers_.erase(member.sender);
  removes_.clear();
  restarted_ = now;
  backoff_ = {};
  under_way_ = false;
}

void Committer::set_connected(SenderId sender, bool connected) {
  for (CommitterMember& member : group_.members) {
    if (member.sender == sender) member.connected = connected;
  }
}

void Committer::newcomer(Instant now, SenderId sender) {
  if (find(sender) || newcomers_.contains(sender) || newcomers_.size() >= options_.max_waiting) return;
  newcomers_[sender] = {now, next_order_++, std::nullopt};
}

void Committer::newcomer_gone(SenderId sender) {
  newcomers_.erase(sender);
}

void Committer::admit(Instant now, SenderId sender) {
  const auto found = newcomers_.find(sender);
  if (found != newcomers_.end() && !found->second.admitted) found->second.admitted = now;
}

void Committer::remove_proposed(Instant now, uint32_t leaf) {
  removes_.try_emplace(leaf, now);
}

void Committer::commit_failed(Instant now) {
  under_way_ = false;
  restarted_ = now;
  backoff_ = std::min(std::max(backoff_ * 2, options_.batch), options_.longest_backoff);
}

Instant Committer::next_timeout() const {
  const auto own_rank = rank();
  if (under_way_ || !own_rank) return Instant::never();
  Instant next = Instant::never();
  for (const auto& [leaf, since] : removes_) next = std::min(next, due_after(since, *own_rank));
  for (const auto& [sender, newcomer] : newcomers_) {
    if (!may_add(newcomer)) continue;
    // Nobody else knows whom the own user let in.
    if (newcomer.admitted) next = std::min(next, due_after(*newcomer.admitted, 0));
    if (!group_.lobby) next = std::min(next, due_after(newcomer.since, *own_rank));
  }
  return next;
}

std::optional<CommitDecision> Committer::handle_timeout(Instant now) {
  if (next_timeout() > now) return std::nullopt;
  std::vector<std::pair<uint64_t, SenderId>> adds;
  for (const auto& [sender, newcomer] : newcomers_) {
    if (may_add(newcomer)) adds.emplace_back(newcomer.order, sender);
  }
  std::ranges::sort(adds);
  adds.resize(std::min(adds.size(), options_.max_adds));
  CommitDecision decision;
  for (const auto& [order, sender] : adds) decision.add.push_back(sender);
  decision.remove_pending = !removes_.empty();
  under_way_ = true;
  return decision;
}

std::optional<size_t> Committer::rank() const {
  const CommitterMember* self = find(group_.self);
  if (!self || removes_.contains(self->leaf)) return std::nullopt;  // a commit can't remove its committer
  return static_cast<size_t>(std::ranges::count_if(group_.members, [&](const CommitterMember& m) {
    return m.connected && m.leaf < self->leaf && !removes_.contains(m.leaf);
  }));
}

const CommitterMember* Committer::find(SenderId sender) const {
  const auto found = std::ranges::find(group_.members, sender, &CommitterMember::sender);
  return found == group_.members.end() ? nullptr : &*found;
}

bool Committer::may_add(const Newcomer& newcomer) const {
  if (group_.locked) return false;
  if (!group_.lobby) return true;
  const CommitterMember* self = find(group_.self);
  return newcomer.admitted && self && self->host;
}

Instant Committer::due_after(Instant since, size_t rank) const {
  return std::max(since, restarted_) + options_.batch + backoff_ + options_.next_rank * static_cast<int64_t>(rank);
}

}  // namespace vicino::core
