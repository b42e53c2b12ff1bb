// Tree hashes (RFC 9420 section 7.8), parent hashes (7.9) and what they let one check of a tree.
#include <unordered_set>

#include "mls/ratchet_tree.h"

namespace vicino::mls {
namespace {

Buffer leaf_hash(const Suite& suite, LeafIndex index, const LeafNode* leaf) {
  Encoder input;
  input(NodeType::leaf, index.value, static_cast<uint8_t>(leaf != nullptr));
  if (leaf) input(*leaf);
  return suite.hash(input.take());
}

Buffer node_hash(const Suite& suite, const ParentNode* parent, const Buffer& left,
                 const Buffer& right) {
  Encoder input;
  input(NodeType::parent, static_cast<uint8_t>(parent != nullptr));
  if (parent) input(*parent);
  input(left, right);
  return suite.hash(input.take());
}

// ParentHashInput of section 7.9.
Buffer parent_hash(const Suite& suite, const ParentNode& parent,
                   const Buffer& original_sibling_tree_hash) {
  return suite.hash(encode(parent.encryption_key, parent.parent_hash, original_sibling_tree_hash));
}

}  // namespace

const Buffer& RatchetTree::tree_hash(NodeIndex node) const {
  Buffer& known = hashes_[node.value];
  if (!known.empty()) return known;
  if (const auto at = as_leaf(node)) {
    known = leaf_hash(*suite_, *at, leaf(*at));
  } else {
    known = node_hash(*suite_, parent_node(node), tree_hash(*left(node)), tree_hash(*right(node)));
  }
  return known;
}

Buffer RatchetTree::hash_without(NodeIndex node, const std::vector<uint32_t>& without) const {
  const bool touched = std::ranges::any_of(
      without, [&](uint32_t i) { return in_subtree(LeafIndex{i}.node(), node); });
  if (!touched) return tree_hash(node);
  if (const auto at = as_leaf(node)) return leaf_hash(*suite_, *at, nullptr);
  std::optional<ParentNode> changed;
  if (const ParentNode* const content = parent_node(node)) {
    changed = *content;
    std::erase_if(changed->unmerged_leaves,
                  [&](uint32_t i) { return std::ranges::find(without, i) != without.end(); });
  }
  return node_hash(*suite_, changed ? &*changed : nullptr, hash_without(*left(node), without),
                   hash_without(*right(node), without));
}

std::vector<ParentNode> RatchetTree::path_nodes(LeafIndex index, const std::vector<Buffer>& keys,
                                                Buffer& leaf_parent_hash) const {
  const auto path = filtered_direct_path(index);
  CHECK(path.size() == keys.size());
  std::vector<ParentNode> nodes(path.size());
  Buffer above;
  for (size_t i = path.size(); i-- > 0;) {
    nodes[i] = {keys[i], above, {}};
    // Nothing is unmerged at a node of a new path: its sibling is hashed as it stands.
    above = parent_hash(*suite_, nodes[i], tree_hash(path[i].copath_child));
  }
  leaf_parent_hash = above;
  return nodes;
}

Buffer RatchetTree::path_parent_hash(LeafIndex index, const std::vector<Buffer>& keys) const {
  Buffer hash;
  path_nodes(index, keys, hash);
  return hash;
}

// Whether `node`'s keys were set together with a node in `child`'s resolution: one that carries the
// hash of `node`, and beside which only leaves unmerged at `node` stand.
bool RatchetTree::covers(NodeIndex node, NodeIndex child, NodeIndex sibling) const {
  const ParentNode& content = *parent_node(node);
  const Buffer expected =
      parent_hash(*suite_, content, hash_without(sibling, content.unmerged_leaves));
  const auto unmerged = [&](NodeIndex at) {
    return is_leaf(at) && std::ranges::binary_search(content.unmerged_leaves, as_leaf(at)->value);
  };
  const auto candidates = resolution(child);
  for (const NodeIndex candidate : candidates) {
    const auto at = as_leaf(candidate);
    const bool holds =
        at ? leaf(*at)->source == LeafSource::commit && leaf(*at)->parent_hash == expected
           : parent_node(candidate)->parent_hash == expected;
    if (!holds) continue;
    return std::ranges::all_of(candidates,
                               [&](NodeIndex one) { return unmerged(one) != (one == candidate); });
  }
  return false;
}

bool RatchetTree::parent_hash_holds(NodeIndex node) const {
  return covers(node, *left(node), *right(node)) || covers(node, *right(node), *left(node));
}

Status RatchetTree::check_unmerged() const {
  for (uint32_t i = 1; i < size_.nodes(); i += 2) {
    const ParentNode* const node = parent_node({i});
    if (!node) continue;
    const auto& unmerged = node->unmerged_leaves;
    if (std::ranges::adjacent_find(unmerged, std::greater_equal{}) != unmerged.end())
      return fail(Fault::unmerged_leaves_out_of_order);
    for (const uint32_t index : unmerged) {
      const NodeIndex at = LeafIndex{index}.node();
      if (!leaf({index})) return fail(Fault::unmerged_leaf_missing);
      if (!in_subtree(at, {i})) return fail(Fault::unmerged_leaf_not_below);
      for (auto between = parent(at, size_); between && *between != NodeIndex{i};
           between = parent(*between, size_)) {
        const ParentNode* const lower = parent_node(*between);
        if (lower && !std::ranges::binary_search(lower->unmerged_leaves, index))
          return fail(Fault::unmerged_leaf_merged_between);
      }
    }
  }
  return {};
}

Status RatchetTree::check_keys() const {
  std::unordered_set<std::string_view> encryption_keys, signature_keys;
  for (uint32_t i = 0; i < size_.nodes(); ++i) {
    const Bytes key = public_key({i});
    if (parent_node({i}) && !suite_->is_public_key(key)) return fail(Fault::parent_key_malformed);
    if (!key.empty() && !encryption_keys.insert(as_text(key)).second)
      return fail(Fault::node_key_duplicate);
    const auto at = as_leaf({i});
    if (at && leaf(*at) && !signature_keys.insert(as_text(leaf(*at)->signature_key)).second)
      return fail(Fault::leaf_signature_key_taken);
  }
  return {};
}

Status RatchetTree::validate() const {
  TRY(check_unmerged());
  TRY(check_keys());
  for (uint32_t i = 1; i < size_.nodes(); i += 2)
    if (parent_node({i}) && !parent_hash_holds({i})) return fail(Fault::parent_hash_invalid);
  return {};
}

}  // namespace vicino::mls
