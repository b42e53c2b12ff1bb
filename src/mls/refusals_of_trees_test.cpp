// RFC 9420 sections 7.8, 7.9 and 12.4.3.3: trees that somebody else describes. Alice, or whoever
// has her keys, signs a GroupInfo with a tree that no honest group has.
#include "mls/follower.h"
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

struct Node {
  NodeType type{};
  LeafNode leaf;
  ParentNode parent;

  static void fields(auto& self, auto& io) {
    io(self.type);
    self.type == NodeType::leaf ? io(self.leaf) : io(self.parent);
  }
};
using Nodes = std::vector<std::optional<Node>>;

Buffer& tree_of(GroupInfo& info) {
  return info.extensions.front().data;
}

// The tree's nodes are changed; its hash in the context fits again, where it can.
std::optional<Fault> refused_tree(Scene& scene, const std::function<void(Nodes&)>& change) {
  return scene.join_external(scene.group_info([&](GroupInfo& info) {
    auto nodes = must(decode<Nodes>(tree_of(info)));
    change(nodes);
    tree_of(info) = encode(nodes);
    if (const auto tree = RatchetTree::parse(scene.suite, tree_of(info), 1024))
      info.context.tree_hash = tree->tree_hash();
  }));
}

// The scene's tree has dave's leaf unmerged at no node; this adds a fifth and sixth member without
// a path after a path of alice, so that leaves 4 and 5 are unmerged at the root.
void grow(Scene& scene) {
  std::vector<Proposal> adds{scene.add_of("4"), scene.add_of("5")};
  scene.commit_and_adopt(scene.members, 0, {adds[0]});
  scene.commit_and_adopt(scene.members, 0);
  scene.commit_and_adopt(scene.members, 0, {adds[1]});
}

