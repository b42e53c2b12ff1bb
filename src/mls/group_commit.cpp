// Making groups and commits (RFC 9420 sections 11 and 12.4.1).
#include <set>

#include "mls/group.h"
#include "mls/leaf_validation.h"
#include "mls/new_epoch.h"
#include "mls/welcome.h"

namespace vicino::mls {
namespace {

// Those of the waiting proposals that can go into one commit: a Remove wins over an Update, the
// latest Update over others; one's own Updates are done by the path.
class Chooser {
 public:
  Chooser(const PublicState& state, LeafIndex self, const std::vector<ProposalOrRef>& by_value)
      : self_(self) {
    for (const ProposalOrRef& item : by_value)
      take(std::get<Proposal>(item.body), Sender::member(self));
    for (const PendingProposal& pending : state.pending)
      if (pending.sent.proposal.as<Remove>()) consider(pending);
    for (auto pending = state.pending.rbegin(); pending != state.pending.rend(); ++pending)
      if (!pending->sent.proposal.as<Remove>()) consider(*pending);
    // In the order of their arrival again, so that all members add the same leaves at the same
    // places.
    std::ranges::sort(chosen_);
    for (const PendingProposal* const pending : chosen_) refs_.push_back({pending->ref});
  }

  std::vector<ProposalOrRef> take_refs() { return std::move(refs_); }

 private:
  void consider(const PendingProposal& pending) {
    if (take(pending.sent.proposal, pending.sent.sender)) chosen_.push_back(&pending);
  }

  bool take(const Proposal& proposal, const Sender& sender) {
    if (proposal.as<Update>())
      return sender != Sender::member(self_) && changed_.insert(sender.index).second;
    if (const auto* remove = proposal.as<Remove>())
      return remove->removed != self_.value && changed_.insert(remove->removed).second;
    if (const auto* add = proposal.as<Add>())
      return added_.insert(add->key_package.leaf.signature_key).second;
    if (const auto* psk = proposal.as<PreSharedKey>()) return psks_.insert(encode(psk->psk)).second;
    if (proposal.as<GroupContextExtensions>()) return !std::exchange(context_changed_, true);
    return false;  // a ReInit stands alone: by value only
  }

