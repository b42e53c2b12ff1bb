#include "mls/secret_tree.h"

namespace vicino::mls {

MessageKey Ratchet::step(const Suite& suite) {
  Derivation from(suite, secret_.expose());
  MessageKey key{from.derive_tree_secret("key", next_, suite.key_size()),
                 from.derive_tree_secret("nonce", next_, suite.nonce_size())};
  secret_ = from.derive_tree_secret("secret", next_, suite.hash_size());
  ++next_;
  return key;
}

Result<std::pair<uint32_t, MessageKey>> Ratchet::next(const Suite& suite) {
  const uint32_t generation = next_;
  if (generation == UINT32_MAX) return fail(Fault::generations_exhausted);
  return std::pair(generation, step(suite));
}

Result<Ratchet::Found> Ratchet::find(const Suite& suite, uint32_t generation,
                                     const RatchetBounds& bounds) const {
  if (generation < next_) {
    const auto kept = skipped_.find(generation);
    if (kept == skipped_.end()) return fail(Fault::generation_consumed);
    Found found{kept->second.clone(), clone()};
    found.after.skipped_.erase(generation);
    return found;
  }
  if (generation - next_ > bounds.forward || generation == UINT32_MAX)
    return fail(Fault::generation_too_far);
  Found found{{}, clone()};
  while (found.after.next_ < generation) {
    const uint32_t passed = found.after.next_;
    MessageKey key = found.after.step(suite);
    if (generation - passed <= bounds.out_of_order)
      found.after.skipped_.emplace(passed, std::move(key));
  }
  found.key = found.after.step(suite);
  auto& skipped = found.after.skipped_;
  while (!skipped.empty() && generation - skipped.begin()->first > bounds.out_of_order)
    skipped.erase(skipped.begin());
  return found;
}

Ratchet Ratchet::clone() const {
  Ratchet copy(secret_.clone());
  copy.next_ = next_;
  for (const auto& [generation, key] : skipped_) copy.skipped_.emplace(generation, key.clone());
  return copy;
}

SecretTree::SecretTree(Secret encryption_secret, TreeSize size) : size_(size) {
  nodes_.emplace(size.root(), std::move(encryption_secret));
}

SecretTree::Expansion SecretTree::expand(const Suite& suite, LeafIndex leaf) const {
  NodeIndex node = leaf.node();
  std::vector<NodeIndex> down;  // from the leaf up to below the nearest node whose secret is there
  while (!nodes_.contains(node)) {
    down.push_back(node);
    const auto up = parent(node, size_);
    CHECK(up);  // an unused leaf has an ancestor with a secret
    node = *up;
  }
  Expansion expansion{node, {}, {}};
  Secret secret = nodes_.at(node).clone();
  const auto child = [&](bool on_the_left) {
    return suite.expand_with_label(secret.expose(), "tree",
                                   as_bytes(on_the_left ? "left" : "right"), suite.hash_size());
  };
  for (; !down.empty(); down.pop_back()) {
    const bool goes_left = down.back() < node;
    expansion.siblings.emplace_back(*sibling(down.back(), size_), child(!goes_left));
    secret = child(goes_left);
    node = down.back();
  }
  expansion.ratchets.handshake = Ratchet(suite.derive_secret(secret, "handshake"));
  expansion.ratchets.application = Ratchet(suite.derive_secret(secret, "application"));
  return expansion;
}

void SecretTree::adopt(LeafIndex leaf, Expansion expansion) {
  nodes_.erase(expansion.consumed);
  for (auto& [node, secret] : expansion.siblings) nodes_.emplace(node, std::move(secret));
  leaves_.emplace(leaf, std::move(expansion.ratchets));
}

Result<std::pair<uint32_t, MessageKey>> SecretTree::next(const Suite& suite, LeafIndex leaf,
                                                         RatchetType type) {
  CHECK(size_.has(leaf));
  if (!leaves_.contains(leaf)) adopt(leaf, expand(suite, leaf));
  return leaves_.at(leaf).of(type).next(suite);
}

Result<SecretTree::Opening> SecretTree::find(const Suite& suite, LeafIndex leaf, RatchetType type,
                                             uint32_t generation,
                                             const RatchetBounds& bounds) const {
  if (!size_.has(leaf)) return fail(Fault::sender_not_a_member);
  const auto used = leaves_.find(leaf);
  std::optional<Expansion> expansion;
  if (used == leaves_.end()) expansion = expand(suite, leaf);
  const LeafRatchets& ratchets = expansion ? expansion->ratchets : used->second;
  const Ratchet& ratchet =
      type == RatchetType::handshake ? ratchets.handshake : ratchets.application;
  TRY_ASSIGN(Ratchet::Found found, ratchet.find(suite, generation, bounds));
  return Opening{leaf, type, std::move(expansion), std::move(found)};
}

void SecretTree::adopt(Opening opening) {
  if (opening.expansion) adopt(opening.leaf, std::move(*opening.expansion));
  leaves_.at(opening.leaf).of(opening.type) = std::move(opening.found.after);
}

SecretTree SecretTree::clone() const {
  SecretTree copy;
  copy.size_ = size_;
  for (const auto& [node, secret] : nodes_) copy.nodes_.emplace(node, secret.clone());
  for (const auto& [leaf, ratchets] : leaves_)
    copy.leaves_.emplace(leaf,
                         LeafRatchets{ratchets.handshake.clone(), ratchets.application.clone()});
  return copy;
}

MessageKey sender_data_key(const Suite& suite, const Secret& sender_data_secret, Bytes ciphertext) {
  const Bytes sample = ciphertext.first(std::min(ciphertext.size(), suite.hash_size()));
  Derivation from(suite, sender_data_secret.expose());
  return {from.expand_with_label("key", sample, suite.key_size()),
          from.expand_with_label("nonce", sample, suite.nonce_size())};
}

}  // namespace vicino::mls
