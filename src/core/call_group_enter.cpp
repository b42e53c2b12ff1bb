// Coming into a call's group: founding it, by Welcome, by external commit.
#include "core/call_group_parts.h"

namespace vicino::core {
namespace {

mls::Lifetime lifetime(uint64_t now_s) {
  return {now_s < clock_slack_s ? 0 : now_s - clock_slack_s, now_s + key_package_lifetime_s};
}

mls::OwnKeyPackage copy_of(const mls::OwnKeyPackage& own) {
  return {own.package, own.init_key.clone(), own.encryption_key.clone(),
          own.signature_keys.clone()};
}

mls::Extensions founding_extensions(const admission::CallContext& context, Bytes server_key) {
  const std::vector<mls::ExternalSender> senders = {
      {{server_key.begin(), server_key.end()}, server_credential()}};
  return {
      {mls::ExtensionType::required_capabilities, mls::encode(admission::required_capabilities())},
      {mls::ExtensionType::external_senders, mls::encode(senders)},
      admission::to_extension(context)};
}

// A group as GroupInfo and tree tell of it. Nothing of it is verified.
Result<mls::PublicState> described(Bytes group_info, Bytes tree) {
  auto message = mls::decode<mls::Message>(group_info);
  const auto* info = message ? message->as<mls::GroupInfo>() : nullptr;
  if (!info) return fail(Errc::malformed, "not a GroupInfo");
  TRY_MLS(mls::RatchetTree parsed,
          mls::RatchetTree::parse(call_suite(), tree, mls::TreeSize::max_leaves));
  return mls::PublicState{info->context, std::move(parsed), {}, {}, {}};
}

// Others refuse a commit that makes another person of a leaf, and can't go on with this one.
// Errors: bad_state, and those of MemberKeys.
Status check_same_account(const mls::LeafNode& old_leaf, const admission::CallContext& context,
                          const LinkKeys& link, const Identity& identity) {
  TRY_ASSIGN(const MemberKeys keys, MemberKeys::open(link, context));
  TRY_ASSIGN(const MemberBlock old, keys.open_leaf(old_leaf));
  const bool same = old.kept == identity.account.has_value() &&
                    (!old.kept || old.account_key == public_key_of(*identity.account));
  if (!same) return fail(Errc::bad_state, "one's old leaf has another account");
  return {};
}

}  // namespace

mls::PskId join_psk(const LinkKeys& link, SecureRandom& random) {
  mls::PskId psk;
  psk.external_id = admission::join_psk_id(link.link_id);
  psk.nonce.resize(call_suite().hash_size());
  random.fill(psk.nonce);
  return psk;
}

mls::LeafTemplate leaf_template(const LinkKeys& link, const Identity& identity,
                                const Device& device, SecureRandom& random) {
  return {admission::credential_of(device.sender),
          admission::capabilities(),
          {admission::to_extension(seal_member(link, identity, device, random))}};
}

Buffer CallGroup::key_package(uint64_t now_s) {
  mls::OwnKeyPackage own = mls::make_key_package(
      call_suite(), device_.keys.clone(), leaf_template(link(), identity_, device_, *random_),
      lifetime(now_s), *random_);
  Buffer message = mls::encode_message(own.package);
  parts_->packages.push_front(std::move(own));
  if (parts_->packages.size() > Parts::max_packages) parts_->packages.pop_back();
  return message;
}

Result<Buffer> CallGroup::found(uint64_t now_s, Bytes external_sender,
                                const admission::CallContext& settings) {
  if (in_group()) return fail(Errc::bad_state, "in a group already");
  if (external_sender.size() != crypto::ed25519_public_size)
    return fail(Errc::malformed, "the server's key");
  admission::CallContext context = settings;
  context.version = admission::CallContext::current_version;
  context.link_id.assign(link().link_id.begin(), link().link_id.end());
  context.earlier.clear();
  context.hosts = {device_.sender};
  Buffer group_id(room_.begin(), room_.end());
  group_id.resize(room_.size() + 16);
  random_->fill(MutBytes(group_id).subspan(room_.size()));

  const CallEnvironment environment(link(), nullptr, now_s);
  TRY_MLS(mls::Group group,
          mls::Group::create(
              call_suite(), group_id,
              {leaf_template(link(), identity_, device_, *random_), device_.keys.clone()},
              lifetime(now_s), founding_extensions(context, external_sender), environment.mls(),
              *random_));
  Buffer group_info = group.group_info(true);
  TRY_ASSIGN(parts_->founded, CallEpoch::enter(std::move(group), room_, link_secret()));
  return group_info;
}

Result<EpochChange> CallGroup::adopt_founded() {
  if (in_group() || parts_->seen || !parts_->founded)
    return fail(Errc::bad_state, "no group was founded");
  CallEpoch founded = std::move(*parts_->founded);
  return parts_->adopt(std::move(founded), {.committer = device_.sender, .own = true});
}

Result<EpochChange> CallGroup::join(uint64_t now_s, Bytes welcome, Bytes tree) {
  if (in_group()) return fail(Errc::bad_state, "in a group already");
  const CallEnvironment environment(link(), nullptr, now_s);
  const std::optional<Buffer> ratchet_tree(std::in_place, tree.begin(), tree.end());
  mls::Result<mls::Group> joined = mls::fail(mls::Fault::welcome_not_for_this_key_package);
  for (const mls::OwnKeyPackage& own : parts_->packages) {
    // A copy: a Welcome that doesn't hold must not cost the right one its keys.
    joined = mls::Group::join(welcome, copy_of(own), ratchet_tree, environment.mls());
    if (joined || joined.error() != mls::Fault::welcome_not_for_this_key_package) break;
  }
  if (!joined) return std::unexpected(error_of(joined.error()));
  TRY(parts_->may_enter(joined->context()));
  TRY_ASSIGN(CallEpoch epoch, CallEpoch::enter(std::move(*joined), room_, link_secret()));
  return parts_->adopt(std::move(epoch), {});
}

Result<PreparedCommit> CallGroup::prepare_external(uint64_t now_s, Bytes group_info, Bytes tree) {
  TRY_ASSIGN(const mls::PublicState before, described(group_info, tree));
  TRY(check_group_id(before.context, room_));
  TRY(parts_->may_enter(before.context));
  TRY_ASSIGN(const auto context, admission::read_call_context(before.context.extensions));
  if (!equal(context.link_id, link().link_id))
    return fail(Errc::unknown_key, "the call has another link now");

  const CallEnvironment environment(link(), nullptr, now_s);
  mls::ExternalJoinOptions options;
  options.psks.push_back(join_psk(link(), *random_));
  options.replaces = admission::leaf_of(before.tree, device_.sender);
  if (options.replaces)
    TRY(check_same_account(*before.tree.leaf(*options.replaces), context, link(), identity_));
  TRY_MLS(
      mls::NewEpoch next,
      mls::Group::join_external(
          group_info, {leaf_template(link(), identity_, device_, *random_), device_.keys.clone()},
          options, Buffer(tree.begin(), tree.end()), environment.mls(), *random_));
  if (auto verdict = judge(before, next.group->state(), next); !verdict)
    return fail(Errc::bad_state, admission::to_string(verdict.error()).data());
  PreparedCommit prepared;
  prepared.commit = next.commit;
  prepared.group_info = next.group->group_info(false);
  TRY_ASSIGN(CallEpoch epoch, CallEpoch::enter(std::move(*next.group), room_, link_secret()));
  parts_->prepared = {std::move(next.commit), std::move(epoch), true};
  return prepared;
}

}  // namespace vicino::core
