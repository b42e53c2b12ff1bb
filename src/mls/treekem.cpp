#include "mls/treekem.h"

namespace vicino::mls {
namespace {

constexpr std::string_view path_label = "UpdatePathNode";

HpkeKeys node_keys(const Suite& suite, const Secret& path_secret) {
  return suite.derive_hpke_keys(suite.derive_secret(path_secret, "node"));
}

// Those of a resolution who learn the path secret from the path itself.
std::vector<NodeIndex> recipients(const RatchetTree& tree, NodeIndex copath_child,
                                  const std::vector<LeafIndex>& added) {
  auto nodes = tree.resolution(copath_child);
  std::erase_if(nodes, [&](NodeIndex node) {
    const auto at = as_leaf(node);
    return at && std::ranges::find(added, *at) != added.end();
  });
  return nodes;
}

}  // namespace

std::vector<Buffer> UpdatePath::keys() const {
  std::vector<Buffer> all;
  for (const UpdatePathNode& node : nodes) all.push_back(node.encryption_key);
  return all;
}

PathKeys::PathKeys(LeafIndex self, HpkeKeys leaf) : self_(self) {
  set(self.node(), std::move(leaf));
}

const HpkeKeys* PathKeys::find(NodeIndex node) const {
  const auto found = keys_.find(node);
  return found == keys_.end() ? nullptr : &found->second;
}

void PathKeys::set(NodeIndex node, HpkeKeys keys) {
  keys_.insert_or_assign(node, std::move(keys));
}

void PathKeys::prune(const RatchetTree& tree) {
  std::erase_if(keys_, [&](const auto& entry) {
    return !equal(tree.public_key(entry.first), entry.second.public_key);
  });
}

PathKeys PathKeys::clone() const {
  PathKeys copy(self_, leaf().clone());
  for (const auto& [node, keys] : keys_) copy.set(node, keys.clone());
  return copy;
}

Result<Secret> PathKeys::implant(const RatchetTree& tree,
                                 const std::vector<RatchetTree::PathNode>& path, NodeIndex node,
                                 Secret path_secret) {
  const Suite& suite = tree.suite();
  auto at = std::ranges::find(path, node, &RatchetTree::PathNode::node);
  std::vector<std::pair<NodeIndex, HpkeKeys>> learnt;
  for (; at != path.end(); ++at) {
    HpkeKeys keys = node_keys(suite, path_secret);
    if (!equal(keys.public_key, tree.public_key(at->node))) return fail(Fault::path_key_mismatch);
    learnt.emplace_back(at->node, std::move(keys));
    path_secret = suite.derive_secret(path_secret, "path");
  }
  for (auto& [where, keys] : learnt) set(where, std::move(keys));
  return path_secret;
}

PathBuilder::PathBuilder(RatchetTree& tree, LeafIndex self, LeafNode leaf,
                         const SignatureKeys& signer, Bytes group_id, SecureRandom& random)
    : leaf_(std::move(leaf)), keys_(self, tree.suite().random_hpke_keys(random)) {
  const Suite& suite = tree.suite();
  commit_secret_ = random_secret(random, suite.hash_size());
  std::vector<Buffer> public_keys;
  for (const auto& node : tree.filtered_direct_path(self)) {
    HpkeKeys keys = node_keys(suite, commit_secret_);
    public_keys.push_back(keys.public_key);
    steps_.push_back({node, commit_secret_.clone(), keys.public_key});
    keys_.set(node.node, std::move(keys));
    commit_secret_ = suite.derive_secret(commit_secret_, "path");
  }
  leaf_.encryption_key = keys_.leaf().public_key;
  leaf_.signature_key = signer.public_key;
  leaf_.source = LeafSource::commit;
  leaf_.parent_hash = tree.path_parent_hash(self, public_keys);
  leaf_.sign(suite, signer, group_id, self);
  tree.merge_path(self, leaf_, public_keys);
}

Result<UpdatePath> PathBuilder::encrypt(const RatchetTree& tree, const GroupContext& provisional,
                                        const std::vector<LeafIndex>& added,
                                        SecureRandom& random) const {
  const Buffer context = mls::encode(provisional);
  UpdatePath path{leaf_, {}};
  for (const Step& step : steps_) {
    UpdatePathNode& node = path.nodes.emplace_back(step.public_key);
    for (const NodeIndex to : recipients(tree, step.at.copath_child, added)) {
      TRY_ASSIGN(HpkeCiphertext sealed,
                 tree.suite().encrypt_with_label(tree.public_key(to), path_label, context,
                                                 step.path_secret.expose(), random));
      node.encrypted_path_secrets.push_back(std::move(sealed));
    }
  }
  return path;
}

const Secret* PathBuilder::path_secret_for(LeafIndex member) const {
  for (const Step& step : steps_)
    if (in_subtree(member.node(), step.at.node)) return &step.path_secret;
  return nullptr;
}

Result<Secret> open_path(const RatchetTree& tree, PathKeys& keys, LeafIndex sender,
                         const UpdatePath& path, const GroupContext& provisional,
                         const std::vector<LeafIndex>& added) {
  const auto nodes = tree.filtered_direct_path(sender);
  const auto meeting = std::ranges::find_if(
      nodes, [&](const auto& node) { return in_subtree(keys.self().node(), node.copath_child); });
  if (meeting == nodes.end()) return fail(Fault::path_length_wrong);
  const UpdatePathNode& sealed = path.nodes[static_cast<size_t>(meeting - nodes.begin())];
  const auto to = recipients(tree, meeting->copath_child, added);
  const auto mine =
      std::ranges::find_if(to, [&](NodeIndex node) { return keys.find(node) != nullptr; });
  if (mine == to.end()) return fail(Fault::path_ciphertexts_wrong);
  auto opened = tree.suite().decrypt_with_label(
      *keys.find(*mine), path_label, encode(provisional),
      sealed.encrypted_path_secrets[static_cast<size_t>(mine - to.begin())]);
  if (!opened || opened->size() != tree.suite().hash_size())
    return fail(Fault::path_decryption_failed);
  return keys.implant(tree, nodes, meeting->node, Secret(opened->expose()));
}

Status check_path_shape(const RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                        const std::vector<LeafIndex>& added) {
  const auto nodes = tree.filtered_direct_path(sender);
  if (nodes.size() != path.nodes.size()) return fail(Fault::path_length_wrong);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (path.nodes[i].encrypted_path_secrets.size() !=
        recipients(tree, nodes[i].copath_child, added).size())
      return fail(Fault::path_ciphertexts_wrong);
  }
  return {};
}

}  // namespace vicino::mls
