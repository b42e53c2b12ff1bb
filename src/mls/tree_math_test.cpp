#include "mls/tree_math.h"

#include <gtest/gtest.h>

namespace vicino::mls {
namespace {

TreeSize of(uint64_t leaves) {
  return TreeSize::for_leaves(leaves).value();
}

// RFC 9420 appendix C draws this tree of eight leaves.
TEST(TreeMath, NodesStandWhereTheRfcDrawsThem) {
  const TreeSize eight = of(8);
  EXPECT_EQ(eight.root(), NodeIndex{7});
  EXPECT_EQ(left(NodeIndex{7}), NodeIndex{3});
  EXPECT_EQ(right(NodeIndex{7}), NodeIndex{11});
  EXPECT_EQ(left(NodeIndex{9}), NodeIndex{8});
  EXPECT_EQ(right(NodeIndex{9}), NodeIndex{10});
  EXPECT_EQ(parent(NodeIndex{10}, eight), NodeIndex{9});
  EXPECT_EQ(parent(NodeIndex{9}, eight), NodeIndex{11});
  EXPECT_EQ(sibling(NodeIndex{9}, eight), NodeIndex{13});
  EXPECT_EQ(direct_path(NodeIndex{4}, eight),
            (std::vector{NodeIndex{5}, NodeIndex{3}, NodeIndex{7}}));
  EXPECT_EQ(level(NodeIndex{0}), 0u);
  EXPECT_EQ(level(NodeIndex{7}), 3u);
  EXPECT_EQ(level(NodeIndex{11}), 2u);
}

TEST(TreeMath, ParentsAndChildrenAgreeInTreesOfEverySize) {
  for (uint32_t leaves = 1; leaves <= 1024; leaves *= 2) {
    const TreeSize size = of(leaves);
    for (uint32_t i = 0; i < size.nodes(); ++i) {
      const NodeIndex node{i};
      const auto up = parent(node, size);
      EXPECT_EQ(up.has_value(), node != size.root());
      if (!up) continue;
      EXPECT_TRUE(left(*up) == node || right(*up) == node);
      EXPECT_EQ(sibling(*sibling(node, size), size), node);
      EXPECT_TRUE(in_subtree(node, *up));
      EXPECT_FALSE(in_subtree(*sibling(node, size), node));
    }
  }
}

TEST(TreeMath, SizesAreThePowerOfTwoThatHasRoom) {
  EXPECT_EQ(of(1).leaves(), 1u);
  EXPECT_EQ(of(3).leaves(), 4u);
  EXPECT_EQ(of(5).nodes(), 15u);
  EXPECT_EQ(TreeSize::for_nodes(1), of(1));
  EXPECT_EQ(TreeSize::for_nodes(3), of(2));
  EXPECT_EQ(TreeSize::for_nodes(4), of(4));
  EXPECT_EQ(TreeSize::for_nodes(7), of(4));
  EXPECT_EQ(TreeSize::for_nodes(8), of(8));
}

TEST(TreeMath, TheLargestTreeFitsAndALargerOneIsRefused) {
  const TreeSize largest = of(TreeSize::max_leaves);
  EXPECT_EQ(largest.nodes(), (1u << 31) - 1);
  const NodeIndex last{largest.nodes() - 1};
  EXPECT_TRUE(parent(last, largest));
  EXPECT_EQ(direct_path(last, largest).size(), 30u);
  EXPECT_EQ(TreeSize::for_leaves(uint64_t{TreeSize::max_leaves} + 1), std::nullopt);
  EXPECT_EQ(TreeSize::for_leaves(uint64_t{1} << 32), std::nullopt);
  EXPECT_EQ(TreeSize::for_leaves(UINT64_MAX), std::nullopt);
  EXPECT_EQ(TreeSize::for_nodes(UINT64_MAX), std::nullopt);
  EXPECT_EQ(TreeSize::for_leaves(0), std::nullopt);
}

TEST(TreeMath, P4_WhatIsNotInTheTreeHasNoRelatives) {
  const TreeSize four = of(4);
  for (const uint32_t outside : {7u, 8u, 9u, 15u, 0x7fffffffu, 0xfffffffeu, 0xffffffffu}) {
    const NodeIndex node{outside};
    EXPECT_FALSE(four.has(node));
    EXPECT_EQ(parent(node, four), std::nullopt);
    EXPECT_EQ(sibling(node, four), std::nullopt);
    EXPECT_TRUE(direct_path(node, four).empty());
  }
  EXPECT_FALSE(four.has(LeafIndex{4}));
  EXPECT_EQ(parent(four.root(), four), std::nullopt);
  EXPECT_EQ(sibling(four.root(), four), std::nullopt);
}

TEST(TreeMath, P4_LeavesHaveNoChildrenAndParentsAreNoLeaves) {
  EXPECT_EQ(left(NodeIndex{4}), std::nullopt);
  EXPECT_EQ(right(NodeIndex{4}), std::nullopt);
  EXPECT_EQ(as_leaf(NodeIndex{3}), std::nullopt);
  EXPECT_EQ(as_leaf(NodeIndex{6}), LeafIndex{3});
}

}  // namespace
}  // namespace vicino::mls
