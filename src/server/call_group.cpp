#include "server/call_group.h"

#include "base/limits.h"
#include "crypto/ed25519.h"
#include "server/messages.h"

namespace vicino::server {
namespace {

constexpr std::string_view return_label = "vicino/2 return";
// More messages than a group sends between two savings of its state.
constexpr uint64_t numbers_skipped = uint64_t{1} << 32;

Buffer copy_of(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

// A group's first state, as its founder describes it.
std::expected<void, std::string_view> check_founding(const GroupAuthority& authority,
                                                     const CallGroup::Room& room, SenderId founder,
                                                     const mls::PublicState& state,
                                                     const admission::CallContext& context) {
  const mls::GroupContext& said = state.context;
  if (said.group_id.size() != 32 || !equal(Bytes(said.group_id).first(16), room.name)) {
    return refused("a group id is the room's and 16 random bytes");
  }
  if (said.cipher_suite != authority.suite().id) return refused("calls use cipher suite 3");
  if (state.tree.member_count() != 1) return refused("a founder is alone");
  const mls::LeafNode* leaf = state.tree.leaf({0});
  if (!leaf || leaf->credential != admission::credential_of(founder)) {
    return refused("the founder's leaf has another sender id");
  }
  if (!admission::read_member_extension(*leaf)) return refused("a leaf without its member");
  if (mls::encode(*leaf).size() > max_leaf) return refused("a leaf has up to 1024 bytes");
  const mls::Extension expected[] = {authority.external_senders(),
                                     GroupAuthority::required_capabilities()};
  for (const mls::Extension& extension : expected) {
    const mls::Extension* found = mls::find_extension(said.extensions, extension.type);
    if (!found || *found != extension) return refused("a group extension isn't as in Hello");
  }
  if (said.extensions.size() != 3) return refused("a group extension that calls don't have");
  if (!equal(context.link_id, Bytes(room.token).first(admission::link_id_size))) {
    return refused("another link than the token's");
  }
  if (std::ranges::find(context.hosts, founder) == context.hosts.end()) {
    return refused("a founder is host");
  }
  return {};
}

}  // namespace

std::expected<Newcomer, std::string_view> read_key_package(const GroupAuthority& authority,
                                                           WallTime now, Bytes message,
                                                           SenderId sender) {
  const auto environment = authority.environment(now);
  const auto package = mls::decode_body<mls::KeyPackage>(message, environment);
  if (!package) return refused(mls::to_string(package.error()));
  if (const auto valid = package->validate(authority.suite()); !valid) {
    return refused(mls::to_string(valid.error()));
  }
  if (package->leaf.credential != admission::credential_of(sender)) {
    return refused("the key package has another sender id");
  }
  if (!admission::read_member_extension(package->leaf)) return refused("a leaf without its member");
  if (mls::encode(package->leaf).size() > max_leaf) return refused("a leaf has up to 1024 bytes");
  const mls::Lifetime& lifetime = package->leaf.lifetime;
  if (environment.now < lifetime.not_before || environment.now > lifetime.not_after) {
    return refused("a key package that isn't valid now");
  }
  return Newcomer{package->ref(authority.suite()), package->leaf.signature_key};
}

CallGroup::CallGroup(mls::Follower follower, admission::CallContext context, Buffer group_info,
                     uint64_t seq, const Limits& limits)
    : follower_(std::move(follower)),
      context_(std::move(context)),
      group_info_(std::move(group_info)),
      seq_(seq),
      // All of it may have to wait for one slow reader, beside a Joined and those who wait.
      log_(seq, limits.send_queue_bytes / 2),
      max_members_(limits.max_participants_per_room + max_leaving) {}

std::expected<CallGroup, std::string_view> CallGroup::found(const GroupAuthority& authority,
                                                            WallTime now, const Room& room,
                                                            SenderId founder, Bytes group_info) {
  const auto environment = authority.environment(now);
  if (group_info.size() > max_group_info + max_leaf) return refused("a group info too large");
  auto info = mls::decode_body<mls::GroupInfo>(group_info, environment);
  if (!info) return refused(mls::to_string(info.error()));
  auto follower = mls::Follower::begin(group_info, std::nullopt, environment);
  if (!follower) return refused(mls::to_string(follower.error()));
  auto context = admission::read_call_context(info->context.extensions);
  if (!context) return refused(context.error().where);
  TRY(check_founding(authority, room, founder, follower->state(), *context));
  if (!mls::find_extension(info->extensions, mls::ExtensionType::external_pub)) {
    return refused("a group info without external_pub");
  }
  // A client's 0 means that it knows nothing, so numbers begin at 1.
  // The tree in it is signed with the rest: it stays there until the first commit brings another.
  return CallGroup(std::move(*follower), std::move(*context), copy_of(group_info), 1, room.limits);
}

std::expected<CallGroup, std::string_view> CallGroup::load(const GroupAuthority& authority,
                                                           WallTime now, const Limits& limits,
                                                           const SavedGroup& saved) {
  auto follower = mls::Follower::begin(saved.group_info, saved.tree, authority.environment(now));
  if (!follower) return refused(mls::to_string(follower.error()));
  auto context = admission::read_call_context(follower->state().context.extensions);
  if (!context) return refused(context.error().where);
  CallGroup group(std::move(*follower), std::move(*context), saved.group_info,
                  saved.seq + numbers_skipped, limits);
  group.log_ = MessageLog(saved.seq, limits.send_queue_bytes / 2);
  group.leaving_.insert(saved.leaving.begin(), saved.leaving.end());
  group.leaving_ = group.leaving_in(group.tree());
  return group;
}

SavedGroup CallGroup::saved() const {
  return {group_info_, serialized_tree(), seq_, {leaving_.begin(), leaving_.end()}};
}

std::vector<SenderId> CallGroup::members() const {
  std::vector<SenderId> senders;
  for (const mls::LeafIndex leaf : tree().members()) {
    senders.push_back(admission::sender_of(tree().leaf(leaf)->credential).value());
  }
  return senders;
}

bool CallGroup::is_host(SenderId sender) const {
  const auto hosts = admission::effective_hosts(context_, tree());
  return std::ranges::find(hosts, sender) != hosts.end();
}

std::set<SenderId> CallGroup::leaving_in(const mls::RatchetTree& tree) const {
  std::set<SenderId> still;
  for (const SenderId sender : leaving_) {
    if (admission::leaf_of(tree, sender)) still.insert(sender);
  }
  return still;
}

Buffer CallGroup::description() const {
  return group_message(group_info_, serialized_tree(), seq_);
}

bool CallGroup::proves(SenderId sender, Bytes nonce, const RoomName& room,
                       const Proof& proof) const {
  const auto leaf = admission::leaf_of(tree(), sender);
  if (!leaf || is_leaving(sender)) return false;
  Buffer message = copy_of(as_bytes(return_label));
  message.insert(message.end(), nonce.begin(), nonce.end());
  message.insert(message.end(), room.begin(), room.end());
  return crypto::ed25519_verify(tree().leaf(*leaf)->signature_key, message, proof);
}

SavedGroup CallGroup::saved_after(const Accepted& accepted) const {
  const mls::RatchetTree& tree = accepted.next.state().tree;
  const auto leaving = leaving_in(tree);
  return {accepted.group_info, tree.serialize(), seq_ + 1, {leaving.begin(), leaving.end()}};
}

Buffer CallGroup::number(Bytes message) {
  Buffer numbered = handshake_message(++seq_, message);
  log_.push({seq_, {}, numbered});
  return numbered;
}

Buffer CallGroup::adopt(Accepted accepted) {
  follower_ = std::move(accepted.next);
  context_ = std::move(accepted.context);
  group_info_ = std::move(accepted.group_info);
  leaving_ = leaving_in(tree());
  return number(accepted.commit);
}

std::expected<Buffer, std::string_view> CallGroup::post(const GroupAuthority& authority,
                                                        WallTime now, SenderId author,
                                                        Bytes message) {
  const auto post = mls::decode_body<mls::PrivateMessage>(message, authority.environment(now));
  if (!post) return refused(mls::to_string(post.error()));
  if (post->group_id != follower_.state().context.group_id) return refused("another group's post");
  if (post->content_type != mls::ContentType::application) {
    return refused("a post is application data");
  }
  Buffer numbered = posted_message(++seq_, message);
  log_.push({seq_, author, numbered});
  return numbered;
}

Buffer CallGroup::propose_removal(const GroupAuthority& authority, WallTime now, SenderId sender) {
  const auto leaf = admission::leaf_of(tree(), sender);
  CHECK(leaf.has_value());
  const mls::GroupContext& context = follower_.state().context;
  mls::AuthenticatedContent content;
  content.content = {context.group_id,
                     context.epoch,
                     {mls::SenderType::external, 0},
                     {},
                     mls::Proposal{mls::Remove{leaf->value}}};
  content.sign(authority.suite(), authority.keys(), context);
  const Buffer message = mls::encode_message(mls::PublicMessage{content.content, content.auth, {}});
  // The follower has to know what a commit may name.
  const auto kept = follower_.receive(message, authority.environment(now));
  CHECK(kept.has_value());
  return number(message);
}

}  // namespace vicino::server
