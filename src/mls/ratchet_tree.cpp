#include "mls/ratchet_tree.h"

#include <bit>

namespace vicino::mls {
namespace {

struct WireNode {
  NodeType type{};
  LeafNode leaf;
  ParentNode parent;

  static void fields(auto& self, auto& io) {
    io(self.type);
    switch (self.type) {
      case NodeType::leaf:
        return io(self.leaf);
      case NodeType::parent:
        return io(self.parent);
    }
    io.fail(Fault::malformed);
  }
};

}  // namespace

Result<RatchetTree> RatchetTree::parse(const Suite& suite, Bytes extension, size_t max_leaves) {
  auto nodes = decode<std::vector<std::optional<WireNode>>>(extension);
  if (!nodes) return fail(nodes.error());
  if (nodes->empty() || !nodes->back()) return fail(Fault::tree_shape_invalid);
  const auto size = TreeSize::for_nodes(nodes->size());
  if (!size || size->leaves() > std::bit_ceil(max_leaves)) return fail(Fault::tree_too_large);
  RatchetTree tree(suite);
  tree.resize(*size);
  for (uint32_t i = 0; i < nodes->size(); ++i) {
    auto& node = (*nodes)[i];
    if (!node) continue;
    if ((i % 2 == 0) != (node->type == NodeType::leaf)) return fail(Fault::tree_shape_invalid);
    if (i % 2 == 0) {
      tree.leaves_[i / 2] = std::make_shared<const LeafNode>(std::move(node->leaf));
    } else {
      tree.parents_[i / 2] = std::make_shared<const ParentNode>(std::move(node->parent));
    }
  }
  if (tree.member_count() > max_leaves) return fail(Fault::tree_too_large);
  return tree;
}

Buffer RatchetTree::serialize() const {
  std::vector<std::optional<WireNode>> nodes(size_.nodes());
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (const auto at = as_leaf(NodeIndex{i}); at && leaf(*at))
      nodes[i] = WireNode{NodeType::leaf, *leaf(*at), {}};
    if (const auto* parent = parent_node({i})) nodes[i] = WireNode{NodeType::parent, {}, *parent};
  }
  while (!nodes.empty() && !nodes.back()) nodes.pop_back();
  return encode(nodes);
}

size_t RatchetTree::member_count() const {
  return static_cast<size_t>(
      std::ranges::count_if(leaves_, [](const auto& leaf) { return leaf != nullptr; }));
}

const LeafNode* RatchetTree::leaf(LeafIndex index) const {
  return size_.has(index) ? leaves_[index.value].get() : nullptr;
}

const ParentNode* RatchetTree::parent_node(NodeIndex index) const {
  return !is_leaf(index) && size_.has(index) ? parents_[index.value / 2].get() : nullptr;
}

Bytes RatchetTree::public_key(NodeIndex index) const {
  if (const auto at = as_leaf(index)) {
    const LeafNode* const node = leaf(*at);
    return node ? Bytes(node->encryption_key) : Bytes();
  }
  const ParentNode* const node = parent_node(index);
  return node ? Bytes(node->encryption_key) : Bytes();
}

std::vector<LeafIndex> RatchetTree::members() const {
  std::vector<LeafIndex> all;
  for (uint32_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i]) all.push_back({i});
  return all;
}

std::optional<LeafIndex> RatchetTree::find(
    const std::function<bool(const LeafNode&)>& wanted) const {
  for (uint32_t i = 0; i < leaves_.size(); ++i)
    if (leaves_[i] && wanted(*leaves_[i])) return LeafIndex{i};
  return std::nullopt;
}

std::optional<LeafIndex> RatchetTree::find_signature_key(Bytes key) const {
  return find([&](const LeafNode& leaf) { return equal(leaf.signature_key, key); });
}

std::optional<LeafIndex> RatchetTree::find_encryption_key(Bytes key) const {
  return find([&](const LeafNode& leaf) { return equal(leaf.encryption_key, key); });
}

