#include "core/call_group.h"

#include <algorithm>

#include "core/call_group_parts.h"
#include "crypto/hash.h"

namespace vicino::core {

CallGroup::CallGroup(SecureRandom& random, const RoomName& room, LinkSecret link, Identity identity,
                     Device device)
    : random_(&random),
      room_(room),
      identity_(std::move(identity)),
      device_(std::move(device)),
      parts_(std::make_unique<Parts>()) {
  parts_->link = LinkKeys::derive(link, room);
  parts_->secret = std::move(link);
}

CallGroup::CallGroup(CallGroup&&) noexcept = default;
CallGroup& CallGroup::operator=(CallGroup&&) noexcept = default;
CallGroup::~CallGroup() = default;

Status CallGroup::Parts::may_enter(const mls::GroupContext& context) const {
  if (!seen) return {};
  if (context.group_id != seen->group_id)
    return fail(Errc::malformed, "another group than one was in");
  if (context.epoch < seen->epoch) return fail(Errc::replayed, "an epoch that is over");
  const bool forked =
      epoch && context.epoch == epoch->group.context().epoch && context != epoch->group.context();
  if (forked) return fail(Errc::unauthenticated, "another group at the same epoch");
  return {};
}

EpochChange CallGroup::Parts::adopt(CallEpoch next, Origin origin) {
  EpochChange change = difference(epoch ? &*epoch : nullptr, next);
  change.committer = origin.committer;
  change.own = origin.own;
  change.external = origin.external;
  const bool came_before = origin.external && epoch && epoch->find(*origin.committer);
  if (came_before &&
      std::ranges::find(change.added, *origin.committer, &MemberInfo::sender) == change.added.end())
    change.returned.push_back(*origin.committer);
  if (epoch) {
    PastRoster roster{epoch->group.context().epoch, {}};
    for (const MemberInfo& member : epoch->members)
      roster.members.emplace_back(member.leaf, member.sender);
    past.push_front(std::move(roster));
  }
  epoch = std::move(next);
  seen = {epoch->group.context().group_id, change.epoch};
  // An external commit may lead further than to here.
  if (prepared && prepared->epoch.group.context().epoch <= change.epoch) prepared.reset();
  packages.clear();
  founded.reset();
  forget_old_epochs();
  return change;
}

void CallGroup::Parts::leave() {
  secret = epoch->secret.clone();
  link = epoch->link.clone();
  epoch.reset();
  prepared.reset();
  founded.reset();
  packages.clear();
  past.clear();
  opened.clear();
}

void CallGroup::Parts::forget_old_epochs() {
  const uint64_t kept = admission::call_rules().past_epochs;
  const auto is_old = [&](const auto& entry) { return entry.epoch + kept < seen->epoch; };
  std::erase_if(past, is_old);
  std::erase_if(opened, is_old);
}

bool CallGroup::in_group() const {
  return parts_->epoch.has_value();
}

void CallGroup::drop_prepared() {
  parts_->prepared.reset();
  parts_->opened.clear();
}

bool CallGroup::has_prepared() const {
  return parts_->prepared.has_value();
}

Result<Buffer> CallGroup::post(Bytes content) {
  if (!in_group()) return fail(Errc::bad_state, "not a member");
  if (content.size() > max_post_content) return fail(Errc::too_large, "a post over its limit");
  // RFC 9420 section 6.3.1: the content and the signature, each with its length in front.
  constexpr size_t block = 128;
  const size_t length = content.size() < 0x40 ? 1 : content.size() < 0x4000 ? 2 : 4;
  const size_t unpadded = length + content.size() + 2 + crypto::ed25519_signature_size;
  mls::SendOptions options;
  options.padding = (block - unpadded % block) % block;
  TRY_MLS(Buffer message, parts_->epoch->group.protect(content, options, *random_));
  return message;
}

Result<OpenedPost> CallGroup::open_post(Bytes message) {
  if (!in_group()) return fail(Errc::bad_state, "not a member");
  const auto decoded = mls::decode<mls::Message>(message);
  const auto* sealed = decoded ? decoded->as<mls::PrivateMessage>() : nullptr;
  if (!sealed || sealed->content_type != mls::ContentType::application)
    return fail(Errc::malformed, "not a post");
  const Parts::OpenedMeanwhile mark{sealed->epoch, crypto::sha256(message)};
  if (std::ranges::find(parts_->opened, mark) != parts_->opened.end())
    return fail(Errc::replayed, "a post that was opened before");

  CallEpoch& epoch = *parts_->epoch;
  const CallEnvironment environment(epoch.link, &epoch.keys, 0);
  TRY_MLS(auto received, epoch.group.receive(message, environment.mls()));
  auto& application = std::get<mls::ReceivedApplication>(received);
  OpenedPost post{{}, application.epoch, SecretBuffer(Bytes(application.plaintext))};
  wipe(application.plaintext);
  if (parts_->prepared) parts_->opened.push_back(mark);

  if (post.epoch == epoch.group.context().epoch) {
    post.sender = epoch.at(application.sender)->sender;
    return post;
  }
  const auto past = std::ranges::find(parts_->past, post.epoch, &Parts::PastRoster::epoch);
  CHECK(past != parts_->past.end());
  const auto member = std::ranges::find(past->members, application.sender,
                                        [](const auto& entry) { return entry.first; });
  CHECK(member != past->members.end());
  post.sender = member->second;
  return post;
}

std::array<uint8_t, crypto::ed25519_signature_size> CallGroup::sign_return(Bytes nonce) const {
  const std::string_view label = "vicino/2 return";
  Buffer signed_part(label.begin(), label.end());
  signed_part.insert(signed_part.end(), nonce.begin(), nonce.end());
  signed_part.insert(signed_part.end(), room_.begin(), room_.end());
  return crypto::ed25519_sign(device_.keys.private_key.expose(), signed_part);
}

namespace {

const CallEpoch& current(const std::optional<CallEpoch>& epoch) {
  CHECK(epoch.has_value());
  return *epoch;
}

}  // namespace

uint64_t CallGroup::epoch() const {
  return current(parts_->epoch).group.context().epoch;
}
Bytes CallGroup::group_id() const {
  return current(parts_->epoch).group.context().group_id;
}
const std::vector<MemberInfo>& CallGroup::members() const {
  return current(parts_->epoch).members;
}
const MemberInfo& CallGroup::self() const {
  return *current(parts_->epoch).find(device_.sender);
}
const MemberInfo* CallGroup::find(SenderId sender) const {
  return current(parts_->epoch).find(sender);
}
const MemberInfo* CallGroup::at(mls::LeafIndex leaf) const {
  return current(parts_->epoch).at(leaf);
}
const admission::CallContext& CallGroup::context() const {
  return current(parts_->epoch).context;
}
const std::vector<SenderId>& CallGroup::hosts() const {
  return current(parts_->epoch).hosts;
}
bool CallGroup::is_host(SenderId sender) const {
  return current(parts_->epoch).is_host(sender);
}

std::vector<SenderId> CallGroup::pending_removes() const {
  const CallEpoch& epoch = current(parts_->epoch);
  std::vector<SenderId> senders;
  for (const mls::PendingProposal& pending : epoch.group.state().pending) {
    const auto* remove = pending.sent.proposal.as<mls::Remove>();
    const MemberInfo* member = remove ? epoch.at({remove->removed}) : nullptr;
    if (member) senders.push_back(member->sender);
  }
  return senders;
}

SecretBytes<16> CallGroup::sframe_base_key() const {
  SecretBytes<16> key;
  current(parts_->epoch).group.export_secret("SFrame 1.0 Base Key", {}, key.expose_mut());
  return key;
}

Bytes CallGroup::epoch_authenticator() const {
  return current(parts_->epoch).group.epoch_authenticator();
}

const LinkKeys& CallGroup::link() const {
  return parts_->current_link();
}
const LinkSecret& CallGroup::link_secret() const {
  return parts_->current_secret();
}

}  // namespace vicino::core
