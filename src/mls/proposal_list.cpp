#include "mls/proposal_list.h"

#include <set>

#include "base/contains.h"
#include "mls/leaf_validation.h"

namespace vicino::mls {
namespace {

Status sender_may(const Proposal& proposal, const Sender& sender, const Environment& environment) {
  switch (sender.type) {
    case SenderType::member:
      return require(proposal.type() != ProposalType::external_init,
                     Fault::external_init_from_member);
    case SenderType::external:
      return require(proposal.type() != ProposalType::update &&
                         proposal.type() != ProposalType::external_init &&
                         contains(environment.rules.external_sender_proposals, proposal.type()),
                     Fault::proposal_not_allowed_from_sender);
    case SenderType::new_member_proposal:
      return require(proposal.type() == ProposalType::add, Fault::proposal_not_allowed_from_sender);
    case SenderType::new_member_commit:
      return require(proposal.type() == ProposalType::external_init ||
                         proposal.type() == ProposalType::remove ||
                         proposal.type() == ProposalType::pre_shared_key,
                     Fault::external_commit_proposal_not_allowed);
  }
  return fail(Fault::sender_type_not_allowed);
}

// Section 12.1, a rule for each type.
struct Validator {
  const Sender& sender;
  const RatchetTree& tree;
  const GroupContext& context;
  const Environment& environment;

