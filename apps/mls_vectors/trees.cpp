// Vectors of ratchet trees.
#include "check.h"

namespace vicino::mls_vectors {
using namespace mls;

namespace {

constexpr size_t any_size = 1 << 16;

RatchetTree parse_tree(const Suite& suite, const Json& text, const char* what) {
  return take(RatchetTree::parse(suite, hex(text), any_size), what);
}

// What member `index` of a treekem vector knows.
PathKeys private_keys(const Suite& suite, const RatchetTree& tree, const Json& member) {
  const LeafIndex index{member.at("index").get<uint32_t>()};
  PathKeys keys(index, take(suite.hpke_keys(hex(member.at("encryption_priv"))), "encryption_priv"));
  for (const Json& known : member.at("path_secrets")) {
    HpkeKeys pair =
        suite.derive_hpke_keys(suite.derive_secret(secret(known.at("path_secret")), "node"));
    keys.set({known.at("node").get<uint32_t>()}, std::move(pair));
  }
  const size_t before = keys.all().size();
  keys.prune(tree);
  expect(keys.all().size() == before, "private keys are those of the tree");
  return keys;
}

// Everybody opens `path` and gets the same secret.
void open_by_all(const Json& vector, const RatchetTree& before, const RatchetTree& after,
                 LeafIndex sender, const UpdatePath& path, const GroupContext& context,
                 Bytes commit_secret) {
  for (const Json& member : vector.at("leaves_private")) {
    if (member.at("index").get<uint32_t>() == sender.value) continue;
    PathKeys keys = private_keys(before.suite(), before, member);
    const Secret is = take(open_path(after, keys, sender, path, context, {}), "open path");
    expect(equal(is.expose(), commit_secret), "commit_secret");
    const size_t learnt = keys.all().size();
    keys.prune(after);
    expect(keys.all().size() <= learnt && keys.find(after.size().root()), "keys learnt");
  }
}

}  // namespace

void check_tree_operations(const Json& vector) {
  const Suite& suite = suite_of(vector);
  RatchetTree tree = parse_tree(suite, vector.at("tree_before"), "tree_before");
  expect_equal(tree.tree_hash(), vector.at("tree_hash_before"), "tree_hash_before");
  const auto proposal = take(decode<Proposal>(hex(vector.at("proposal"))), "proposal");
  const LeafIndex sender{vector.at("proposal_sender").get<uint32_t>()};
  if (const auto* add = proposal.as<Add>()) take(tree.add(add->key_package.leaf, any_size), "add");
  if (const auto* update = proposal.as<Update>()) {
    expect(tree.leaf(sender) != nullptr, "proposal_sender is a member");
    tree.update(sender, update->leaf);
  }
  if (const auto* remove = proposal.as<Remove>()) {
    expect(tree.leaf({remove->removed}) != nullptr, "who is removed is a member");
    tree.remove({remove->removed});
  }
  expect_equal(tree.serialize(), vector.at("tree_after"), "tree_after");
  expect_equal(tree.tree_hash(), vector.at("tree_hash_after"), "tree_hash_after");
}

void check_tree_validation(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const RatchetTree tree = parse_tree(suite, vector.at("tree"), "tree");
  const Buffer group_id = hex(vector.at("group_id"));
  for (uint32_t i = 0; i < tree.size().nodes(); ++i) {
    std::vector<uint32_t> resolution;
    for (const NodeIndex node : tree.resolution({i})) resolution.push_back(node.value);
    expect(resolution == vector.at("resolutions").at(i).get<std::vector<uint32_t>>(),
           "resolution of " + std::to_string(i));
    expect_equal(tree.tree_hash({i}), vector.at("tree_hashes").at(i),
                 "tree hash of " + std::to_string(i));
  }
  take(tree.validate(), "validity");
  for (const LeafIndex index : tree.members())
    expect(tree.leaf(index)->verify_signature(suite, group_id, index),
           "signature of leaf " + std::to_string(index.value));
}

void check_treekem(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const RatchetTree before = parse_tree(suite, vector.at("ratchet_tree"), "ratchet_tree");
  GroupContext context{.cipher_suite = suite.id,
                       .group_id = hex(vector.at("group_id")),
                       .epoch = vector.at("epoch").get<uint64_t>(),
                       .tree_hash = {},
                       .confirmed_transcript_hash = hex(vector.at("confirmed_transcript_hash")),
                       .extensions = {}};
  for (const Json& update : vector.at("update_paths")) {
    const LeafIndex sender{update.at("sender").get<uint32_t>()};
    expect(before.leaf(sender) != nullptr, "sender is a member");
    const auto path = take(decode<UpdatePath>(hex(update.at("update_path"))), "update_path");
    take(check_path_shape(before, sender, path, {}), "shape of the path");
    expect(path.leaf.parent_hash == before.path_parent_hash(sender, path.keys()), "parent hash");
    RatchetTree after = before;
    after.merge_path(sender, path.leaf, path.keys());
    expect_equal(after.tree_hash(), update.at("tree_hash_after"), "tree_hash_after");
    context.tree_hash = after.tree_hash();
    open_by_all(vector, before, after, sender, path, context, hex(update.at("commit_secret")));

    // A path of one's own from the same leaf.
    for (const Json& member : vector.at("leaves_private")) {
      if (member.at("index").get<uint32_t>() != sender.value) continue;
      SeededRandom random(sender.value);
      RatchetTree tree = before;
      const auto signer =
          take(suite.signature_keys(hex(member.at("signature_priv"))), "signature_priv");
      const PathBuilder builder(tree, sender, *before.leaf(sender), signer, context.group_id,
                                random);
      GroupContext own = context;
      own.tree_hash = tree.tree_hash();
      const UpdatePath made = take(builder.encrypt(tree, own, {}, random), "own path");
      open_by_all(vector, before, tree, sender, made, own, builder.commit_secret().expose());
    }
  }
}

}  // namespace vicino::mls_vectors
