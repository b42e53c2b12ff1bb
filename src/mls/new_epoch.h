// What one's own commits and external joins have in common: from proposals and path to the message
// and the next epoch.
#pragma once

#include "mls/group.h"

namespace vicino::mls {

// The ingredients of a commit. `tree` and `provisional` have its proposals and its path.
struct CommitParts {
  RatchetTree tree;
  GroupContext provisional;
  Secret init_secret;
  Secret commit_secret;  // of zeros without a path
  std::vector<Psk> psks;
};

struct SealedCommit {
  PublicState state;
  EpochSecrets secrets;
};

// Signs `message`, runs the key schedule, and puts the confirmation tag on it.
SealedCommit seal_commit(const PublicState& before, const SignatureKeys& signer,
                         AuthenticatedContent& message, CommitParts parts);

// The commit's tag is that of the epoch it begins, by full length and in constant time. Fault:
// confirmation_tag_invalid.
Status check_confirmation(const PublicState& state, const EpochSecrets& secrets);

}  // namespace vicino::mls