  Status operator()(const Add& add) const {
    TRY(add.key_package.validate(tree.suite()));
    return validate_leaf(add.key_package.leaf, {CredentialUse::add}, tree.suite(), context,
                         environment);
  }
  Status operator()(const Update& update) const {
    const LeafIndex index{sender.index};
    const LeafNode* const previous = tree.leaf(index);
    if (!previous) return fail(Fault::sender_not_a_member);
    if (tree.has_node_key(update.leaf.encryption_key)) {
      const bool own = previous->encryption_key == update.leaf.encryption_key;
      return fail(own ? Fault::update_key_unchanged : Fault::leaf_encryption_key_taken);
    }
    return validate_leaf(update.leaf, {CredentialUse::update, index, previous}, tree.suite(),
                         context, environment);
  }
  Status operator()(const Remove& remove) const {
    return require(tree.leaf({remove.removed}) != nullptr, Fault::remove_blank_leaf);
  }
  Status operator()(const PreSharedKey& proposal) const {
    if (proposal.psk.nonce.size() != tree.suite().hash_size())
      return fail(Fault::psk_nonce_length_wrong);
    const bool usable = proposal.psk.type == PskType::external ||
                        proposal.psk.usage == ResumptionUsage::application;
    return require(usable, Fault::psk_usage_wrong);
  }
  Status operator()(const ReInit& reinit) const {
    if (reinit.version < context.version) return fail(Fault::reinit_version_lower);
    return require(!has_duplicate_types(reinit.extensions), Fault::reinit_extension_duplicate);
  }
  Status operator()(const ExternalInit&) const { return {}; }
  Status operator()(const GroupContextExtensions& change) const {
    return validate_group_extensions(change.extensions, environment);
  }
};

// The rules of section 12.2 about who does what to whom in one commit.
Status validate_together(const ProposalList& list, const Environment& environment) {
  std::set<uint32_t> changed;
  std::set<Buffer> added, psks;
  size_t context_changes = 0, reinits = 0;
  for (const SentProposal& sent : list.proposals) {
    if (sent.proposal.as<Update>()) {
      if (list.committer && sent.sender == Sender::member(*list.committer))
        return fail(Fault::update_by_committer);
      if (!changed.insert(sent.sender.index).second) return fail(Fault::leaf_changed_twice);
    }
    if (const auto* remove = sent.proposal.as<Remove>()) {
      if (list.committer && remove->removed == list.committer->value)
        return fail(Fault::committer_removed);
      if (!changed.insert(remove->removed).second) return fail(Fault::leaf_changed_twice);
    }
    if (const auto* add = sent.proposal.as<Add>())
      if (!added.insert(add->key_package.leaf.signature_key).second)
        return fail(Fault::add_duplicate_member);
    if (const auto* psk = sent.proposal.as<PreSharedKey>())
      if (!psks.insert(encode(psk->psk)).second) return fail(Fault::psk_duplicate);
    context_changes += sent.proposal.as<GroupContextExtensions>() != nullptr;
    reinits += sent.proposal.as<ReInit>() != nullptr;
  }
  if (psks.size() > environment.rules.max_psks) return fail(Fault::too_many_psks);
  if (context_changes > 1) return fail(Fault::group_context_extensions_twice);
  return require(reinits == 0 || list.proposals.size() == 1, Fault::reinit_not_alone);
}

// Section 12.2, the second list.
Status validate_external(const ProposalList& list, const Environment& environment) {
  size_t inits = 0, removes = 0, resumptions = 0;
  for (const SentProposal& sent : list.proposals) {
    if (sent.by_reference) return fail(Fault::external_commit_by_reference);
    inits += sent.proposal.as<ExternalInit>() != nullptr;
    removes += sent.proposal.as<Remove>() != nullptr;
    const auto* const psk = sent.proposal.as<PreSharedKey>();
    resumptions += psk && psk->psk.type == PskType::resumption;
  }
  if (inits != 1) return fail(Fault::external_commit_needs_one_init);
  if (removes > 1) return fail(Fault::external_commit_removes_two);
  const ExternalRemove rule = environment.rules.external_remove;
  if (removes == 0 || rule == ExternalRemove::allowed) return {};
  if (rule == ExternalRemove::forbidden) return fail(Fault::external_commit_remove_forbidden);
  return require(resumptions > 0, Fault::external_commit_remove_unproven);
}

// Who comes in, by an Add or from outside, does so with a PSK if the rules say so.
Status validate_joins(const ProposalList& list, const Environment& environment) {
  if (!environment.rules.joins_need_psk) return {};
  bool joins = !list.committer;
  std::vector<PskId> psks;
  for (const SentProposal& sent : list.proposals) {
    joins |= sent.proposal.as<Add>() != nullptr;
    if (const auto* psk = sent.proposal.as<PreSharedKey>()) psks.push_back(psk->psk);
  }
  return require(!joins || has_external_psk(psks), Fault::psk_required);
}

// Only these leave the others' keys alone.
bool needs_path(const std::vector<SentProposal>& proposals) {
  return proposals.empty() || std::ranges::any_of(proposals, [](const SentProposal& sent) {
           const ProposalType type = sent.proposal.type();
           return type != ProposalType::add && type != ProposalType::pre_shared_key &&
                  type != ProposalType::reinit;
         });
}

void note_for_secrets(const Proposal& proposal, Applied& applied) {
  if (const auto* change = proposal.as<GroupContextExtensions>())
    applied.extensions = change->extensions;
  if (const auto* psk = proposal.as<PreSharedKey>()) applied.psks.push_back(psk->psk);
  if (const auto* init = proposal.as<ExternalInit>()) applied.kem_output = init->kem_output;
  if (const auto* reinit = proposal.as<ReInit>()) applied.reinit = *reinit;
}

}  // namespace

std::vector<LeafIndex> Applied::added_leaves() const {
  std::vector<LeafIndex> leaves;
  for (const Addition& addition : added) leaves.push_back(addition.index);
  return leaves;
}

Status validate_proposal(const Proposal& proposal, const Sender& sender, const RatchetTree& tree,
                         const GroupContext& context, const Environment& environment) {
  TRY(sender_may(proposal, sender, environment));
  return std::visit(Validator{sender, tree, context, environment}, proposal.body);
}

Result<Applied> apply_proposals(ProposalList list, const RatchetTree& tree,
                                const GroupContext& context, const Environment& environment) {
  if (list.proposals.size() > environment.rules.max_proposals)
    return fail(Fault::too_many_proposals);
  TRY(validate_together(list, environment));
  if (!list.committer) TRY(validate_external(list, environment));
  TRY(validate_joins(list, environment));

  Applied applied{tree, context.extensions, {}, {}, {}, {}, {}, {}, {}, needs_path(list.proposals)};
  for (const SentProposal& sent : list.proposals) note_for_secrets(sent.proposal, applied);
  // Leaves are judged by the group's extensions as they will be (section 12.3: group context
  // extensions come first).
  GroupContext judged_by = context;
  judged_by.extensions = applied.extensions;
  if (!list.judged)
    for (const SentProposal& sent : list.proposals)
      TRY(validate_proposal(sent.proposal, sent.sender, tree, judged_by, environment));

  for (const SentProposal& sent : list.proposals)
    if (const auto* update = sent.proposal.as<Update>()) {
      applied.tree.update({sent.sender.index}, update->leaf);
      applied.updated.push_back({sent.sender.index});
    }
  for (const SentProposal& sent : list.proposals)
    if (const auto* remove = sent.proposal.as<Remove>()) {
      applied.tree.remove({remove->removed});
      applied.removed.push_back({remove->removed});
    }
  for (const SentProposal& sent : list.proposals)
    if (const auto* add = sent.proposal.as<Add>()) {
      // Not a parent's either: nobody could join a tree that holds a key twice (12.4.3.1).
      if (applied.tree.has_node_key(add->key_package.leaf.encryption_key))
        return fail(Fault::leaf_encryption_key_taken);
      TRY_ASSIGN(const LeafIndex index,
                 applied.tree.add(add->key_package.leaf, environment.rules.max_members));
      applied.added.push_back({index, add->key_package});
    }
  std::optional<CommittersLeaf> path_leaf;
  if (list.committer && list.new_capabilities)
    path_leaf.emplace(CommittersLeaf{*list.committer, *list.new_capabilities});
  TRY(validate_members(applied.tree, applied.extensions, path_leaf));
  applied.proposals = std::move(list.proposals);
  return applied;
}

}  // namespace vicino::mls
