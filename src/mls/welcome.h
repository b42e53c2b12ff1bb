// What new members are told (RFC 9420 section 12.4.3).
#pragma once

#include "mls/group.h"

namespace vicino::mls {

struct WelcomeParts {
  const PublicState& state;  // of the epoch that begins
  const EpochSecrets& secrets;
  const SignatureKeys& signer;
  LeafIndex signer_leaf;
  const std::vector<PskId>& psks;
  bool with_tree;
};

// An MLSMessage for all of `added`. `path`: of the commit, if it had one. Fault:
// leaf_key_malformed.
Result<Buffer> make_welcome(const WelcomeParts& parts, const std::vector<Addition>& added,
                            const PathBuilder* path, SecureRandom& random);

// One's own part of a Welcome. Faults: welcome_not_for_this_key_package, welcome_suite_wrong,
// welcome_secrets_invalid.
Result<GroupSecrets> open_group_secrets(const Welcome& welcome, const OwnKeyPackage& own);

// Faults: decryption_failed, group_info_invalid.
Result<GroupInfo> open_group_info(const Suite& suite, const Welcome& welcome,
                                  const Secret& welcome_secret);

}  // namespace vicino::mls