  LeafIndex self_;
  std::vector<const PendingProposal*> chosen_;
  std::vector<ProposalOrRef> refs_;
  std::set<uint32_t> changed_;
  std::set<Buffer> added_, psks_;
  bool context_changed_ = false;
};

// Changing one's own leaf is held to the same rules as others' changes.
Status validate_own_leaf(const RatchetTree& tree, LeafIndex self, const Extensions& extensions,
                         GroupContext context, const Environment& environment,
                         const LeafNode& previous) {
  context.extensions = extensions;
  TRY(validate_leaf(*tree.leaf(self), {CredentialUse::commit_path, self, &previous}, tree.suite(),
                    context, environment));
  return validate_members(tree, extensions);
}

// Of proposals that fit alone, those that `stand` together with what is kept already. Tried by
// halves, so that one bad among many costs a few attempts.
void add_by_halves(std::vector<ProposalOrRef>& kept, std::span<const ProposalOrRef> some,
                   const std::function<bool(const std::vector<ProposalOrRef>&)>& stand) {
  // Each costs a copy of the tree. More keys that are there twice than this are somebody's malice;
  // proposals behind them have to be made again in the next epoch.
  constexpr size_t max_attempts = 512;
  size_t attempts = 0;
  const auto take = [&](auto& again, std::span<const ProposalOrRef> part) -> void {
    if (part.empty() || ++attempts > max_attempts) return;
    std::vector<ProposalOrRef> with = kept;
    with.insert(with.end(), part.begin(), part.end());
    if (stand(with)) {
      kept = std::move(with);
    } else if (part.size() > 1) {
      again(again, part.first(part.size() / 2));
      again(again, part.subspan(part.size() / 2));
    }
  };
  take(take, some);
}

LeafNode changed_leaf(const LeafNode& old, std::optional<LeafTemplate>& changed) {
  LeafNode leaf = old;
  leaf.lifetime = {};
  if (!changed) return leaf;
  leaf.credential = std::move(changed->credential);
  leaf.capabilities = std::move(changed->capabilities);
  leaf.extensions = std::move(changed->extensions);
  return leaf;
}

}  // namespace

Result<Group> Group::create(const Suite& suite, Bytes group_id, NewMember creator,
                            Lifetime lifetime, Extensions extensions,
                            const Environment& environment, SecureRandom& random) {
  OwnKeyPackage own = make_key_package(suite, std::move(creator.signature_keys),
                                       std::move(creator.leaf), lifetime, random);
  PublicState state{{.cipher_suite = suite.id,
                     .group_id = {group_id.begin(), group_id.end()},
                     .tree_hash = {},
                     .confirmed_transcript_hash = {},
                     .extensions = std::move(extensions)},
                    RatchetTree(suite),
                    {},
                    {},
                    {}};
  TRY(validate_group_extensions(state.context.extensions, environment));
  TRY(validate_leaf(own.package.leaf, {CredentialUse::new_group}, suite, state.context,
                    environment));
  TRY_ASSIGN(const LeafIndex self, state.tree.add(own.package.leaf, environment.rules.max_members));
  TRY(validate_members(state.tree, state.context.extensions));
  state.context.tree_hash = state.tree.tree_hash();
  PathKeys keys(self, {std::move(own.encryption_key), own.package.leaf.encryption_key});
  EpochSecrets secrets = EpochSecrets::first(suite, random);
  state.confirmation_tag = mls::confirmation_tag(suite, secrets.confirmation_key, state.context);
  state.interim_transcript_hash = interim_transcript_hash(suite, {}, state.confirmation_tag);
  return Group(std::move(state), std::move(secrets), std::move(keys),
               std::move(own.signature_keys));
}

// Whether it could be committed with nothing beside it, in a group that has these extensions.
bool Group::fits_alone(const SentProposal& sent, const Extensions& extensions,
                       const Environment& environment) const {
  GroupContext judged_by = context();
  judged_by.extensions = extensions;
  const auto* const psk = sent.proposal.as<PreSharedKey>();
  // A PSK that one doesn't have can't be committed either.
  return validate_proposal(sent.proposal, sent.sender, tree(), judged_by, environment) &&
         (!psk || find_psks({psk->psk}, environment));
}

// By reference: what waits. By value: what the caller gave.
Result<Applied> Group::choose_proposals(CommitOptions& options, const Environment& environment,
                                        Commit& commit) const {
  std::vector<ProposalOrRef> by_value;
  for (Proposal& proposal : options.proposals) by_value.push_back({std::move(proposal)});
  const Capabilities* const changed = options.leaf ? &options.leaf->capabilities : nullptr;
  const auto apply = [&](const std::vector<ProposalOrRef>& by_reference,
                         bool judged = false) -> Result<Applied> {
    commit.proposals = by_reference;
    commit.proposals.insert(commit.proposals.end(), by_value.begin(), by_value.end());
    TRY_ASSIGN(auto proposals, resolve(public_, commit, Sender::member(self())));
    TRY_ASSIGN(Applied applied, apply_proposals({std::move(proposals), self(), changed, judged},
                                                tree(), context(), environment));
    if (auto psks = find_psks(applied.psks, environment); !psks) return fail(psks.error());
    return applied;
  };
  if (!options.with_pending) return apply({});
  const auto candidates = Chooser(public_, self(), by_value).take_refs();
  if (auto applied = apply(candidates)) return applied;

  // Nobody's proposal may keep a commit from being made: those that can't stand with the ones
  // before them are left out. What changes the extensions says what the others are judged by.
  auto alone = apply({});
  if (!alone) return alone;
  Extensions extensions = std::move(alone->extensions);
  std::vector<ProposalOrRef> kept, fit;
  for (const ProposalOrRef& one : candidates) {
    const SentProposal& sent = *public_.find_pending(std::get<ProposalRef>(one.body));
    if (!sent.proposal.as<GroupContextExtensions>()) continue;
    if (auto applied = apply({one})) {
      kept = {one};
      extensions = std::move(applied->extensions);
    }
  }
  for (const ProposalOrRef& one : candidates) {
    const SentProposal& sent = *public_.find_pending(std::get<ProposalRef>(one.body));
    const bool decided = sent.proposal.as<GroupContextExtensions>();
    if (!decided && fits_alone(sent, extensions, environment)) fit.push_back(one);
  }
  add_by_halves(kept, fit, [&](const auto& some) { return apply(some, true).has_value(); });
  return apply(kept);
}

Result<NewEpoch> Group::commit(CommitOptions options, const Environment& environment,
                               SecureRandom& random) {
  TRY(may_send());
  Commit content;
  TRY_ASSIGN(Applied applied, choose_proposals(options, environment, content));
  TRY_ASSIGN(auto psks, find_psks(applied.psks, environment));
  const bool with_path =
      applied.path_required || options.force_path || options.leaf || options.signature_keys;
  SignatureKeys signer =
      options.signature_keys ? std::move(*options.signature_keys) : signature_keys_.clone();
  PathKeys keys = path_keys_.clone();
  CommitParts parts{
      applied.tree, {}, secrets_.init.clone(), Secret(suite().hash_size()), std::move(psks)};
  std::optional<PathBuilder> path;
  if (with_path) {
    path.emplace(parts.tree, self(), changed_leaf(*tree().leaf(self()), options.leaf), signer,
                 context().group_id, random);
    TRY(validate_own_leaf(parts.tree, self(), applied.extensions, context(), environment,
                          *tree().leaf(self())));
    parts.commit_secret = path->commit_secret().clone();
    for (const auto& [node, learnt] : path->keys().all()) keys.set(node, learnt.clone());
  }
  parts.provisional = provisional_context(context(), parts.tree, applied.extensions);
  if (path) {
    TRY_ASSIGN(content.path,
               path->encrypt(parts.tree, parts.provisional, applied.added_leaves(), random));
  }
  keys.prune(parts.tree);

  AuthenticatedContent message = framed(options.send);
  message.content.body = std::move(content);
  SealedCommit sealed = seal_commit(public_, signature_keys_, message, std::move(parts));
  NewEpoch epoch = summary(applied, self());
  if (!applied.added.empty()) {
    const WelcomeParts welcome{sealed.state, sealed.secrets, signer,
                               self(),       applied.psks,   options.tree_in_welcome};
    TRY_ASSIGN(epoch.welcome,
               make_welcome(welcome, applied.added, path ? &*path : nullptr, random));
  }
  TRY_ASSIGN(epoch.commit, wrap(message, options.send, random));
  epoch.group = next_epoch(std::move(sealed.state), std::move(sealed.secrets), std::move(keys),
                           std::move(signer), environment.rules);
  epoch.group->reinit_ = applied.reinit;
  return epoch;
}

NewEpoch Group::summary(const Applied& applied, LeafIndex committer) {
  NewEpoch epoch;
  epoch.committer = committer;
  epoch.added = applied.added_leaves();
  epoch.updated = applied.updated;
  epoch.removed = applied.removed;
  epoch.proposals = applied.proposals;
  epoch.reinit = applied.reinit;
  return epoch;
}

}  // namespace vicino::mls
