// A member who lies: proposals, commits, private messages, group descriptions and Welcomes of any
// content, properly signed and tagged, before an honest member, an honest joiner and the follower.
// What is refused changes nothing; what is accepted makes all agree; what is honest is accepted.
#include "mls/welcome.h"
#include "mls_world.h"

using namespace vicino;
using namespace vicino::mls;
using fuzz::World;

namespace {

struct Outcome {
  bool accepted = false;
  std::unique_ptr<NewEpoch> epoch;
};

// To an honest member as it was at the start.
Outcome give(const World& world, const Group& honest, Bytes message) {
  Group member = honest.clone();
  const SecretBuffer before = member.save();
  auto received = member.receive(message, world.environment());
  const bool commit = received && std::holds_alternative<std::unique_ptr<NewEpoch>>(*received);
  if (!received || commit) CHECK(ct_equal(member.save(), before));
  if (received) CHECK(Group::load(member.save().expose()));
  if (!commit) return {received.has_value(), nullptr};
  return {true, std::move(std::get<std::unique_ptr<NewEpoch>>(*received))};
}

// What a member accepts the follower accepts.
void give_to_follower(const World& world, Bytes message, const Outcome& member) {
  Follower follower = *world.follower;
  const auto received = follower.receive(message, world.environment());
  if (!received) CHECK(follower.state() == world.follower->state());
  if (!member.accepted || !member.epoch) return;
  CHECK(received);
  const auto& staged = std::get<std::unique_ptr<Follower::NextEpoch>>(*received);
  if (member.epoch->group) CHECK(staged->next.state() == member.epoch->group->state());
}

std::vector<Psk> secrets_of(const World& world, const std::vector<PskId>& ids) {
  std::vector<Psk> psks;
  for (const PskId& id : ids) {
    auto secret = id.type == PskType::external
                      ? world.psks.external(id.external_id)
                      : SecretBuffer(GroupPeek::secrets(world.members[0]).resumption_psk.expose());
    psks.push_back({id, secret ? std::move(*secret) : SecretBuffer()});
  }
  return psks;
}

// True: it was left as it is.
bool lie_in_path(World& world, UpdatePath& path, const Group& by, fuzz::Input& input) {
  const uint8_t what = input.u8();
  const auto node = [&]() -> UpdatePathNode& { return path.nodes[input.u8() % path.nodes.size()]; };
  if ((what & 2) != 0 && !path.nodes.empty()) node().encryption_key = fuzz::any_key(world, input);
  if ((what & 4) != 0 && !path.nodes.empty()) node().encrypted_path_secrets.emplace_back();
  if ((what & 8) != 0 && !path.nodes.empty())
    for (auto& sealed : node().encrypted_path_secrets)
      sealed.kem_output = fuzz::any_key(world, input);
  if ((what & 16) != 0 && !path.nodes.empty()) path.nodes.pop_back();
  if ((what & 32) != 0) path.nodes.emplace_back();
  if ((what & 64) != 0)
    fuzz::lie_in_leaf(world, path.leaf, GroupPeek::signature_keys(by), by.self(), input);
  return (what & 126) == 0;
}

Buffer wrapped(World& world, Group& by, const AuthenticatedContent& message, size_t padding = 0) {
  const EpochSecrets& secrets = GroupPeek::secrets(by);
  if (message.wire_format == WireFormat::public_message)
    return encode_message(
        protect_public(world.suite, message, by.context(), secrets.membership_key));
  auto sealed = protect_private({world.suite, secrets.sender_data, by.tree().size()}, message,
                                GroupPeek::message_keys(by), padding, world.random);
  CHECK(sealed);
  return encode_message(std::move(*sealed));
}

AuthenticatedContent frame(const Group& by, fuzz::Input& input) {
  const uint8_t how = input.u8();
  AuthenticatedContent message{
      (how & 1) != 0 ? WireFormat::private_message : WireFormat::public_message,
      {by.context().group_id, by.context().epoch, Sender::member(by.self()), {}, {}},
      {}};
  if (how >= 0xc0) message.content.sender = {static_cast<SenderType>(1 + how % 4), input.u8() % 9u};
  if (message.content.sender.type != SenderType::member ||
      message.content.sender.index >= by.tree().size().leaves())
    message.wire_format = WireFormat::public_message;
  return message;
}

void lie_in_commit(World& world, fuzz::Input& input) {
  Group liar = world.members[0].clone();
  const SignatureKeys& signer = GroupPeek::signature_keys(liar);
  AuthenticatedContent message = frame(liar, input);
  Commit commit;
  for (size_t count = input.u8() % 5; count > 0; --count)
    commit.proposals.push_back({fuzz::any_proposal(world, liar, input)});
  const uint8_t refs = input.u8();
  for (size_t i = 0; i < liar.state().pending.size(); ++i)
    if ((refs & (1u << i)) != 0) commit.proposals.push_back({liar.state().pending[i].ref});
  if ((refs & 0x80) != 0) commit.proposals.push_back({Buffer(32, refs)});

  bool honest = message.content.sender == Sender::member(liar.self());
  std::optional<Applied> applied;
  if (auto proposals = resolve(liar.state(), commit, Sender::member(liar.self())))
    if (auto result = apply_proposals({std::move(*proposals), liar.self(), {}}, liar.tree(),
                                      liar.context(), world.environment()))
      applied = std::move(*result);
  honest = honest && applied;
  if (!applied)
    applied = Applied{liar.tree(), liar.context().extensions, {}, {}, {}, {}, {}, {}, {}, true};
  CommitParts parts{applied->tree,
                    {},
                    GroupPeek::secrets(liar).init.clone(),
                    Secret(world.suite.hash_size()),
                    secrets_of(world, applied->psks)};
  // An honest member knows some of these otherwise, or not at all.
  honest = honest && applied->psks.empty();
  const bool with_path = applied->path_required ? input.u8() < 0xf0 : input.u8() >= 0x80;
  honest = honest && (with_path || !applied->path_required);
  if (with_path) {
    const PathBuilder path(parts.tree, liar.self(), *liar.tree().leaf(liar.self()), signer,
                           liar.context().group_id, world.random);
    parts.commit_secret = path.commit_secret().clone();
    parts.provisional = provisional_context(liar.context(), parts.tree, applied->extensions);
    auto encrypted =
        path.encrypt(parts.tree, parts.provisional, applied->added_leaves(), world.random);
    if (!encrypted) return;
    commit.path = std::move(*encrypted);
    honest = lie_in_path(world, *commit.path, liar, input) && honest;
  } else {
    parts.provisional = provisional_context(liar.context(), parts.tree, applied->extensions);
  }
  message.content.body = std::move(commit);
  const SealedCommit sealed = seal_commit(liar.state(), signer, message, std::move(parts));
  if (input.u8() >= 0xe0) message.auth.confirmation_tag.resize(input.u8() % 40), honest = false;
  const Buffer bytes = wrapped(world, liar, message);
  for (const size_t i : {size_t{1}, world.members.size() - 1}) {
    const Outcome outcome = give(world, world.members[i], bytes);
    CHECK(outcome.accepted || !honest);
    if (outcome.epoch && outcome.epoch->group) {
      CHECK(equal(outcome.epoch->group->epoch_authenticator(),
                  sealed.secrets.epoch_authenticator.expose()));
      // What members accept, others can join.
      CHECK(Follower::begin(outcome.epoch->group->group_info(true), {}, world.environment()));
    }
    if (message.wire_format == WireFormat::public_message) give_to_follower(world, bytes, outcome);
  }
}

void lie_in_proposal(World& world, fuzz::Input& input) {
  Group liar = world.members[0].clone();
  AuthenticatedContent message = frame(liar, input);
  Proposal proposal = fuzz::any_proposal(world, liar, input);
  message.content.body = std::move(proposal);
  const bool external = message.content.sender.type == SenderType::external;
  message.sign(world.suite, external ? world.external_sender : GroupPeek::signature_keys(liar),
               liar.context());
  const Buffer bytes = wrapped(world, liar, message);
  const Outcome outcome = give(world, world.members[1], bytes);
  if (message.wire_format == WireFormat::public_message) give_to_follower(world, bytes, outcome);
  if (!outcome.accepted) return;
  // Nobody's proposal keeps another from making a commit.
  Group member = world.members[1].clone();
  CHECK(member.receive(bytes, world.environment()));
  auto epoch = member.commit({}, world.environment(), world.random);
  CHECK(epoch);
  Group third = world.members[2].clone();
  CHECK(third.receive(bytes, world.environment()));
  CHECK(third.receive(epoch->commit, world.environment()));
}

GroupInfo lying_group_info(World& world, fuzz::Input& input) {
  const Group& liar = world.members[0];
  auto message = decode<Message>(liar.group_info(true));
  CHECK(message && message->as<GroupInfo>());
  GroupInfo info = std::get<GroupInfo>(std::move(message->body));
  const uint8_t what = input.u8();
  if ((what & 1) != 0) {
    info.extensions[0].data = fuzz::lie_in_tree(world, liar.tree(), input);
    const auto tree = RatchetTree::parse(world.suite, info.extensions[0].data, 1024);
    if (tree) info.context.tree_hash = tree->tree_hash();
  }
  if ((what & 2) != 0) info.context.extensions = fuzz::any_extensions(input);
  if ((what & 4) != 0) info.extensions[1].data = fuzz::any_key(world, input);
  if ((what & 8) != 0) info.signer = input.u8();
  if ((what & 16) != 0) info.confirmation_tag.resize(input.u8());
  if ((what & 32) != 0) info.context.cipher_suite = CipherSuite{input.u16()};
  info.sign(world.suite, GroupPeek::signature_keys(liar));
  return info;
}

void lie_in_group_info(World& world, fuzz::Input& input) {
  const Buffer info = encode_message(lying_group_info(world, input));
  const auto follower = Follower::begin(info, {}, world.environment());
  if (follower) CHECK(follower->state().tree.validate());
  OwnKeyPackage own = world.key_package();
  const LeafNode& leaf = own.package.leaf;
  ExternalJoinOptions options;
  if (input.u8() >= 0x80) options.psks.push_back(fuzz::any_psk(world, input));
  if (input.u8() >= 0x80) options.replaces = LeafIndex{input.u8() % 9u};
  const auto joined = Group::join_external(
      info, {{leaf.credential, leaf.capabilities, leaf.extensions}, std::move(own.signature_keys)},
      options, {}, world.environment(), world.random);
  if (!joined) return;
  CHECK(follower);
  const Outcome outcome = give(world, world.members[1], joined->commit);
  give_to_follower(world, joined->commit, outcome);
  if (outcome.epoch && outcome.epoch->group)
    CHECK(equal(outcome.epoch->group->epoch_authenticator(), joined->group->epoch_authenticator()));
}

void lie_in_welcome(World& world, fuzz::Input& input) {
  OwnKeyPackage own = world.key_package();
  GroupSecrets secrets;
  secrets.joiner_secret.resize(input.u8() < 0xf0 ? world.suite.hash_size() : input.u8());
  if (input.u8() >= 0x80)
    secrets.path_secret = PathSecret{Buffer(input.u8() < 0xf0 ? 32 : input.u8())};
  for (size_t count = input.u8() % 3; count > 0; --count)
    secrets.psks.push_back(fuzz::any_psk(world, input));
  if (secrets.joiner_secret.size() > Secret::capacity) return;
  const Secret welcome_secret =
      EpochSecrets::welcome_from_joiner(world.suite, Secret(secrets.joiner_secret),
                                        combine_psks(world.suite, secrets_of(world, secrets.psks)));
  GroupInfo info = lying_group_info(world, input);
  // With the joiner in the tree, or not.
  if (input.u8() < 0xe0) {
    auto tree = RatchetTree::parse(world.suite, info.extensions[0].data, 1024);
    if (tree && tree->add(own.package.leaf, 1024)) {
      info.extensions[0].data = tree->serialize();
      info.context.tree_hash = tree->tree_hash();
      info.sign(world.suite, GroupPeek::signature_keys(world.members[0]));
    }
  }
  const Secret key =
      world.suite.expand_with_label(welcome_secret.expose(), "key", {}, world.suite.key_size());
  const Secret nonce =
      world.suite.expand_with_label(welcome_secret.expose(), "nonce", {}, world.suite.nonce_size());
  Welcome welcome{world.suite.id, {}, world.suite.seal(key, nonce.expose(), {}, encode(info))};
  auto sealed = world.suite.encrypt_with_label(
      own.package.init_key, "Welcome", welcome.encrypted_group_info, encode(secrets), world.random);
  CHECK(sealed);
  welcome.secrets.push_back({own.package.ref(world.suite), std::move(*sealed)});
  const auto joined =
      Group::join(encode_message(std::move(welcome)), std::move(own), {}, world.environment());
  if (joined) CHECK(joined->tree().validate());
}

// What goes with no commit, of this epoch or the one before: of any content, after messages that
// never came, damaged on the way.
void lie_in_private_message(World& world, fuzz::Input& input) {
  Group liar = input.u8() < 0x80 ? world.members[0].clone() : world.earlier->clone();
  AuthenticatedContent message = frame(liar, input);
  message.wire_format = WireFormat::private_message;
  Sender& sender = message.content.sender;
  sender = Sender::member({sender.index % liar.tree().size().leaves()});
  const uint8_t kind = input.u8() % 8;
  const Bytes text = input.take(input.u8());
  message.content.body = ApplicationData(text.begin(), text.end());
  if (kind == 6) message.content.body = fuzz::any_proposal(world, liar, input);
  if (kind == 7) message.content.body = Commit();
  message.sign(world.suite, GroupPeek::signature_keys(liar), liar.context());
  const size_t never_came = input.u8() * size_t{4};
  for (size_t i = 0; i < never_came; ++i)
    CHECK(GroupPeek::message_keys(liar).next(
        world.suite, {sender.index}, kind < 6 ? RatchetType::application : RatchetType::handshake));
  Buffer bytes = wrapped(world, liar, message, input.u8());
  const uint8_t damage = input.u8();
  bytes[input.u16() % bytes.size()] ^= damage;

  Group member = world.members[1].clone();
  const SecretBuffer before = member.save();
  const auto received = member.receive(bytes, world.environment());
  if (!received) CHECK(ct_equal(member.save(), before));
  if (damage != 0) CHECK(!received);
  const bool honest = damage == 0 && kind < 6 && sender == Sender::member(liar.self()) &&
                      never_came <= world.rules.ratchet.forward;
  CHECK(received || !honest);
  const auto* const opened = received ? std::get_if<ReceivedApplication>(&*received) : nullptr;
  if (!opened) return;
  CHECK(honest && equal(opened->plaintext, text) && opened->epoch == liar.context().epoch);
  CHECK(!member.receive(bytes, world.environment()));
}

// A state that was changed where it lay: it is refused, or is saved as it was loaded.
void lie_in_saved_state(World& world, fuzz::Input& input) {
  const SecretBuffer saved = world.members[input.u8() % world.members.size()].save();
  Buffer bytes(saved.expose().begin(), saved.expose().end());
  for (size_t changes = input.u8() % 8; changes > 0; --changes) {
    const size_t at = input.u16() % bytes.size();
    bytes[at] = static_cast<uint8_t>(bytes[at] ^ input.u8());
  }
  const auto loaded = Group::load(bytes);
  CHECK(loaded || !equal(bytes, saved.expose()));
  if (!loaded) return;
  const SecretBuffer once = loaded->save();
  const auto again = Group::load(once.expose());
  CHECK(again && ct_equal(again->save(), once));
}

void raw(World& world, Bytes bytes) {
  const Outcome outcome = give(world, world.members[1], bytes);
  give_to_follower(world, bytes, outcome);
  (void)Group::join(bytes, world.key_package(), {}, world.environment());
  (void)Follower::begin(bytes, {}, world.environment());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World& aes = *new World(CipherSuite::x25519_aes128gcm_sha256_ed25519);
  static World& chacha = *new World(CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  fuzz::Input input(data, size);
  const uint8_t choice = input.u8();
  World& world = choice < 0x80 ? aes : chacha;
  // Randomness that doesn't depend on the inputs before.
  world.random = SeededRandom(2);
  world.names = 100;
  switch (choice % 0x80 % 7) {
    case 0:
      lie_in_commit(world, input);
      break;
    case 1:
      lie_in_proposal(world, input);
      break;
    case 2:
      lie_in_group_info(world, input);
      break;
    case 3:
      lie_in_welcome(world, input);
      break;
    case 5:
      lie_in_private_message(world, input);
      break;
    case 6:
      lie_in_saved_state(world, input);
      break;
    default:
      raw(world, input.rest());
  }
  return 0;
}
