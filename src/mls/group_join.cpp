// Joining: by Welcome (RFC 9420 section 12.4.3.1) and by external commit (12.4.3.2).
#include "mls/leaf_validation.h"
#include "mls/new_epoch.h"
#include "mls/welcome.h"

namespace vicino::mls {
namespace {

// PSKs of a group one isn't in yet: all come from the application.
Result<std::vector<Psk>> find_psks(const std::vector<PskId>& ids, const Environment& environment) {
  if (ids.size() > environment.rules.max_psks) return fail(Fault::too_many_psks);
  std::vector<Psk> psks;
  for (const PskId& id : ids) {
    auto secret = id.type == PskType::external ? environment.psks.external(id.external_id)
                                               : environment.psks.resumption(id.group_id, id.epoch);
    if (!secret) return fail(Fault::psk_unknown);
    psks.push_back({id, std::move(*secret)});
  }
  return psks;
}

// Section 12.4.3.1: a PSK that resumes another group begins this one's history.
Status check_welcome_psks(const Suite& suite, const std::vector<PskId>& ids, uint64_t epoch) {
  for (auto id = ids.begin(); id != ids.end(); ++id) {
    if (id->nonce.size() != suite.hash_size()) return fail(Fault::psk_nonce_length_wrong);
    if (std::find(ids.begin(), id, *id) != id) return fail(Fault::psk_duplicate);
    const bool begins =
        id->type == PskType::resumption && id->usage != ResumptionUsage::application;
    if (begins && epoch != 1) return fail(Fault::welcome_psk_begins_no_group);
  }
  return {};
}

// The keys above one's own leaf that the path secret gives.
Status learn_path(PathKeys& keys, const RatchetTree& tree, LeafIndex signer,
                  const Buffer& path_secret) {
  const auto path = tree.filtered_direct_path(signer);
  const auto meeting = std::ranges::find_if(
      path, [&](const auto& node) { return in_subtree(keys.self().node(), node.node); });
  if (meeting == path.end()) return fail(Fault::path_length_wrong);
  if (auto learnt = keys.implant(tree, path, meeting->node, Secret(path_secret)); !learnt)
    return fail(learnt.error());
  return {};
}

LeafNode leaf_of(LeafTemplate leaf, Bytes signature_key) {
  LeafNode node;
  node.credential = std::move(leaf.credential);
  node.capabilities = std::move(leaf.capabilities);
  node.extensions = std::move(leaf.extensions);
  node.signature_key = {signature_key.begin(), signature_key.end()};
  node.source = LeafSource::commit;
  return node;
}

}  // namespace

Result<Group> Group::join(Bytes bytes, OwnKeyPackage own, const std::optional<Buffer>& ratchet_tree,
                          const Environment& environment) {
  TRY_ASSIGN(const Welcome welcome, decode_body<Welcome>(bytes, environment));
  TRY_ASSIGN(const GroupSecrets group_secrets, open_group_secrets(welcome, own));
  if (environment.rules.joins_need_psk && !has_external_psk(group_secrets.psks))
    return fail(Fault::psk_required);
  const Suite& suite = *Suite::find(welcome.cipher_suite);
  TRY_ASSIGN(const auto psks, mls::find_psks(group_secrets.psks, environment));
  const Secret psk_secret = combine_psks(suite, psks);
  Secret joiner(group_secrets.joiner_secret);
  TRY_ASSIGN(const GroupInfo info,
             open_group_info(suite, welcome,
                             EpochSecrets::welcome_from_joiner(suite, joiner, psk_secret)));
  if (info.context.cipher_suite != welcome.cipher_suite) return fail(Fault::welcome_suite_wrong);
  TRY(check_welcome_psks(suite, group_secrets.psks, info.context.epoch));
  TRY_ASSIGN(PublicState state, verify_group_info(info, ratchet_tree, environment));

  const auto self = state.tree.find([&](const LeafNode& leaf) { return leaf == own.package.leaf; });
  if (!self) return fail(Fault::own_leaf_missing);
  PathKeys keys(*self, {std::move(own.encryption_key), own.package.leaf.encryption_key});
  if (group_secrets.path_secret)
    TRY(learn_path(keys, state.tree, {info.signer}, group_secrets.path_secret->path_secret));
  EpochSecrets secrets =
      EpochSecrets::from_joiner(suite, std::move(joiner), psk_secret, state.context);
  TRY(check_confirmation(state, secrets));
  return Group(std::move(state), std::move(secrets), std::move(keys),
               std::move(own.signature_keys));
}

Result<NewEpoch> Group::join_external(Bytes group_info, NewMember joiner,
                                      const ExternalJoinOptions& options,
                                      const std::optional<Buffer>& ratchet_tree,
                                      const Environment& environment, SecureRandom& random) {
  TRY_ASSIGN(const GroupInfo info, decode_body<GroupInfo>(group_info, environment));
  TRY_ASSIGN(const PublicState before, verify_group_info(info, ratchet_tree, environment));
  const Suite& suite = before.suite();
  const Extension* const external = find_extension(info.extensions, ExtensionType::external_pub);
  if (!external) return fail(Fault::external_pub_missing);
  const auto external_pub = decode<Buffer>(external->data);
  if (!external_pub) return fail(Fault::external_pub_malformed);
  TRY_ASSIGN(auto init, suite.send_external_init(*external_pub, random));
  if (options.replaces && !before.tree.leaf(*options.replaces))
    return fail(Fault::resync_leaf_missing);

  const Sender sender{SenderType::new_member_commit, 0};
  Commit content;
  content.proposals.push_back({Proposal{ExternalInit{std::move(init.kem_output)}}});
  for (const PskId& psk : options.psks) content.proposals.push_back({Proposal{PreSharedKey{psk}}});
  if (options.replaces) content.proposals.push_back({Proposal{Remove{options.replaces->value}}});
  TRY_ASSIGN(auto proposals, resolve(before, content, sender));
  TRY_ASSIGN(Applied applied, apply_proposals({std::move(proposals), {}, {}}, before.tree,
                                              before.context, environment));
  TRY_ASSIGN(auto psks, mls::find_psks(applied.psks, environment));

  LeafNode leaf = leaf_of(std::move(joiner.leaf), joiner.signature_keys.public_key);
  TRY_ASSIGN(const LeafIndex self, applied.tree.add(leaf, environment.rules.max_members));
  const PathBuilder path(applied.tree, self, std::move(leaf), joiner.signature_keys,
                         before.context.group_id, random);
  const LeafNode* const previous = options.replaces ? before.tree.leaf(*options.replaces) : nullptr;
  const LeafRole role{CredentialUse::external_commit, self, previous};
  TRY(validate_leaf(*applied.tree.leaf(self), role, suite, before.context, environment));
  TRY(validate_members(applied.tree, applied.extensions));
  GroupContext provisional = provisional_context(before.context, applied.tree, applied.extensions);
  TRY_ASSIGN(content.path, path.encrypt(applied.tree, provisional, {}, random));

  AuthenticatedContent message{WireFormat::public_message,
                               {before.context.group_id, before.context.epoch, sender,
                                options.authenticated_data, std::move(content)},
                               {}};
  SealedCommit sealed = seal_commit(before, joiner.signature_keys, message,
                                    {applied.tree, std::move(provisional), std::move(init.secret),
                                     path.commit_secret().clone(), std::move(psks)});
  NewEpoch epoch = summary(applied, self);
  epoch.external = true;
  epoch.commit = encode_message(PublicMessage{message.content, message.auth, {}});
  epoch.group = Group(std::move(sealed.state), std::move(sealed.secrets), path.keys().clone(),
                      std::move(joiner.signature_keys));
  return epoch;
}

}  // namespace vicino::mls
