// Whether a leaf may stand in a group (RFC 9420 section 7.3).
#pragma once

#include "mls/environment.h"

namespace vicino::mls {

struct LeafRole {
  CredentialUse use;
  LeafIndex index{};                   // of leaves that sign where they stand
  const LeafNode* previous = nullptr;  // whose place it takes
};

// All that can be said of the leaf by itself and the group's requirements. Faults: leaf_*,
// credential_refused.
Status validate_leaf(const LeafNode& leaf, const LeafRole& role, const Suite& suite,
                     const GroupContext& context, const Environment& environment);

// Of a leaf that the commit's path is about to bring: it is judged by what it will be capable of.
struct CommittersLeaf {
  LeafIndex index;
  const Capabilities& capabilities;
};

// What the members of a tree owe each other: own keys, understanding of everybody's credentials and
// of the group's extensions. Faults: leaf_encryption_key_taken, leaf_signature_key_taken,
// leaf_credential_unsupported_by_member, leaf_lacks_group_extension,
// leaf_lacks_required_capability.
Status validate_members(const RatchetTree& tree, const Extensions& group_extensions,
                        const std::optional<CommittersLeaf>& path_leaf = std::nullopt);

// A group's extensions by themselves. Faults: group_extension_duplicate,
// group_extension_misplaced (one that belongs elsewhere), group_extension_malformed,
// credential_refused (an external sender).
Status validate_group_extensions(const Extensions& extensions, const Environment& environment);

}  // namespace vicino::mls
