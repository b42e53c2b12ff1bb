#include "server/commit_checks.h"

#include "admission/rules.h"
#include "base/limits.h"

namespace vicino::server {
namespace {

// What a Welcome message has beside welcome and tree, generously.
constexpr size_t welcome_overhead = 256;

SenderId sender_at(const mls::RatchetTree& tree, mls::LeafIndex leaf) {
  return admission::sender_of(tree.leaf(leaf)->credential).value();
}

}  // namespace

std::vector<mls::KeyPackage> NextEpochView::added() const {
  std::vector<mls::KeyPackage> packages;
  for (const mls::SentProposal& sent : epoch.proposals) {
    if (const auto* add = sent.proposal.as<mls::Add>()) packages.push_back(add->key_package);
  }
  return packages;
}

Checked check_sizes(const NextEpochView& next, size_t max_members) {
  const mls::RatchetTree& tree = next.state().tree;
  if (tree.member_count() > max_members) return refused("those who have left are in the way");
  std::vector<mls::LeafIndex> changed = next.epoch.added;
  changed.push_back(next.epoch.committer);
  for (const mls::LeafIndex leaf : changed) {
    if (mls::encode(*tree.leaf(leaf)).size() > max_leaf) {
      return refused("a leaf has up to 1024 bytes");
    }
  }
  return {};
}

Checked check_group_info(const NextEpochView& next, Bytes group_info) {
  if (group_info.size() > max_group_info) return refused("a group info too large");
  const auto info = mls::decode_body<mls::GroupInfo>(group_info, next.environment);
  if (!info) return refused(mls::to_string(info.error()));
  const mls::PublicState& state = next.state();
  if (info->context != state.context || info->confirmation_tag != state.confirmation_tag) {
    return refused("the group info is of another epoch than the commit's");
  }
  if (info->signer != next.epoch.committer.value) {
    return refused("the group info is signed by somebody else");
  }
  const Bytes key = state.tree.leaf(next.epoch.committer)->signature_key;
  if (!info->verify_signature(next.authority.suite(), key)) {
    return refused("the group info's signature is wrong");
  }
  if (mls::has_duplicate_types(info->extensions) ||
      mls::find_extension(info->extensions, mls::ExtensionType::ratchet_tree) ||
      !mls::find_extension(info->extensions, mls::ExtensionType::external_pub)) {
    return refused("a group info has external_pub and no tree");
  }
  return {};
}

Checked check_welcome(const NextEpochView& next, Bytes welcome) {
  std::multiset<Buffer> wanted, there;
  for (const mls::KeyPackage& package : next.added()) {
    wanted.insert(package.ref(next.authority.suite()));
  }
  if (wanted.empty() != welcome.empty()) return refused("a welcome comes with Adds, and only then");
  if (wanted.empty()) return {};
  const auto read = mls::decode_body<mls::Welcome>(welcome, next.environment);
  if (!read) return refused(mls::to_string(read.error()));
  for (const mls::EncryptedGroupSecrets& secrets : read->secrets) there.insert(secrets.new_member);
  if (there != wanted) return refused("the welcome is for others than those added");
  const size_t size = welcome.size() + next.state().tree.serialize().size() + welcome_overhead;
  if (size > limits::max_wire_message) return refused("a welcome too large");
  return {};
}

Checked check_token(const admission::CallContext& before, const admission::CallContext& after,
                    const std::optional<TokenHash>& token) {
  const bool changed = before.link_id != after.link_id;
  if (changed != token.has_value()) return refused("a token comes with a new link, and only then");
  if (changed && !equal(Bytes(*token).first(admission::link_id_size), after.link_id)) {
    return refused("the token is another link's");
  }
  return {};
}

std::expected<CallGroup::Accepted, std::string_view> CallGroup::judge(
    const GroupAuthority& authority, WallTime now, const CommitRequest& request) {
  const auto environment = authority.environment(now);
  const auto message = mls::decode_body<mls::PublicMessage>(request.commit, environment);
  if (!message) return refused(mls::to_string(message.error()));
  // A proposal would be kept at once, and only the server proposes.
  if (message->content.type() != mls::ContentType::commit) return refused("not a commit");
  auto received = follower_.receive(request.commit, environment);
  if (!received) return refused(mls::to_string(received.error()));
  auto& epoch = *std::get<std::unique_ptr<mls::Follower::NextEpoch>>(*received);

  const mls::PublicState& after = epoch.next.state();
  const auto verdict = admission::judge(
      {follower_.state(), after, epoch.committer, epoch.external, epoch.proposals});
  if (!verdict) return refused(admission::to_string(verdict.error()));
  const NextEpochView next{authority, environment, epoch};
  TRY(check_sizes(next, max_members_));
  TRY(check_group_info(next, request.group_info));
  TRY(check_welcome(next, request.welcome));
  auto context = admission::read_call_context(after.context.extensions);
  CHECK(context.has_value());  // judged above
  TRY(check_token(context_, *context, request.token_hash));

  Accepted accepted{.next = epoch.next,
                    .context = std::move(*context),
                    .commit = {request.commit.begin(), request.commit.end()},
                    .group_info = {request.group_info.begin(), request.group_info.end()},
                    .committer = sender_at(after.tree, epoch.committer),
                    .external = epoch.external,
                    .added = {},
                    .removed = {},
                    .new_token = request.token_hash};
  for (const mls::KeyPackage& package : next.added()) {
    accepted.added.push_back(package.ref(authority.suite()));
  }
  if (epoch.external) return accepted;  // at most its own leaf is replaced
  for (const mls::SentProposal& sent : epoch.proposals) {
    const auto* remove = sent.proposal.as<mls::Remove>();
    if (!remove) continue;
    accepted.removed.push_back(sender_at(tree(), {remove->removed}));
  }
  return accepted;
}

}  // namespace vicino::server
