// Update paths (RFC 9420 sections 7.4 to 7.6): fresh keys from a leaf to the root, for all but the
// removed.
#pragma once

#include <map>

#include "mls/key_schedule.h"
#include "mls/ratchet_tree.h"

namespace vicino::mls {

struct UpdatePathNode {
  Buffer encryption_key;
  std::vector<HpkeCiphertext>
      encrypted_path_secrets;  // one for each node of the copath child's resolution

  static void fields(auto& self, auto& io) { io(self.encryption_key, self.encrypted_path_secrets); }
  bool operator==(const UpdatePathNode&) const = default;
};

struct UpdatePath {
  LeafNode leaf;
  std::vector<UpdatePathNode> nodes;

  static void fields(auto& self, auto& io) { io(self.leaf, self.nodes); }
  bool operator==(const UpdatePath&) const = default;

  std::vector<Buffer> keys() const;
};

// The private keys a member holds: its leaf's, and those above it that it was told.
class PathKeys {
 public:
  PathKeys(LeafIndex self, HpkeKeys leaf);

  LeafIndex self() const { return self_; }
  const HpkeKeys& leaf() const { return keys_.at(self_.node()); }
  const HpkeKeys* find(NodeIndex node) const;
  void set(NodeIndex node, HpkeKeys keys);
  // Forgets every key whose node has gone blank or has another key now.
  void prune(const RatchetTree& tree);
  PathKeys clone() const;
  const std::map<NodeIndex, HpkeKeys>& all() const { return keys_; }

  // Puts the keys that follow from `path_secret` of `node` on `node` and the path nodes above it.
  // Returns the commit secret. Fault: path_key_mismatch, with the tree's keys.
  Result<Secret> implant(const RatchetTree& tree, const std::vector<RatchetTree::PathNode>& path,
                         NodeIndex node, Secret path_secret);

 private:
  LeafIndex self_;
  std::map<NodeIndex, HpkeKeys> keys_;
};

// An update path in the making. The order is the RFC's: keys first, for the new tree hash is in the
// context under which the path secrets are encrypted.
class PathBuilder {
 public:
  // `tree` already has the commit's proposals; it gets the path, and `leaf` (a template: keys,
  // source, parent hash and signature are set here).
  PathBuilder(RatchetTree& tree, LeafIndex self, LeafNode leaf, const SignatureKeys& signer,
              Bytes group_id, SecureRandom& random);

  // `added`: leaves new in this commit, who learn their path secret from the Welcome.
  Result<UpdatePath> encrypt(const RatchetTree& tree, const GroupContext& provisional,
                             const std::vector<LeafIndex>& added, SecureRandom& random) const;

  const Secret& commit_secret() const { return commit_secret_; }
  const PathKeys& keys() const { return keys_; }
  // What a new member under this path is told; nullptr when the path is empty.
  const Secret* path_secret_for(LeafIndex member) const;

 private:
  struct Step {
    RatchetTree::PathNode at;
    Secret path_secret;
    Buffer public_key;
  };

  LeafNode leaf_;
  PathKeys keys_;
  std::vector<Step> steps_;
  Secret commit_secret_;
};

// Section 7.6, by a member that isn't the sender. `tree` has the commit's proposals and the path
// merged; `keys` get the new ones on success only. Returns the commit secret. Faults:
// path_ciphertexts_wrong, path_decryption_failed, path_key_mismatch.
Result<Secret> open_path(const RatchetTree& tree, PathKeys& keys, LeafIndex sender,
                         const UpdatePath& path, const GroupContext& provisional,
                         const std::vector<LeafIndex>& added);

// Whether a path has the shape the tree (with the commit's proposals, before the path) asks for.
// Faults: path_length_wrong, path_ciphertexts_wrong.
Status check_path_shape(const RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                        const std::vector<LeafIndex>& added);

}  // namespace vicino::mls
