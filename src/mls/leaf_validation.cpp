#include "mls/leaf_validation.h"

#include <bitset>
#include <set>
#include <unordered_set>

namespace vicino::mls {
namespace {

LeafSource source_for(CredentialUse use) {
  switch (use) {
    case CredentialUse::update:
      return LeafSource::update;
    case CredentialUse::commit_path:
    case CredentialUse::external_commit:
      return LeafSource::commit;
    default:
      return LeafSource::key_package;
  }
}

Status validate_lifetime(const Lifetime& lifetime, const Environment& environment) {
  if (environment.now < lifetime.not_before) return fail(Fault::leaf_lifetime_not_begun);
  if (environment.now > lifetime.not_after) return fail(Fault::leaf_lifetime_over);
  return require(lifetime.not_after - lifetime.not_before <= environment.rules.max_lifetime,
                 Fault::leaf_lifetime_too_long);
}

Status validate_capabilities(const LeafNode& leaf, const Suite& suite) {
  const Capabilities& can = leaf.capabilities;
  if (!can.has(ProtocolVersion::mls10) || !can.has(suite.id))
    return fail(Fault::leaf_version_or_suite_unsupported);
  if (!can.has(leaf.credential.type)) return fail(Fault::leaf_credential_not_in_capabilities);
  if (has_duplicate_types(leaf.extensions)) return fail(Fault::leaf_extension_duplicate);
  // Both lists come from anybody, and may be long: one look at each entry.
  std::bitset<1 << 16> listed;
  for (const ExtensionType type : can.extensions) listed.set(static_cast<uint16_t>(type));
  const Capabilities nothing;  // but what every client knows
  for (const Extension& extension : leaf.extensions)
    if (!listed.test(static_cast<uint16_t>(extension.type)) && !nothing.has(extension.type))
      return fail(Fault::leaf_extension_not_in_capabilities);
  return {};
}

Result<RequiredCapabilities> required_capabilities(const Extensions& extensions) {
  const Extension* const extension =
      find_extension(extensions, ExtensionType::required_capabilities);
  if (!extension) return RequiredCapabilities{};
  auto required = decode<RequiredCapabilities>(extension->data);
  if (!required) return fail(Fault::group_extension_malformed);
  return required;
}

Status meets(const Capabilities& can, const RequiredCapabilities& required,
             const Extensions& group_extensions) {
  const auto all = [&](const auto& list) {
    return std::ranges::all_of(list, [&](auto type) { return can.has(type); });
  };
  if (!all(required.extensions) || !all(required.proposals) || !all(required.credentials))
    return fail(Fault::leaf_lacks_required_capability);
  for (const Extension& extension : group_extensions)
    if (!can.has(extension.type)) return fail(Fault::leaf_lacks_group_extension);
  return {};
}

}  // namespace

Status validate_leaf(const LeafNode& leaf, const LeafRole& role, const Suite& suite,
                     const GroupContext& context, const Environment& environment) {
  // A member's leaf in a tree came there from any source, and its lifetime ended its use as a key
  // package, not its stay.
  const bool there_already = role.use == CredentialUse::joined_tree;
  if (!there_already && leaf.source != source_for(role.use)) return fail(Fault::leaf_source_wrong);
  if (!suite.is_public_key(leaf.encryption_key)) return fail(Fault::leaf_key_malformed);
  TRY(validate_capabilities(leaf, suite));
  if (!there_already && leaf.source == LeafSource::key_package)
    TRY(validate_lifetime(leaf.lifetime, environment));
  TRY_ASSIGN(const RequiredCapabilities required, required_capabilities(context.extensions));
  TRY(meets(leaf.capabilities, required, context.extensions));
  if (!leaf.verify_signature(suite, context.group_id, role.index))
    return fail(Fault::leaf_signature_invalid);
  const CredentialCheck check{
      role.use,
      leaf.credential,
      leaf.signature_key,
      &leaf,
      role.use == CredentialUse::add ? std::nullopt : std::optional(role.index),
      role.previous};
  return require(environment.credentials.accepts(check), Fault::credential_refused);
}

Status validate_members(const RatchetTree& tree, const Extensions& group_extensions,
                        const std::optional<CommittersLeaf>& path_leaf) {
  TRY_ASSIGN(const RequiredCapabilities required, required_capabilities(group_extensions));
  std::unordered_set<std::string_view> encryption_keys, signature_keys;
  std::set<CredentialType> credentials;
  const auto members = tree.members();
  const auto capabilities = [&](LeafIndex index) -> const Capabilities& {
    const bool changes = path_leaf && path_leaf->index == index;
    return changes ? path_leaf->capabilities : tree.leaf(index)->capabilities;
  };
  for (const LeafIndex index : members) {
    const LeafNode& leaf = *tree.leaf(index);
    if (!encryption_keys.insert(as_text(leaf.encryption_key)).second)
      return fail(Fault::leaf_encryption_key_taken);
    if (!signature_keys.insert(as_text(leaf.signature_key)).second)
      return fail(Fault::leaf_signature_key_taken);
    credentials.insert(leaf.credential.type);
    TRY(meets(capabilities(index), required, group_extensions));
  }
  for (const LeafIndex index : members) {
    const Capabilities& can = capabilities(index);
    if (!std::ranges::all_of(credentials, [&](CredentialType type) { return can.has(type); }))
      return fail(Fault::leaf_credential_unsupported_by_member);
  }
  return {};
}

Status validate_group_extensions(const Extensions& extensions, const Environment& environment) {
  if (has_duplicate_types(extensions)) return fail(Fault::group_extension_duplicate);
  for (const ExtensionType elsewhere :
       {ExtensionType::application_id, ExtensionType::ratchet_tree, ExtensionType::external_pub})
    if (find_extension(extensions, elsewhere)) return fail(Fault::group_extension_misplaced);
  if (auto required = required_capabilities(extensions); !required) return fail(required.error());
  const Extension* const senders = find_extension(extensions, ExtensionType::external_senders);
  if (!senders) return {};
  const auto list = decode<std::vector<ExternalSender>>(senders->data);
  if (!list) return fail(Fault::group_extension_malformed);
  for (const ExternalSender& sender : *list) {
    const CredentialCheck check{CredentialUse::external_sender,
                                sender.credential,
                                sender.signature_key,
                                nullptr,
                                {},
                                nullptr};
    if (!environment.credentials.accepts(check)) return fail(Fault::credential_refused);
  }
  return {};
}

}  // namespace vicino::mls
