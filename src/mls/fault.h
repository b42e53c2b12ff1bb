// Why a message or an operation was refused: one value for each rule that can be broken.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace vicino::mls {

enum class Fault : uint8_t {
  // Encoding (RFC 9420 section 2.1) and framing (section 6).
  malformed,
  trailing_bytes,
  message_too_large,
  unsupported_version,
  unsupported_suite,
  unsupported_credential,
  unsupported_proposal,
  wrong_wire_format,
  wrong_group,
  wrong_epoch,
  epoch_too_old,
  sender_not_a_member,
  sender_type_not_allowed,
  own_message,
  signature_invalid,
  membership_tag_invalid,
  application_message_not_encrypted,
  decryption_failed,
  padding_not_zero,
  generation_too_far,
  generation_consumed,
  generations_exhausted,

  // Leaves (section 7.3) and key packages (section 10.1).
  credential_refused,
  leaf_signature_invalid,
  leaf_source_wrong,
  leaf_lifetime_not_begun,
  leaf_lifetime_over,
  leaf_lifetime_too_long,
  leaf_version_or_suite_unsupported,
  leaf_credential_not_in_capabilities,
  leaf_credential_unsupported_by_member,
  leaf_extension_not_in_capabilities,
  leaf_extension_duplicate,
  leaf_lacks_required_capability,
  leaf_lacks_group_extension,
  leaf_encryption_key_taken,
  leaf_signature_key_taken,
  leaf_key_malformed,
  key_package_version_wrong,
  key_package_suite_wrong,
  key_package_signature_invalid,
  key_package_init_key_malformed,
  key_package_init_key_reused,
  key_package_extension_duplicate,

  // Trees (sections 7.8, 7.9 and 12.4.3.3).
  tree_shape_invalid,
  tree_too_large,
  tree_hash_wrong,
  parent_hash_invalid,
  unmerged_leaves_out_of_order,
  unmerged_leaf_missing,
  unmerged_leaf_not_below,
  unmerged_leaf_merged_between,
  node_key_duplicate,
  parent_key_malformed,

  // Proposals and their lists (sections 12.1 and 12.2).
  proposal_unknown,
  proposal_not_allowed_from_sender,
  too_many_proposals,
  too_many_proposals_of_sender,
  too_many_psks,
  update_by_committer,
  leaf_changed_twice,
  committer_removed,
  remove_blank_leaf,
  update_key_unchanged,
  add_duplicate_member,
  psk_duplicate,
  psk_nonce_length_wrong,
  psk_usage_wrong,
  psk_unknown,
  psk_required,
  group_context_extensions_twice,
  group_extension_duplicate,
  group_extension_misplaced,
  group_extension_malformed,
  reinit_not_alone,
  reinit_version_lower,
  reinit_extension_duplicate,
  external_init_from_member,
  external_commit_needs_one_init,
  external_commit_proposal_not_allowed,
  external_commit_by_reference,
  external_commit_remove_forbidden,
  external_commit_remove_unproven,
  external_commit_removes_two,
  external_commit_without_path,

  // Commits (section 12.4.2).
  path_required,
  path_length_wrong,
  path_ciphertexts_wrong,
  path_leaf_key_unchanged,
  path_key_taken,
  path_key_duplicate,
  path_key_malformed,
  path_decryption_failed,
  path_key_mismatch,
  confirmation_tag_missing,
  confirmation_tag_invalid,
  group_reinitialised,

  // Joining (section 12.4.3).
  welcome_not_for_this_key_package,
  welcome_suite_wrong,
  welcome_secrets_invalid,
  welcome_psk_begins_no_group,
  group_info_invalid,
  group_info_signer_unknown,
  group_info_signature_invalid,
  ratchet_tree_missing,
  own_leaf_missing,
  external_pub_missing,
  external_pub_malformed,
  resync_leaf_missing,

  // Saved states and the caller's own requests.
  state_invalid,
  bad_request,
};

std::string_view to_string(Fault fault);

template <class T>
using Result = std::expected<T, Fault>;
using Status = std::expected<void, Fault>;

inline std::unexpected<Fault> fail(Fault fault) {
  return std::unexpected(fault);
}

// The rule holds, or `fault` is why not.
inline Status require(bool holds, Fault fault) {
  if (!holds) return fail(fault);
  return {};
}

}  // namespace vicino::mls
