// A small group whose members' keys lie open, and ways to put lies into everything they sign.
#pragma once

#include "../tests/mls_simulation/everybody.h"
#include "base/random.h"
#include "input.h"
#include "mls/follower.h"
#include "mls/new_epoch.h"

namespace vicino::mls {

struct GroupPeek {
  static const SignatureKeys& signature_keys(const Group& group) { return group.signature_keys_; }
  static const EpochSecrets& secrets(const Group& group) { return group.secrets_; }
  static SecretTree& message_keys(Group& group) { return group.keys_; }
};

}  // namespace vicino::mls

namespace vicino::fuzz {
using namespace mls;

// Five members stood in the tree, the one at 3 was removed, the last was added without a path; two
// proposals wait.
struct World {
  explicit World(CipherSuite id);

  Environment environment() const { return {everybody, psks, rules, 1000}; }
  OwnKeyPackage key_package();
  const SignatureKeys* keys_of(LeafIndex leaf) const;

  Everybody everybody;
  PsksByName psks;
  Rules rules;
  SeededRandom random{1};
  const Suite& suite;
  std::vector<Group> members;    // the liar first
  std::optional<Group> earlier;  // the liar, an epoch ago
  std::optional<Follower> follower;
  SignatureKeys external_sender;
  size_t names = 0;
};

// Values that the input picks, true ones among them.
Buffer any_key(const World& world, Input& input);
Extensions any_extensions(Input& input);
PskId any_psk(const World& world, Input& input);
// Changes some of the leaf's fields and mostly signs it again.
void lie_in_leaf(World& world, LeafNode& leaf, const SignatureKeys& keys, LeafIndex index,
                 Input& input);
Proposal any_proposal(World& world, const Group& by, Input& input);
// The ratchet_tree extension with some of its nodes changed; members' leaves are signed again.
Buffer lie_in_tree(World& world, const RatchetTree& tree, Input& input);

}  // namespace vicino::fuzz
