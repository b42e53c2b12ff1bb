// The public ratchet tree (RFC 9420 sections 4 and 7): who is in the group, and the public keys of
// the nodes above them. A value: nodes are shared between copies and never change, so that copying
// a tree for the next epoch is cheap.
#pragma once

#include <functional>
#include <memory>

#include "mls/leaf_node.h"
#include "mls/tree_math.h"

namespace vicino::mls {

enum class NodeType : uint8_t { leaf = 1, parent = 2 };

struct ParentNode {
  Buffer encryption_key;
  Buffer parent_hash;
  std::vector<uint32_t> unmerged_leaves;  // rising

  static void fields(auto& self, auto& io) {
    io(self.encryption_key, self.parent_hash, self.unmerged_leaves);
  }
  bool operator==(const ParentNode&) const = default;
};

class RatchetTree {
 public:
  explicit RatchetTree(const Suite& suite) : suite_(&suite) { resize(*TreeSize::for_leaves(1)); }

  // Section 12.4.3.3, the ratchet_tree extension. Faults: malformed, trailing_bytes,
  // tree_shape_invalid (ends in a blank, a leaf where a parent stands), tree_too_large.
  static Result<RatchetTree> parse(const Suite& suite, Bytes extension, size_t max_leaves);
  Buffer serialize() const;

  const Suite& suite() const { return *suite_; }
  TreeSize size() const { return size_; }
  size_t member_count() const;
  // nullptr where blank or outside.
  const LeafNode* leaf(LeafIndex index) const;
  const ParentNode* parent_node(NodeIndex index) const;
  // The HPKE key of a node that isn't blank; empty for one that is.
  Bytes public_key(NodeIndex index) const;
  // Rising, without the blank ones.
  std::vector<LeafIndex> members() const;
  std::optional<LeafIndex> find(const std::function<bool(const LeafNode&)>& wanted) const;
  std::optional<LeafIndex> find_signature_key(Bytes key) const;
  std::optional<LeafIndex> find_encryption_key(Bytes key) const;
  bool has_node_key(Bytes key) const;

  // Section 4.1.1.
  std::vector<NodeIndex> resolution(NodeIndex node) const;
  // Section 4.1.2: the ancestors of a leaf whose child on the copath isn't empty; and that child.
  struct PathNode {
    NodeIndex node;
    NodeIndex copath_child;
  };
  std::vector<PathNode> filtered_direct_path(LeafIndex leaf) const;

  // Section 7.7. The leaf goes to the leftmost blank, or the tree doubles. Fault: tree_too_large.
  Result<LeafIndex> add(LeafNode leaf, size_t max_leaves);
  void update(LeafIndex index, LeafNode leaf);
  void remove(LeafIndex index);

  // Section 7.5: blanks the direct path, puts the path's keys on the filtered one with their parent
  // hashes, and the leaf. `keys` has one key for each node of filtered_direct_path(index).
  void merge_path(LeafIndex index, LeafNode leaf, const std::vector<Buffer>& keys);
  // The parent hash that the leaf of a path with these keys has to carry (section 7.9); empty for a
  // path without nodes.
  Buffer path_parent_hash(LeafIndex index, const std::vector<Buffer>& keys) const;

  // Section 7.8.
  const Buffer& tree_hash() const { return tree_hash(size_.root()); }
  const Buffer& tree_hash(NodeIndex node) const;

  // Section 12.4.3.1, what can be seen of a tree without asking about people: every parent has a
  // valid parent hash (7.9), unmerged leaves are in order, below, and unmerged at everything
  // between; no key stands twice. Faults: parent_hash_invalid, unmerged_lea*,
  // node_key_duplicate, parent_key_malformed, leaf_signature_key_taken.
  Status validate() const;

  friend bool operator==(const RatchetTree& a, const RatchetTree& b) {
    return a.tree_hash() == b.tree_hash();
  }

 private:
  void resize(TreeSize size);
  void shrink();
  void blank_path(LeafIndex index);
  void forget_hashes(LeafIndex below);
  void set_leaf(LeafIndex index, std::shared_ptr<const LeafNode> leaf);
  // The hash of `node`, as if the leaves in `without` were blank and gone from its unmerged leaves.
  Buffer hash_without(NodeIndex node, const std::vector<uint32_t>& without) const;
  std::vector<ParentNode> path_nodes(LeafIndex index, const std::vector<Buffer>& keys,
                                     Buffer& leaf_parent_hash) const;
  bool parent_hash_holds(NodeIndex node) const;
  bool covers(NodeIndex node, NodeIndex child, NodeIndex sibling) const;
  Status check_unmerged() const;
  Status check_keys() const;
  bool subtree_empty(NodeIndex node) const;

  const Suite* suite_;
  TreeSize size_;
  std::vector<std::shared_ptr<const LeafNode>> leaves_;     // size_.leaves()
  std::vector<std::shared_ptr<const ParentNode>> parents_;  // node 2i + 1 at i
  mutable std::vector<Buffer> hashes_;                      // by node; empty: to be computed
};

}  // namespace vicino::mls
