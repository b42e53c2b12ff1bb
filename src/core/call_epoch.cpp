#include "core/call_epoch.h"

#include <algorithm>
#include <set>

namespace vicino::core {
namespace {

using admission::CallContext;

Status check_call_group(const mls::GroupContext& context, const RoomName& room) {
  TRY(check_group_id(context, room));
  const auto* required =
      mls::find_extension(context.extensions, mls::ExtensionType::required_capabilities);
  if (!required || required->data != mls::encode(admission::required_capabilities()))
    return fail(Errc::malformed, "the group doesn't require what calls do");
  const auto* senders =
      mls::find_extension(context.extensions, mls::ExtensionType::external_senders);
  const auto list = senders ? mls::decode<std::vector<mls::ExternalSender>>(senders->data)
                            : mls::fail(mls::Fault::malformed);
  if (!list || list->size() != 1)
    return fail(Errc::malformed, "the group has another external sender than the server");
  return {};
}

bool same_leaf(const mls::LeafNode& a, const mls::LeafNode& b) {
  return a.credential == b.credential && a.signature_key == b.signature_key &&
         a.extensions == b.extensions;
}

Result<MemberInfo> read_member(const mls::LeafNode& leaf, mls::LeafIndex index, SenderId sender,
                               const MemberKeys& keys, const CallEpoch* before) {
  // Opened before, and the same since: certificates aren't checked twice.
  if (before) {
    const MemberInfo* const known = before->find(sender);
    if (known && same_leaf(*before->group.tree().leaf(known->leaf), leaf)) {
      MemberInfo same = *known;
      same.leaf = index;
      return same;
    }
  }
  TRY_ASSIGN(MemberBlock block, keys.open_leaf(leaf));
  return MemberInfo{index,       sender,       block.account_key, block.kept, std::move(block.name),
                    block.color, block.created};
}

}  // namespace

Status check_group_id(const mls::GroupContext& context, const RoomName& room) {
  const bool ours = context.group_id.size() == room.size() + 16 &&
                    equal(Bytes(context.group_id).first(room.size()), room) &&
                    context.cipher_suite == call_suite().id;
  if (!ours) return fail(Errc::malformed, "the group isn't this room's");
  return {};
}

Result<CallEpoch> CallEpoch::enter(mls::Group group, const RoomName& room,
                                   const LinkSecret& secret) {
  TRY(check_call_group(group.context(), room));
  TRY_ASSIGN(CallContext context, admission::read_call_context(group.context().extensions));
  LinkKeys link = LinkKeys::derive(secret, room);
  if (!equal(link.link_id, context.link_id))
    return fail(Errc::unknown_key, "the call has another link now");
  return read(std::move(group), secret.clone(), std::move(link), std::move(context), nullptr);
}

Result<CallEpoch> CallEpoch::next(mls::Group after, const RoomName& room) const {
  TRY_ASSIGN(CallContext with, admission::read_call_context(after.context().extensions));
  if (with.link_id == context.link_id)
    return read(std::move(after), secret.clone(), link.clone(), std::move(with), this);
  LinkSecret fresh = next_link_secret();
  LinkKeys keys_of_it = LinkKeys::derive(fresh, room);
  if (!equal(keys_of_it.link_id, with.link_id))
    return fail(Errc::unauthenticated, "the new link doesn't follow from the epoch");
  return read(std::move(after), std::move(fresh), std::move(keys_of_it), std::move(with), this);
}

Result<CallEpoch> CallEpoch::read(mls::Group group, LinkSecret secret, LinkKeys link,
                                  CallContext context, const CallEpoch* before) {
  TRY_ASSIGN(MemberKeys keys, MemberKeys::open(link, context));
  if (before) {
    // Who comes by the new link reads the same names as those who were there.
    for (const auto& [link_id, key] : keys.all()) {
      const MemberKey* const known = before->keys.find(link_id);
      if (known && !ct_equal(*known, key))
        return fail(Errc::unauthenticated, "an earlier link with another member key");
    }
  }
  std::vector<MemberInfo> members;
  std::set<SenderId> senders;
  for (const mls::LeafIndex index : group.tree().members()) {
    const mls::LeafNode& leaf = *group.tree().leaf(index);
    TRY_ASSIGN(const SenderId sender, admission::sender_of(leaf.credential));
    TRY_ASSIGN(const auto extension, admission::read_member_extension(leaf));
    if (!senders.insert(sender).second) return fail(Errc::malformed, "a sender id twice");
    if (!keys.find(extension.link_id))
      return fail(Errc::unknown_key, "a member by a link that the call never had");
    TRY_ASSIGN(MemberInfo member, read_member(leaf, index, sender, keys, before));
    members.push_back(std::move(member));
  }
  auto hosts = admission::effective_hosts(context, group.tree());
  return CallEpoch{std::move(group),   std::move(secret),  std::move(link), std::move(keys),
                   std::move(context), std::move(members), std::move(hosts)};
}

const MemberInfo* CallEpoch::find(SenderId sender) const {
  const auto found = std::ranges::find(members, sender, &MemberInfo::sender);
  return found == members.end() ? nullptr : &*found;
}

const MemberInfo* CallEpoch::at(mls::LeafIndex leaf) const {
  const auto found = std::ranges::find(members, leaf, &MemberInfo::leaf);
  return found == members.end() ? nullptr : &*found;
}

bool CallEpoch::is_host(SenderId sender) const {
  return std::ranges::find(hosts, sender) != hosts.end();
}

LinkSecret CallEpoch::next_link_secret() const {
  LinkSecret fresh;
  group.export_secret("vicino/2 link", context.link_id, fresh.expose_mut());
  return fresh;
}

Result<Renewal> CallEpoch::renew_link(const RoomName& room, SecureRandom& random) const {
  Renewal renewal{next_link_secret(), {}, context};
  renewal.link = LinkKeys::derive(renewal.secret, room);
  renewal.context.link_id.assign(renewal.link.link_id.begin(), renewal.link.link_id.end());
  std::set<Buffer> used = {context.link_id};
  for (const MemberInfo& member : members)
    used.insert(admission::read_member_extension(*group.tree().leaf(member.leaf))->link_id);
  if (used.size() > admission::max_earlier_links)
    return fail(Errc::exhausted, "too many links are in use");
  renewal.context.earlier.clear();
  for (const auto& [link_id, key] : keys.all())
    if (used.contains(link_id))
      renewal.context.earlier.push_back(
          {link_id, seal_member_key(renewal.link.member_key, link_id, key, random)});
  return renewal;
}

EpochChange difference(const CallEpoch* before, const CallEpoch& after) {
  EpochChange change;
  change.epoch = after.group.context().epoch;
  const auto has = [](const CallEpoch& epoch, const MemberInfo& member) {
    const MemberInfo* const found = epoch.find(member.sender);
    return found && found->account_key == member.account_key && found->kept == member.kept;
  };
  for (const MemberInfo& member : after.members)
    if (!before || !has(*before, member)) change.added.push_back(member);
  if (!before) {
    change.context_changed = true;
    return change;
  }
  for (const MemberInfo& member : before->members)
    if (!has(after, member)) change.removed.push_back(member);
  change.context_changed = before->context != after.context;
  change.link_changed = before->context.link_id != after.context.link_id;
  return change;
}

Error error_of(mls::Fault fault) {
  // The names are string literals.
  const char* const where = mls::to_string(fault).data();
  switch (fault) {
    case mls::Fault::generation_consumed:
      return {Errc::replayed, where};
    case mls::Fault::epoch_too_old:
    case mls::Fault::wrong_epoch:
    case mls::Fault::psk_unknown:
      return {Errc::unknown_key, where};
    case mls::Fault::malformed:
    case mls::Fault::trailing_bytes:
    case mls::Fault::wrong_wire_format:
      return {Errc::malformed, where};
    case mls::Fault::message_too_large:
      return {Errc::too_large, where};
    default:
      return {Errc::unauthenticated, where};
  }
}

}  // namespace vicino::core
