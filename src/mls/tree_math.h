// Where nodes stand in a full binary tree kept in an array (RFC 9420 appendix C): leaf i is node
// 2i. Trees always have a power of two of leaves. What doesn't exist (the parent of the root, the
// child of a leaf) is nullopt, never a number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace vicino::mls {

struct NodeIndex {
  uint32_t value = 0;
  friend constexpr auto operator<=>(NodeIndex, NodeIndex) = default;
};

struct LeafIndex {
  uint32_t value = 0;
  constexpr NodeIndex node() const { return {2 * value}; }
  friend constexpr auto operator<=>(LeafIndex, LeafIndex) = default;
};

// The number of leaves of a full tree. Leaves fit in 2^30 so that every index fits in 32 bits.
class TreeSize {
 public:
  static constexpr uint32_t max_leaves = 1u << 30;

  constexpr TreeSize() = default;
  // The smallest full tree with room for this many leaves; nullopt over max_leaves and for none.
  static std::optional<TreeSize> for_leaves(uint64_t leaves);
  // The tree that has exactly this many nodes or is the smallest to have more.
  static std::optional<TreeSize> for_nodes(uint64_t nodes);

  constexpr uint32_t leaves() const { return leaves_; }
  constexpr uint32_t nodes() const { return 2 * leaves_ - 1; }
  constexpr bool has(LeafIndex leaf) const { return leaf.value < leaves_; }
  constexpr bool has(NodeIndex node) const { return node.value < nodes(); }
  NodeIndex root() const { return {leaves_ - 1}; }

  friend constexpr bool operator==(TreeSize, TreeSize) = default;

 private:
  constexpr explicit TreeSize(uint32_t leaves) : leaves_(leaves) {}
  uint32_t leaves_ = 1;
};

uint32_t level(NodeIndex node);
constexpr bool is_leaf(NodeIndex node) {
  return node.value % 2 == 0;
}
std::optional<LeafIndex> as_leaf(NodeIndex node);
std::optional<NodeIndex> left(NodeIndex node);
std::optional<NodeIndex> right(NodeIndex node);
// nullopt for the root, and for what isn't in the tree.
std::optional<NodeIndex> parent(NodeIndex node, TreeSize size);
std::optional<NodeIndex> sibling(NodeIndex node, TreeSize size);
// The ancestors from the node's parent to the root; empty for the root.
std::vector<NodeIndex> direct_path(NodeIndex node, TreeSize size);
// Whether `node` is `ancestor` or below it.
bool in_subtree(NodeIndex node, NodeIndex ancestor);

}  // namespace vicino::mls