const Refusal of_trees[] = {
    {"ATreeCutShort", Fault::malformed,
     [](Scene& s) {
       return s.join_external(s.group_info([](GroupInfo& info) { tree_of(info).pop_back(); }));
     }},
    {"ATreeWithMoreBehind", Fault::trailing_bytes,
     [](Scene& s) {
       return s.join_external(s.group_info([](GroupInfo& info) { tree_of(info).push_back(0); }));
     }},
    {"AnEmptyTree", Fault::tree_shape_invalid,
     [](Scene& s) { return refused_tree(s, [](Nodes& nodes) { nodes.clear(); }); }},
    {"ATreeThatEndsInABlank", Fault::tree_shape_invalid,
     [](Scene& s) { return refused_tree(s, [](Nodes& nodes) { nodes.push_back({}); }); }},
    {"ALeafInAParentsPlace", Fault::tree_shape_invalid,
     [](Scene& s) { return refused_tree(s, [](Nodes& nodes) { nodes[1] = nodes[0]; }); }},
    {"AParentInALeafsPlace", Fault::tree_shape_invalid,
     [](Scene& s) { return refused_tree(s, [](Nodes& nodes) { nodes[2] = nodes[3]; }); }},
    {"ATreeOverTheLimit", Fault::tree_too_large,
     [](Scene& s) {
       s.rules.max_members = 3;
       return fault_of(Follower::begin(s.alice.group_info(true), std::nullopt, s.environment()));
     }},
    {"ATreeFarOverTheLimit", Fault::tree_too_large,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) {
         nodes.resize(4096);
         nodes.push_back(nodes[0]);
       });
     }},
    {"AnAddOverTheLimit", Fault::tree_too_large,
     [](Scene& s) {
       s.rules.max_members = 4;
       return s.refused({s.add_of("new")});
     }},
    {"AnExternalCommitOverTheLimit", Fault::tree_too_large,
     [](Scene& s) {
       const Buffer message = s.external_commit([](Commit&) {});
       s.rules.max_members = 4;
       return s.refused(s.bob, message);
     }},
    {"ATreeHashThatDoesNotFit", Fault::tree_hash_wrong,
     [](Scene& s) {
       return s.join_external(
           s.group_info([](GroupInfo& info) { info.context.tree_hash[0] ^= 1; }));
     }},
    {"AnotherKeyOnAParent", Fault::parent_hash_invalid,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[3]->parent.encryption_key[0] ^= 1; });
     }},
    {"AnotherParentHashOnAParent", Fault::parent_hash_invalid,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[1]->parent.parent_hash[0] ^= 1; });
     }},
    {"AParentNobodyVouchesFor", Fault::parent_hash_invalid,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) {
         nodes[5] = Node{NodeType::parent, {}, {Buffer(32, 9), {}, {}}};
       });
     }},
    {"AnotherSubtreeBesideThePath", Fault::parent_hash_invalid,
     [](Scene& s) { return refused_tree(s, [](Nodes& nodes) { nodes[2].reset(); }); }},
    {"UnmergedLeavesOutOfOrder", Fault::unmerged_leaves_out_of_order,
     [](Scene& s) {
       grow(s);
       s.commit_and_adopt(s.members, 0, {s.add_of("6")});
       return refused_tree(s, [](Nodes& nodes) {
         auto& unmerged = nodes[7]->parent.unmerged_leaves;
         EXPECT_EQ(unmerged, (std::vector<uint32_t>{5, 6}));
         std::swap(unmerged[0], unmerged[1]);
       });
     }},
    {"AnUnmergedLeafTwice", Fault::unmerged_leaves_out_of_order,
     [](Scene& s) {
       grow(s);
       return refused_tree(s, [](Nodes& nodes) { nodes[7]->parent.unmerged_leaves.push_back(5); });
     }},
    {"ABlankUnmergedLeaf", Fault::unmerged_leaf_missing,
     [](Scene& s) {
       grow(s);
       return refused_tree(s, [](Nodes& nodes) { nodes[7]->parent.unmerged_leaves.push_back(6); });
     }},
    {"AnUnmergedLeafOutsideTheTree", Fault::unmerged_leaf_missing,
     [](Scene& s) {
       return refused_tree(
           s, [](Nodes& nodes) { nodes[3]->parent.unmerged_leaves.push_back(UINT32_MAX); });
     }},
    {"AnUnmergedLeafThatIsNotBelow", Fault::unmerged_leaf_not_below,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[1]->parent.unmerged_leaves.push_back(2); });
     }},
    {"AnUnmergedLeafThatIsMergedBetween", Fault::unmerged_leaf_merged_between,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[3]->parent.unmerged_leaves.push_back(1); });
     }},
    {"AKeyOnTwoNodes", Fault::node_key_duplicate,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) {
         nodes[3]->parent.encryption_key = nodes[1]->parent.encryption_key;
       });
     }},
    {"ALeafsKeyOnAParent", Fault::node_key_duplicate,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) {
         nodes[3]->parent.encryption_key = nodes[4]->leaf.encryption_key;
       });
     }},
    {"AParentsKeyThatIsNoPoint", Fault::parent_key_malformed,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[3]->parent.encryption_key = Buffer(32); });
     }},
    {"AMemberTwiceInATree", Fault::leaf_signature_key_taken,
     [](Scene& s) {
       return refused_tree(
           s, [](Nodes& nodes) { nodes[4]->leaf.signature_key = nodes[6]->leaf.signature_key; });
     }},
    {"ALeafNobodySigned", Fault::leaf_signature_invalid,
     [](Scene& s) {
       return refused_tree(s, [](Nodes& nodes) { nodes[0]->leaf.signature[0] ^= 1; });
     }},
    {"AMemberWhoseCredentialTheOthersDoNotSupport", Fault::leaf_credential_unsupported_by_member,
     [](Scene& s) {
       return refused_tree(s, [&](Nodes& nodes) {
         LeafNode& leaf = nodes[0]->leaf;
         leaf.credential = {CredentialType::x509, {}, {bytes_of("certificate")}};
         leaf.capabilities.credentials.push_back(CredentialType::x509);
         s.sign_leaf(leaf);
       });
     }},
    {"AnUnwantedMemberOfAJoinedGroup", Fault::credential_refused,
     [](Scene& s) {
       s.policy.answer = [](const CredentialCheck& check) {
         return check.use != CredentialUse::joined_tree || check.index != LeafIndex{2};
       };
       return s.join_external(s.alice.group_info(true));
     }},
};

}  // namespace

std::span<const Refusal> tree_refusals() {
  return of_trees;
}

}  // namespace vicino::mls
