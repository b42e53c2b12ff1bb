#include "mls/public_state.h"

#include "mls/leaf_validation.h"

namespace vicino::mls {
namespace {

Result<Buffer> external_sender_key(const GroupContext& context, uint32_t index) {
  const Extension* const extension =
      find_extension(context.extensions, ExtensionType::external_senders);
  if (!extension) return fail(Fault::sender_type_not_allowed);
  TRY_ASSIGN(const auto senders, decode<std::vector<ExternalSender>>(extension->data));
  if (index >= senders.size()) return fail(Fault::sender_not_a_member);
  return senders[index].signature_key;
}

// Whose key a message has to be signed with.
Result<Buffer> signature_key(const PublicState& state, const FramedContent& content) {
  const auto* const proposal = std::get_if<Proposal>(&content.body);
  const auto* const commit = std::get_if<Commit>(&content.body);
  switch (content.sender.type) {
    case SenderType::member: {
      const LeafNode* const leaf = state.tree.leaf({content.sender.index});
      if (!leaf) return fail(Fault::sender_not_a_member);
      return leaf->signature_key;
    }
    case SenderType::external:
      if (!proposal) return fail(Fault::sender_type_not_allowed);
      return external_sender_key(state.context, content.sender.index);
    case SenderType::new_member_proposal: {
      const auto* const add = proposal ? proposal->as<Add>() : nullptr;
      if (!add) return fail(Fault::sender_type_not_allowed);
      return add->key_package.leaf.signature_key;
    }
    case SenderType::new_member_commit:
      if (!commit) return fail(Fault::sender_type_not_allowed);
      if (!commit->path) return fail(Fault::external_commit_without_path);
      return commit->path->leaf.signature_key;
  }
  return fail(Fault::sender_type_not_allowed);
}

// Keys of a path are new: to the tree, and to each other.
Status check_path_keys(const RatchetTree& tree, const UpdatePath& path) {
  if (!tree.suite().is_public_key(path.leaf.encryption_key)) return fail(Fault::leaf_key_malformed);
  std::vector<Buffer> keys = path.keys();
  for (const Buffer& key : keys)
    if (!tree.suite().is_public_key(key)) return fail(Fault::path_key_malformed);
  keys.push_back(path.leaf.encryption_key);
  for (const Buffer& key : keys)
    if (tree.has_node_key(key)) return fail(Fault::path_key_taken);
  std::ranges::sort(keys);
  return require(std::ranges::adjacent_find(keys) == keys.end(), Fault::path_key_duplicate);
}

// Section 7.5, and the rules of 12.4.2 about the committer's leaf.
Status merge_path(Applied& applied, const PublicState& before, const UpdatePath& path,
                  LeafIndex committer, bool external, const Environment& environment) {
  const Suite& suite = before.suite();
  GroupContext judged_by = before.context;
  judged_by.extensions = applied.extensions;
  const LeafNode* previous = external ? nullptr : applied.tree.leaf(committer);
  if (external && applied.removed.size() == 1) previous = before.tree.leaf(applied.removed.front());
  const CredentialUse use = external ? CredentialUse::external_commit : CredentialUse::commit_path;
  TRY(validate_leaf(path.leaf, {use, committer, previous}, suite, judged_by, environment));
  TRY(check_path_shape(applied.tree, committer, path, applied.added_leaves()));
  if (path.leaf.parent_hash != applied.tree.path_parent_hash(committer, path.keys()))
    return fail(Fault::parent_hash_invalid);
  applied.tree.merge_path(committer, path.leaf, path.keys());
  return validate_members(applied.tree, applied.extensions);
}

Result<LeafIndex> place_committer(Applied& applied, const FramedContent& content,
                                  const Commit& commit, const Environment& environment) {
  if (content.sender.type == SenderType::member) {
    const LeafIndex committer{content.sender.index};
    const bool unchanged =
        applied.tree.leaf(committer)->encryption_key == commit.path->leaf.encryption_key;
    if (unchanged) return fail(Fault::path_leaf_key_unchanged);
    TRY(check_path_keys(applied.tree, *commit.path));
    return committer;
  }
  TRY(check_path_keys(applied.tree, *commit.path));
  // An external committer takes a leaf as if added, then its path replaces what it brought.
  return applied.tree.add(commit.path->leaf, environment.rules.max_members);
}

}  // namespace

const SentProposal* PublicState::find_pending(const ProposalRef& ref) const {
  const auto found = std::ranges::find(pending, ref, &PendingProposal::ref);
  return found == pending.end() ? nullptr : &found->sent;
}

Status authenticate(const PublicState& state, const AuthenticatedContent& message) {
  const FramedContent& content = message.content;
  if (content.group_id != state.context.group_id) return fail(Fault::wrong_group);
  if (content.epoch != state.context.epoch) return fail(Fault::wrong_epoch);
  TRY_ASSIGN(const Buffer key, signature_key(state, content));
  return require(message.verify_signature(state.suite(), key, state.context),
                 Fault::signature_invalid);
}

Result<PendingProposal> judge_proposal(const PublicState& state,
                                       const AuthenticatedContent& message,
                                       const Environment& environment) {
  const auto& proposal = std::get<Proposal>(message.content.body);
  TRY(validate_proposal(proposal, message.content.sender, state.tree, state.context, environment));
  if (state.pending.size() >= environment.rules.max_proposals)
    return fail(Fault::too_many_proposals);
  // All who aren't members yet are one sender.
  const auto same = std::ranges::count(state.pending, message.content.sender,
                                       [](const PendingProposal& one) { return one.sent.sender; });
  if (static_cast<size_t>(same) >= environment.rules.max_proposals_per_sender)
    return fail(Fault::too_many_proposals_of_sender);
  return PendingProposal{message.proposal_ref(state.suite()),
                         {proposal, message.content.sender, true}};
}

void keep(PublicState& state, PendingProposal proposal) {
  if (!state.find_pending(proposal.ref)) state.pending.push_back(std::move(proposal));
}

Result<std::vector<SentProposal>> resolve(const PublicState& state, const Commit& commit,
                                          const Sender& sender) {
  std::vector<SentProposal> proposals;
  for (const ProposalOrRef& item : commit.proposals) {
    if (const auto* proposal = std::get_if<Proposal>(&item.body)) {
      proposals.push_back({*proposal, sender, false});
      continue;
    }
    const SentProposal* const found = state.find_pending(std::get<ProposalRef>(item.body));
    if (!found) return fail(Fault::proposal_unknown);
    proposals.push_back(*found);
  }
  return proposals;
}

GroupContext provisional_context(const GroupContext& context, const RatchetTree& tree,
                                 const Extensions& extensions) {
  GroupContext next = context;
  ++next.epoch;
  next.tree_hash = tree.tree_hash();
  next.extensions = extensions;
  return next;
}

PublicState next_state(const PublicState& before, GroupContext provisional, RatchetTree tree,
                       const AuthenticatedContent& commit) {
  const Suite& suite = before.suite();
  provisional.confirmed_transcript_hash =
      confirmed_transcript_hash(suite, before.interim_transcript_hash, commit.confirmed_input());
  Buffer interim = interim_transcript_hash(suite, provisional.confirmed_transcript_hash,
                                           commit.auth.confirmation_tag);
  return {std::move(provisional),
          std::move(tree),
          commit.auth.confirmation_tag,
          std::move(interim),
          {}};
}

Result<StagedCommit> stage_commit(const PublicState& state, const AuthenticatedContent& message,
                                  const Environment& environment) {
  const FramedContent& content = message.content;
  const auto& commit = std::get<Commit>(content.body);
  if (message.auth.confirmation_tag.empty()) return fail(Fault::confirmation_tag_missing);
  const bool external = content.sender.type == SenderType::new_member_commit;
  TRY_ASSIGN(auto proposals, resolve(state, commit, content.sender));
  ProposalList list{std::move(proposals), {}, {}};
  if (!external) list.committer = LeafIndex{content.sender.index};
  if (commit.path) list.new_capabilities = &commit.path->leaf.capabilities;
  TRY_ASSIGN(Applied applied,
             apply_proposals(std::move(list), state.tree, state.context, environment));
  if (applied.path_required && !commit.path) return fail(Fault::path_required);
  LeafIndex committer{content.sender.index};
  if (commit.path) {
    TRY_ASSIGN(committer, place_committer(applied, content, commit, environment));
    TRY(merge_path(applied, state, *commit.path, committer, external, environment));
  }
  GroupContext provisional = provisional_context(state.context, applied.tree, applied.extensions);
  PublicState next = next_state(state, provisional, applied.tree, message);
  return StagedCommit{std::move(next),        std::move(applied), commit.path,
                      std::move(provisional), committer,          external};
}

Result<PublicState> verify_group_info(const GroupInfo& info,
                                      const std::optional<Buffer>& ratchet_tree,
                                      const Environment& environment) {
  const Suite* const suite = Suite::find(info.context.cipher_suite);
  if (!suite) return fail(Fault::unsupported_suite);
  if (info.context.version != ProtocolVersion::mls10) return fail(Fault::unsupported_version);
  if (has_duplicate_types(info.extensions)) return fail(Fault::group_info_invalid);
  const Extension* const extension = find_extension(info.extensions, ExtensionType::ratchet_tree);
  if (!extension && !ratchet_tree) return fail(Fault::ratchet_tree_missing);
  TRY_ASSIGN(RatchetTree tree,
             RatchetTree::parse(*suite, extension ? extension->data : *ratchet_tree,
                                environment.rules.max_members));
  const LeafNode* const signer = tree.leaf({info.signer});
  if (!signer) return fail(Fault::group_info_signer_unknown);
  if (!info.verify_signature(*suite, signer->signature_key))
    return fail(Fault::group_info_signature_invalid);
  if (tree.tree_hash() != info.context.tree_hash) return fail(Fault::tree_hash_wrong);
  TRY(tree.validate());
  TRY(validate_group_extensions(info.context.extensions, environment));
  TRY(validate_members(tree, info.context.extensions));
  for (const LeafIndex index : tree.members()) {
    const LeafRole role{CredentialUse::joined_tree, index};
    TRY(validate_leaf(*tree.leaf(index), role, *suite, info.context, environment));
  }
  Buffer interim = interim_transcript_hash(*suite, info.context.confirmed_transcript_hash,
                                           info.confirmation_tag);
  return PublicState{info.context, std::move(tree), info.confirmation_tag, std::move(interim), {}};
}

}  // namespace vicino::mls
