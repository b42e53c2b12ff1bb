// A server that lies. Whatever it forges is refused, whatever it holds back is noticed or made up for, and the members' state
// stays sound. Each test is a row of the threat table in docs/protocol.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admission/call_context.h"
#include "mls/group.h"
#include "schema/wire_generated.h"
#include "world.h"

namespace vicino::world {
namespace {

using ::testing::IsEmpty;

template <class Body>
Buffer server_says(Body body) {
  wire::ServerMessageT message;
  message.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::ServerMessage::Pack(builder, &message));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

wire::ServerBody kind(Bytes message) {
  return flatbuffers::GetRoot<wire::ServerMessage>(message.data())->body_type();
}
std::vector<Buffer> unchanged(Bytes message) { return {Buffer(message.begin(), message.end())}; }

// The server as an attacker with a copy of MLS and no link.
struct TrustingPolicy final : mls::CredentialPolicy {
  bool accepts(const mls::CredentialCheck&) const override { return true; }
};
struct GuessedPsks final : mls::PskStore {
  std::optional<SecretBuffer> external(Bytes) const override { return SecretBuffer(Bytes(std::array<uint8_t, 32>{1})); }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

class HostileServer : public ::testing::Test {
 protected:
  void SetUp() override {
    link = world.new_link();
    ada = world.open(link, "Ada");
    ASSERT_TRUE(world.run_until([&] { return world[ada].in_call(); }, seconds(5)));
    bruno = world.open(link, "Bruno");
    ASSERT_TRUE(settled({ada, bruno}));
    world.run_for(seconds(2));
  }
  bool settled(const std::vector<size_t>& clients, Duration limit = seconds(30)) {
    return world.run_until(
        [&] {
          return std::ranges::all_of(clients, [&](size_t c) {
            return world[c].in_call() && world.call(c).stats().members == clients.size() &&
                   world.call(c).stats().epoch == world.call(clients[0]).stats().epoch;
          });
        },
        limit);
  }
  // Nobody was let in, nobody lost, and all goes on.
  void expect_sound() {
    ASSERT_TRUE(settled({ada, bruno}));
    world.run_for(seconds(2));
    EXPECT_EQ(world.frames_flow(), "");
    EXPECT_EQ(world[ada].roster->view.others.size(), 1u);
    world.to_client = nullptr;
    const size_t carla = world.open(link, "Carla");
    EXPECT_TRUE(settled({ada, bruno, carla})) << "the call can't go on";
  }
  void no_lobby() {
    world.call(ada).set_room(world.now(), {false, false, false});
    ASSERT_TRUE(world.run_until([&] { return world[bruno].room && !world[bruno].room->settings.lobby; }, seconds(5)));
  }
  // What the server has of the group, with the tree in it.
  void capture_group() {
    world.to_client = [this](size_t, Bytes message) {
      const auto* root = flatbuffers::GetRoot<wire::ServerMessage>(message.data());
      if (const auto* group = root->body_as_Group()) {
        group_info.assign(group->group_info()->begin(), group->group_info()->end());
        tree.assign(group->tree()->begin(), group->tree()->end());
        seq = group->seq();
      }
      if (const auto* handshake = root->body_as_Handshake()) {
        handshakes.emplace_back(handshake->message()->begin(), handshake->message()->end());
        seq = std::max(seq, handshake->seq());
      }
      if (const auto* posted = root->body_as_Posted()) seq = std::max(seq, posted->seq());
      return unchanged(message);
    };
  }
  // Somebody comes back over Group, which the server so shows.
  void learn_group() {
    capture_group();
    const Buffer memory = *world[bruno].memory;
    world.crash(bruno, milliseconds(100));
    world.run_for(seconds(1));
    bruno = world.open(link, "Bruno", memory);
    ASSERT_TRUE(settled({ada, bruno}));
    world.run_for(seconds(2));
    ASSERT_FALSE(group_info.empty());
  }
  wire::HandshakeT handshake(Buffer message) {
    wire::HandshakeT h;
    h.seq = ++seq;
    h.message = std::move(message);
    return h;
  }
  mls::Environment environment() { return {policy, psks, rules, 1'700'000'000}; }
  mls::NewMember attacker() {
    const mls::Suite& suite = *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
    const admission::MemberExtension block{Buffer(8, 1), Buffer(300, 2)};
    return {{admission::credential_of({0x66}), admission::capabilities(), {admission::to_extension(block)}},
            suite.random_signature_keys(random)};
  }

  static constexpr mls::Lifetime lifetime{1'699'999'000, 1'700'080'000};
  World world;
  std::string link;
  size_t ada = 0, bruno = 0;
  Buffer group_info, tree;
  std::vector<Buffer> handshakes;
  uint64_t seq = 0;
  TrustingPolicy policy;
  GuessedPsks psks;
  mls::Rules rules = admission::call_rules();
  SeededRandom random{66};
};

TEST_F(HostileServer, AForgedNewcomerIsNotAdded) {
  no_lobby();
  const mls::Suite& suite = *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  mls::NewMember forged = attacker();
  const auto own = mls::make_key_package(suite, std::move(forged.signature_keys), std::move(forged.leaf),
                                         lifetime, random);
  wire::WaitingT waiting;
  waiting.sender = 0x66;
  waiting.key_package = mls::encode_message(own.package);
  for (const size_t client : {ada, bruno}) world.say_to(client, server_says(waiting));
  world.run_for(seconds(10));
  EXPECT_EQ(world.call(ada).stats().members, 2u);
  expect_sound();
}

TEST_F(HostileServer, AnExternalCommitWithoutTheLinkIsRefused) {
  learn_group();
  mls::ExternalJoinOptions options;
  const auto context = mls::decode<mls::Message>(group_info)->as<mls::GroupInfo>()->context;
  const auto call = admission::read_call_context(context.extensions);
  mls::PskId psk;
  psk.type = mls::PskType::external;
  psk.external_id = admission::join_psk_id(call->link_id);
  psk.nonce.assign(32, 7);
  options.psks.push_back(psk);
  const auto forged = mls::Group::join_external(group_info, attacker(), options, tree, environment(), random);
  ASSERT_TRUE(forged) << mls::to_string(forged.error());
  const uint64_t epoch = world.call(ada).stats().epoch;
  world.say_to(ada, server_says(handshake(forged->commit)));
  EXPECT_EQ(world.call(ada).stats().members, 2u);
  EXPECT_EQ(world.call(ada).stats().epoch, epoch) << "nothing of it was taken";
  EXPECT_GE(world.call(ada).stats().refused_messages, 1u);
  expect_sound();
}

TEST_F(HostileServer, AWelcomeWithoutTheLinkIsRefused) {
  no_lobby();
  // The server puts every newcomer into a group of its own.
  Buffer key_package;
  world.to_server = [&](size_t, Bytes message) {
    const auto* join = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join();
    if (join && join->key_package()) key_package.assign(join->key_package()->begin(), join->key_package()->end());
    return unchanged(message);
  };
  world.to_client = [&](size_t, Bytes message) -> std::vector<Buffer> {
    if (kind(message) != wire::ServerBody::Welcome) return unchanged(message);
    const mls::Suite& suite = *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
    rules.joins_need_psk = false;
    auto own = mls::Group::create(suite, Buffer(32, 9), attacker(), lifetime, {}, environment(), random);
    if (!own) throw std::logic_error(std::string(mls::to_string(own.error())));
    mls::CommitOptions options;
    options.proposals.push_back({mls::Add{*mls::decode<mls::Message>(key_package)->as<mls::KeyPackage>()}});
    auto commit = own->commit(std::move(options), environment(), random);
    EXPECT_TRUE(commit);
    wire::WelcomeT welcome;
    welcome.welcome = *commit->welcome;
    welcome.seq = 1;
    return {server_says(welcome)};
  };
  const Instant begin = world.now();
  const size_t carla = world.open(link, "Carla");
  EXPECT_TRUE(settled({ada, bruno, carla})) << "into the real one, from outside";
  EXPECT_LT(world[carla].joined_at - begin, seconds(3));
  EXPECT_GE(world.call(carla).stats().refused_messages, 1u);
}

TEST_F(HostileServer, AWithheldWelcomeCostsLessThanThreeSeconds) {
  for (const bool lobby : {false, true}) {
    world.to_client = [](size_t, Bytes message) -> std::vector<Buffer> {
      if (kind(message) == wire::ServerBody::Welcome) return {};
      return unchanged(message);
    };
    world.call(ada).set_room(world.now(), {lobby, false, false});
    ASSERT_TRUE(world.run_until([&] { return world[ada].room->settings.lobby == lobby; }, seconds(5)));
    const Instant begin = world.now();
    const size_t carla = world.open(link, "Carla");
    ASSERT_TRUE(settled({ada, bruno, carla}));
    EXPECT_LT(world[carla].joined_at - begin, seconds(3));
    world.leave(carla);
    ASSERT_TRUE(settled({ada, bruno}));
  }
}

TEST_F(HostileServer, ANewcomerThatNobodyAddsAddsItself) {
  no_lobby();
  // No member hears of who waits.
  world.to_client = [](size_t, Bytes message) -> std::vector<Buffer> {
    if (kind(message) == wire::ServerBody::Waiting) return {};
    return unchanged(message);
  };
  const Instant begin = world.now();
  const size_t carla = world.open(link, "Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  EXPECT_LT(world[carla].joined_at - begin, seconds(3));
}

TEST_F(HostileServer, OldCommitsAreNotTakenAgain) {
  capture_group();
  const size_t carla = world.open(link, "Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.leave(carla);
  ASSERT_TRUE(settled({ada, bruno}));
  const auto recorded = handshakes;
  ASSERT_FALSE(recorded.empty());
  const uint64_t epoch = world.call(ada).stats().epoch;
  for (const Buffer& old : recorded) world.say_to(ada, server_says(handshake(old)));
  EXPECT_EQ(world.call(ada).stats().epoch, epoch);
  EXPECT_EQ(world.call(ada).stats().members, 2u);
}

TEST_F(HostileServer, AnEarlierStateOfTheGroupIsRefused) {
  learn_group();
  const Buffer old_info = group_info, old_tree = tree;
  for (int i = 0; i < 3; ++i) {
    world.call(ada).set_room(world.now(), {true, false, i % 2 == 0});
    world.run_for(seconds(2));
  }
  wire::GroupT group;
  group.group_info = old_info;
  group.tree = old_tree;
  group.seq = seq + 1;
  const uint64_t epoch = world.call(ada).stats().epoch;
  world.say_to(ada, server_says(group));
  world.run_for(seconds(1));
  EXPECT_GE(world.call(ada).stats().epoch, epoch) << "never back";
}

TEST_F(HostileServer, ChangedHandshakesAreRefusedAndTheMemberComesBack) {
  size_t changed = 0;
  world.to_client = [&](size_t client, Bytes message) {
    auto out = unchanged(message);
    if (client == bruno && kind(message) == wire::ServerBody::Handshake && changed < 3) {
      ++changed;
      out[0][out[0].size() / 2] ^= 0x40;
    }
    return out;
  };
  const size_t carla = world.open(link, "Carla");
  EXPECT_TRUE(settled({ada, bruno, carla}, seconds(60)));
  EXPECT_GT(changed, 0u);
  world.run_for(seconds(3));
  EXPECT_EQ(world.frames_flow(), "");
}

TEST_F(HostileServer, AForkShowsInTheCode) {
  const size_t carla = world.open(link, "Carla"), dario = world.open(link, "Dario");
  ASSERT_TRUE(settled({ada, bruno, carla, dario}));
  world.run_for(seconds(5));
  const size_t other = world.fork_server();
  for (const size_t client : {carla, dario}) {
    world.cut(client);
    world[client].server = other;
  }
  // Each side is told that the others have left.
  ASSERT_TRUE(settled({ada, bruno}, seconds(60)));
  ASSERT_TRUE(settled({carla, dario}, seconds(60)));
  world.run_for(seconds(20));
  for (const size_t client : {ada, bruno, carla, dario}) ASSERT_FALSE(world[client].code.emoji.empty());
  EXPECT_EQ(world[ada].code.emoji, world[bruno].code.emoji);
  EXPECT_EQ(world[carla].code.emoji, world[dario].code.emoji);
  EXPECT_NE(world[ada].code.emoji, world[carla].code.emoji);
  EXPECT_FALSE(world.open_frame(carla, *world.seal(ada))) << "nor does anything cross";
}

TEST_F(HostileServer, FramesRepeatedOrClearOrUnderMadeUpKeysAreShut) {
  const Buffer frame = *world.seal(ada);
  EXPECT_TRUE(world.open_frame(bruno, frame));
  EXPECT_FALSE(world.open_frame(bruno, frame)) << "repeated";
  EXPECT_FALSE(world.open_frame(ada, frame)) << "sent back";
  EXPECT_FALSE(world.open_frame(bruno, Buffer(40, 0x78))) << "clear";
  auto& ring = world[bruno].frames.ring();
  const size_t keys = ring.derived_keys(), members = ring.members();
  Buffer forged = *world.seal(ada);
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    random.fill(MutBytes(forged).first(8));
    if (world.open_frame(bruno, forged)) ADD_FAILURE() << "a forged frame opened";
  }
  EXPECT_LE(ring.derived_keys(), keys + members * sframe::stream_count) << "a bound that no number of frames moves";
  EXPECT_EQ(ring.members(), members);
}

TEST_F(HostileServer, ARequestToSwitchToWhatIsNotThereIsNothing) {
  wire::SwitchT s;
  s.epoch = 1'000'000;
  world.say_to(ada, server_says(s));
  expect_sound();
}

TEST_F(HostileServer, NoiseIsSurvived) {
  bool noisy = true;
  world.to_client = [&](size_t, Bytes message) -> std::vector<Buffer> {
    auto out = unchanged(message);
    if (!noisy || random.u32() % 4 != 0) return out;
    switch (random.u32() % 3) {
      case 0:
        return {};
      case 1:
        out.push_back(out[0]);
        return out;
      default:
        out[0][random.u32() % out[0].size()] ^= static_cast<uint8_t>(1 + random.u32() % 255);
        return out;
    }
  };
  for (int i = 0; i < 40; ++i) {
    if (world[ada].call && !world[ada].ended) world.call(ada).set_room(world.now(), {i % 2 == 0, false, false});
    world.run_for(seconds(1));
    const auto frame = world.seal(ada);
    const auto seen = frame ? world.open_frame(bruno, *frame) : std::nullopt;
    EXPECT_TRUE(!seen || *seen == world.sender_of(ada));
  }
  noisy = false;
  world.run_for(seconds(60));
  // Who was kept in the dark notices at the next news.
  if (world[ada].in_call()) world.call(ada).set_room(world.now(), {true, false, true});
  world.run_for(seconds(60));
  // What such a server can do is end the call for somebody; who is in agrees.
  if (world[ada].in_call() && world[bruno].in_call()) {
    EXPECT_EQ(world.call(ada).stats().epoch, world.call(bruno).stats().epoch);
    EXPECT_EQ(world.frames_flow(), "");
  }
}

}  // namespace
}  // namespace vicino::world
