#include "sframe/key_ring.h"

#include <algorithm>
#include <unordered_set>

namespace vicino::sframe {
namespace {

Status check_members(std::span<const EpochMember> members) {
  std::unordered_set<uint32_t> leaves;
  std::unordered_set<SenderId> senders;
  for (const EpochMember& member : members) {
    if (member.leaf >= max_leaves) return fail(Errc::malformed, "leaf over SFrame's limit");
    if (!leaves.insert(member.leaf).second) return fail(Errc::malformed, "leaf twice");
    if (!senders.insert(member.sender).second) return fail(Errc::malformed, "sender twice");
  }
  return {};
}

}  // namespace

Status KeyRing::add_epoch(uint64_t epoch, Bytes base_key, std::span<const EpochMember> members,
                          std::optional<uint32_t> own_leaf) {
  if (newest_ && epoch <= *newest_) return fail(Errc::bad_state, "epoch that was there before");
  TRY(check_members(members));
  const auto own = [&](const EpochMember& member) { return member.leaf == own_leaf; };
  if (std::ranges::any_of(members, own)) return fail(Errc::bad_state, "own leaf");
  Epoch added{epoch, extract_secret(suite_, base_key), own_leaf, {}};
  for (const EpochMember& member : members) added.leaves[member.leaf].sender = member.sender;
  newest_ = epoch;
  epochs_.erase(epoch_modulo(epoch));
  if (epochs_.size() == max_epochs) end_oldest();
  epochs_.emplace(epoch_modulo(epoch), std::move(added));
  return {};
}

Status KeyRing::add_member(uint64_t epoch, EpochMember member) {
  const auto found = epochs_.find(epoch_modulo(epoch));
  if (found == epochs_.end() || found->second.number != epoch) {
    return fail(Errc::unknown_key, "SFrame epoch");
  }
  if (member.leaf >= max_leaves) return fail(Errc::malformed, "leaf over SFrame's limit");
  if (member.leaf == found->second.own_leaf) return fail(Errc::bad_state, "own leaf");
  auto& leaves = found->second.leaves;
  const bool taken = std::ranges::any_of(leaves, [&](const auto& leaf) {
    return leaf.first == member.leaf || leaf.second.sender == member.sender;
  });
  if (taken) return fail(Errc::bad_state, "member that is there");
  leaves[member.leaf].sender = member.sender;
  return {};
}

void KeyRing::end_oldest() {
  epochs_.erase(
      std::ranges::min_element(epochs_, {}, [](const auto& entry) { return entry.second.number; }));
}

void KeyRing::remove_epoch(uint64_t epoch) {
  const auto found = epochs_.find(epoch_modulo(epoch));
  if (found != epochs_.end() && found->second.number == epoch) epochs_.erase(found);
}

void KeyRing::remove_sender(SenderId sender) {
  for (auto& [modulo, epoch] : epochs_) {
    std::erase_if(epoch.leaves, [&](const auto& leaf) { return leaf.second.sender == sender; });
  }
}

void KeyRing::start_over() {
  epochs_.clear();
  newest_.reset();
}

Result<KeyRing::Planned> KeyRing::plan_open(Bytes sealed, Bytes metadata) {
  TRY_ASSIGN(const DecodedHeader decoded, decode_header(sealed));
  TRY_ASSIGN(const KeyId id, parse_kid(decoded.header.kid));
  const auto epoch = epochs_.find(id.epoch_modulo);
  if (epoch == epochs_.end()) return fail(Errc::unknown_key, "SFrame epoch");
  const auto member = epoch->second.leaves.find(id.leaf);
  if (member == epoch->second.leaves.end()) return fail(Errc::unknown_key, "SFrame leaf");
  auto& receiving = member->second.streams[static_cast<size_t>(id.stream)];
  if (!receiving) {
    receiving.reset(new Receiving{
        next_slot_++, ReceiverContext(suite_, decoded.header.kid, epoch->second.secret)});
  }
  TRY_ASSIGN(OpenPlan plan, receiving->context.plan_open(sealed, metadata));
  plan.key_slot = receiving->key_slot;
  return Planned{member->second.sender, id.stream, plan};
}

Result<KeyRing::Receiving*> KeyRing::find(const OpenPlan& plan) const {
  TRY_ASSIGN(const KeyId id, parse_kid(plan.kid));
  if (const auto epoch = epochs_.find(id.epoch_modulo); epoch != epochs_.end()) {
    const auto member = epoch->second.leaves.find(id.leaf);
    if (member != epoch->second.leaves.end()) {
      const auto& receiving = member->second.streams[static_cast<size_t>(id.stream)];
      if (receiving && receiving->key_slot == plan.key_slot) return receiving.get();
    }
  }
  return fail(Errc::unknown_key, "SFrame key that is gone");
}

Status KeyRing::commit_open(const OpenPlan& plan) {
  TRY_ASSIGN(Receiving* const receiving, find(plan));
  return receiving->context.commit_open(plan);
}

Result<KeyRing::Opened> KeyRing::open(Bytes sealed, Bytes metadata, MutBytes out) {
  TRY_ASSIGN(const Planned plan, plan_open(sealed, metadata));
  TRY_ASSIGN(const MutBytes plaintext, finish_open(plan.open, out));
  return Opened{plan.sender, plan.stream, plaintext};
}

Result<MutBytes> KeyRing::finish_open(const OpenPlan& plan, MutBytes out) {
  TRY_ASSIGN(Receiving* const receiving, find(plan));
  return receiving->context.finish_open(plan, out);
}

Result<Bytes> KeyRing::expose_key(const OpenPlan& plan) const {
  TRY_ASSIGN(const Receiving* const receiving, find(plan));
  return receiving->context.expose_key();
}

size_t KeyRing::members() const {
  size_t count = 0;
  for (const auto& [modulo, epoch] : epochs_) count += epoch.leaves.size();
  return count;
}

size_t KeyRing::derived_keys() const {
  size_t count = 0;
  for (const auto& [modulo, epoch] : epochs_) {
    for (const auto& [leaf, member] : epoch.leaves) {
      count += static_cast<size_t>(std::ranges::count_if(
          member.streams, [](const auto& stream) { return stream != nullptr; }));
    }
  }
  return count;
}

}  // namespace vicino::sframe
