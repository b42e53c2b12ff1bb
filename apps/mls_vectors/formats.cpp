#include "check.h"

namespace vicino::mls_vectors {
namespace {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"tree-math", {"n_leaves", "n_nodes", "root", "sibling"}, check_tree_math},
      {"deserialization", {"vlbytes_header", "length"}, check_deserialization},
      {"crypto-basics",
       {"ref_hash", "expand_with_label", "encrypt_with_label"},
       check_crypto_basics},
      {"secret-tree", {"encryption_secret", "sender_data", "leaves"}, check_secret_tree},
      {"message-protection",
       {"membership_key", "proposal_priv", "application_priv"},
       check_message_protection},
      {"key-schedule", {"initial_init_secret", "epochs"}, check_key_schedule},
      {"psk_secret", {"psks", "psk_secret"}, check_psk_secret},
      {"transcript-hashes",
       {"authenticated_content", "interim_transcript_hash_before"},
       check_transcript_hashes},
      {"passive-client",
       {"welcome", "key_package", "epochs", "initial_epoch_authenticator"},
       check_passive_client},
      {"welcome", {"welcome", "key_package", "init_priv", "signer_pub"}, check_welcome},
      {"tree-operations", {"tree_before", "tree_after", "proposal_sender"}, check_tree_operations},
      {"tree-validation", {"tree", "tree_hashes", "resolutions"}, check_tree_validation},
      {"treekem", {"ratchet_tree", "leaves_private", "update_paths"}, check_treekem},
      {"messages", {"mls_welcome", "mls_group_info", "private_message"}, check_messages},
  };
  return all;
}

}  // namespace

const Format* format_of(const Json& vector) {
  for (const Format& format : formats()) {
    const bool fits =
        vector.is_object() && std::ranges::all_of(format.members, [&](const char* member) {
          return vector.contains(member);
        });
    if (fits) return &format;
  }
  return nullptr;
}

}  // namespace vicino::mls_vectors