bool RatchetTree::has_node_key(Bytes key) const {
  return find_encryption_key(key) || std::ranges::any_of(parents_, [&](const auto& parent) {
           return parent && equal(parent->encryption_key, key);
         });
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex node) const {
  if (const auto at = as_leaf(node))
    return leaf(*at) ? std::vector{node} : std::vector<NodeIndex>{};
  if (const ParentNode* const content = parent_node(node)) {
    std::vector nodes{node};
    for (const uint32_t unmerged : content->unmerged_leaves)
      nodes.push_back(LeafIndex{unmerged}.node());
    return nodes;
  }
  auto nodes = resolution(*left(node));
  const auto right_side = resolution(*right(node));
  nodes.insert(nodes.end(), right_side.begin(), right_side.end());
  return nodes;
}

bool RatchetTree::subtree_empty(NodeIndex node) const {
  if (const auto at = as_leaf(node)) return !leaf(*at);
  return !parent_node(node) && subtree_empty(*left(node)) && subtree_empty(*right(node));
}

std::vector<RatchetTree::PathNode> RatchetTree::filtered_direct_path(LeafIndex index) const {
  std::vector<PathNode> path;
  NodeIndex below = index.node();
  for (const NodeIndex node : direct_path(below, size_)) {
    const NodeIndex copath_child = *sibling(below, size_);
    if (!subtree_empty(copath_child)) path.push_back({node, copath_child});
    below = node;
  }
  return path;
}

Result<LeafIndex> RatchetTree::add(LeafNode leaf, size_t max_leaves) {
  if (member_count() >= max_leaves) return fail(Fault::tree_too_large);
  const auto blank = std::ranges::find(leaves_, nullptr);
  const LeafIndex index{static_cast<uint32_t>(blank - leaves_.begin())};
  if (blank == leaves_.end()) {
    const auto doubled = TreeSize::for_leaves(2ull * size_.leaves());
    if (!doubled) return fail(Fault::tree_too_large);
    resize(*doubled);
  }
  for (const NodeIndex node : direct_path(index.node(), size_)) {
    auto& parent = parents_[node.value / 2];
    if (!parent) continue;
    auto changed = std::make_shared<ParentNode>(*parent);
    auto& unmerged = changed->unmerged_leaves;
    unmerged.insert(std::ranges::upper_bound(unmerged, index.value), index.value);
    parent = std::move(changed);
  }
  set_leaf(index, std::make_shared<const LeafNode>(std::move(leaf)));
  return index;
}

void RatchetTree::update(LeafIndex index, LeafNode leaf) {
  blank_path(index);
  set_leaf(index, std::make_shared<const LeafNode>(std::move(leaf)));
}

void RatchetTree::remove(LeafIndex index) {
  blank_path(index);
  set_leaf(index, nullptr);
  shrink();
}

void RatchetTree::merge_path(LeafIndex index, LeafNode leaf, const std::vector<Buffer>& keys) {
  Buffer leaf_parent_hash;
  auto contents = path_nodes(index, keys, leaf_parent_hash);
  const auto path = filtered_direct_path(index);
  blank_path(index);
  for (size_t i = 0; i < path.size(); ++i)
    parents_[path[i].node.value / 2] = std::make_shared<const ParentNode>(std::move(contents[i]));
  set_leaf(index, std::make_shared<const LeafNode>(std::move(leaf)));
}

void RatchetTree::resize(TreeSize size) {
  size_ = size;
  leaves_.resize(size.leaves());
  parents_.resize(size.leaves() - 1);
  hashes_.resize(size.nodes());  // a node's number means the same subtree in a tree of any size
}

void RatchetTree::shrink() {
  while (size_.leaves() > 1) {
    const auto half = leaves_.begin() + size_.leaves() / 2;
    if (std::any_of(half, leaves_.end(), [](const auto& leaf) { return leaf != nullptr; })) return;
    resize(*TreeSize::for_leaves(size_.leaves() / 2));
  }
}

void RatchetTree::blank_path(LeafIndex index) {
  for (const NodeIndex node : direct_path(index.node(), size_)) parents_[node.value / 2] = nullptr;
  forget_hashes(index);
}

void RatchetTree::forget_hashes(LeafIndex below) {
  hashes_[below.node().value].clear();
  for (const NodeIndex node : direct_path(below.node(), size_)) hashes_[node.value].clear();
}

void RatchetTree::set_leaf(LeafIndex index, std::shared_ptr<const LeafNode> leaf) {
  leaves_[index.value] = std::move(leaf);
  forget_hashes(index);
}

}  // namespace vicino::mls
