#include "mls/tree_math.h"

#include <bit>

namespace vicino::mls {

std::optional<TreeSize> TreeSize::for_leaves(uint64_t leaves) {
  if (leaves == 0 || leaves > max_leaves) return std::nullopt;
  return TreeSize(std::bit_ceil(static_cast<uint32_t>(leaves)));
}

std::optional<TreeSize> TreeSize::for_nodes(uint64_t nodes) {
  return for_leaves(nodes / 2 + 1);
}

uint32_t level(NodeIndex node) {
  return static_cast<uint32_t>(std::countr_one(node.value));
}

std::optional<LeafIndex> as_leaf(NodeIndex node) {
  if (!is_leaf(node)) return std::nullopt;
  return LeafIndex{node.value / 2};
}

std::optional<NodeIndex> left(NodeIndex node) {
  if (is_leaf(node)) return std::nullopt;
  return NodeIndex{node.value ^ (1u << (level(node) - 1))};
}

std::optional<NodeIndex> right(NodeIndex node) {
  if (is_leaf(node)) return std::nullopt;
  return NodeIndex{node.value ^ (3u << (level(node) - 1))};
}

std::optional<NodeIndex> parent(NodeIndex node, TreeSize size) {
  if (!size.has(node) || node == size.root()) return std::nullopt;
  const uint32_t k = level(node);
  const uint32_t side = node.value >> (k + 1) & 1;
  return NodeIndex{(node.value | 1u << k) ^ side << (k + 1)};
}

std::optional<NodeIndex> sibling(NodeIndex node, TreeSize size) {
  const auto up = parent(node, size);
  if (!up) return std::nullopt;
  return node < *up ? right(*up) : left(*up);
}

std::vector<NodeIndex> direct_path(NodeIndex node, TreeSize size) {
  std::vector<NodeIndex> path;
  for (auto up = parent(node, size); up; up = parent(*up, size)) path.push_back(*up);
  return path;
}

bool in_subtree(NodeIndex node, NodeIndex ancestor) {
  const uint32_t half = (1u << level(ancestor)) - 1;
  return node.value >= ancestor.value - half && node.value <= ancestor.value + half;
}

}  // namespace vicino::mls
