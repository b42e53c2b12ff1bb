// A server that lies. Whatever it forges is refused, whatever it holds back is noticed or made up for, and the members' state
// stays sound. Each test is a row of the threat table in docs/protocol.md.
#include "hostile_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vicino::world {
namespace {

using ::testing::IsEmpty;

TEST_F(HostileServer, AForgedNewcomerIsNotAdded) {
  no_lobby();
  const mls::Suite& suite = *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  mls::NewMember forged = attacker();
  const auto own = mls::make_key_package(suite, std::move(forged.signature_keys),
                                         std::move(forged.leaf), lifetime, random);
  wire::WaitingT waiting;
  waiting.sender = 0x66;
  waiting.key_package = mls::encode_message(own.package);
  // The honest server behind this one would refuse to add who doesn't wait: it must not come to
  // that.
  size_t commits = 0;
  world.to_server = [&](size_t, Bytes message) {
    commits += !commit_of(message).empty();
    return unchanged(message);
  };
  for (const size_t client : {ada, bruno}) world.say_to(client, server_says(waiting));
  world.run_for(seconds(10));
  EXPECT_EQ(commits, 0u);
  EXPECT_EQ(world.call(ada).stats().members, 2u);
  expect_sound();
}

// GroupInfo and tree of now, no lobby, and everything else that is public: two things are missing,
// and each is enough.
TEST_F(HostileServer, AnExternalCommitWithoutTheLinkIsRefused) {
  no_lobby();
  for (const bool block : {false, true}) {
    ASSERT_TRUE(settled({ada, bruno}));
    learn_group();
    mls::ExternalJoinOptions options;
    const auto context = mls::decode<mls::Message>(group_info)->as<mls::GroupInfo>()->context;
    ASSERT_EQ(context.epoch, world.call(ada).stats().epoch) << "the forgery would be late";
    mls::PskId psk;
    psk.type = mls::PskType::external;
    psk.external_id =
        admission::join_psk_id(admission::read_call_context(context.extensions)->link_id);
    psk.nonce.assign(32, 7);
    options.psks.push_back(psk);
    const auto forged =
        mls::Group::join_external(group_info, block ? attacker_with_block() : attacker(), options,
                                  tree, environment(), random);
    ASSERT_TRUE(forged) << mls::to_string(forged.error());
    const auto before = world.call(ada).stats();
    world.say_to(ada, server_says(handshake(forged->commit)));
    EXPECT_EQ(world.call(ada).stats().members, 2u);
    EXPECT_EQ(world.call(ada).stats().epoch, before.epoch) << "nothing of it was taken";
    EXPECT_EQ(world.call(ada).stats().refused_messages, before.refused_messages + 1);
    EXPECT_FALSE(world[ada].ended) << "it proves nothing";
    ASSERT_TRUE(
        world.run_until([&] { return world.call(ada).stats().epoch > before.epoch; }, seconds(5)));
    EXPECT_EQ(world.call(ada).stats().resyncs, before.resyncs + 1) << "others may have gone on";
  }
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

// In the tree that a newcomer is given the names of two members are exchanged.
TEST_F(HostileServer, ATreeWithSwappedCredentialsIsRefused) {
  const Buffer one = mls::encode(admission::credential_of(world.sender_of(ada)));
  const Buffer two = mls::encode(admission::credential_of(world.sender_of(bruno)));
  size_t swapped = 0;
  const auto swap = [&](Buffer& said) {
    const auto a = std::ranges::search(said, one), b = std::ranges::search(said, two);
    ASSERT_TRUE(!a.empty() && !b.empty()) << "both are in the tree";
    std::ranges::swap_ranges(a, b);
    ++swapped;
  };
  bool always = false;
  world.to_client = [&](size_t, Bytes message) -> std::vector<Buffer> {
    const auto said = std::unique_ptr<wire::ServerMessageT>(
        flatbuffers::GetRoot<wire::ServerMessage>(message.data())->UnPack());
    if (auto* welcome = said->body.AsWelcome()) {
      swap(welcome->tree);
      return {server_says(*welcome)};
    }
    auto* group = said->body.AsGroup();
    if (!group || !always) return unchanged(message);
    swap(group->tree);
    return {server_says(*group)};
  };
  const size_t carla = world.open(link, "Carla");
  ASSERT_TRUE(settled({ada, bruno, carla})) << "into the real one, from outside";
  EXPECT_EQ(swapped, 1u);
  EXPECT_GE(world.call(carla).stats().refused_messages, 1u);
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
  // Where every description of the group is so, a newcomer never gets in, and nobody else is moved.
  world.leave(carla);
  ASSERT_TRUE(settled({ada, bruno}));
  always = true;
  const size_t dario = world.open(link, "Dario");
  ASSERT_TRUE(world.run_until([&] { return world[dario].ended.has_value(); }, seconds(60)));
  EXPECT_EQ(world[dario].ended->reason, core::EndReason::tampered);
  EXPECT_EQ(world[dario].joined_at, Instant::never());
  EXPECT_FALSE(world[ada].ended || world[bruno].ended);
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
  record_handshakes();
  const size_t carla = world.open(link, "Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.leave(carla);
  ASSERT_TRUE(settled({ada, bruno}));
  world.run_for(seconds(1));
  const auto recorded = handshakes;
  ASSERT_FALSE(recorded.empty());
  const uint64_t epoch = world.call(ada).stats().epoch;
  const uint64_t resyncs = world.call(ada).stats().resyncs;
  for (const Buffer& old : recorded) world.say_to(ada, server_says(handshake(old)));
  world.run_for(seconds(1));
  EXPECT_EQ(world.call(ada).stats().epoch, epoch);
  EXPECT_EQ(world.call(ada).stats().resyncs, resyncs) << "nothing is lost by what is over";
  EXPECT_EQ(world.call(ada).stats().members, 2u);
  expect_sound();
}

TEST_F(HostileServer, AnEarlierStateOfTheGroupIsRefused) {
  learn_group();
  const uint64_t then = world.call(ada).stats().epoch;
  for (int i = 0; i < 3; ++i) {
    world.call(ada).set_room(world.now(), {true, false, i % 2 == 0});
    world.run_for(seconds(2));
  }
  ASSERT_GT(world.call(ada).stats().epoch, then);
  // Whatever Ada commits upon that is hers at once: the honest server behind this one would refuse
  // what goes back.
  size_t commits = 0;
  world.to_server = [&](size_t client, Bytes message) -> std::vector<Buffer> {
    const Buffer commit = client == ada ? commit_of(message) : Buffer();
    if (commit.empty()) return unchanged(message);
    ++commits;
    const uint64_t from =
        mls::decode<mls::Message>(commit)->as<mls::PublicMessage>()->content.epoch;
    EXPECT_GT(from, then) << "a commit in an epoch that is over";
    return unchanged(message);
  };
  wire::GroupT group;
  group.group_info = group_info;
  group.tree = tree;
  group.seq = seq + 1;
  const uint64_t epoch = world.call(ada).stats().epoch;
  world.say_to(ada, server_says(group));
  ASSERT_TRUE(world.run_until([&] { return commits > 0; }, seconds(5)))
      << "she asks for the group again, and gets it";
  expect_sound();
  EXPECT_GT(world.call(ada).stats().epoch, epoch) << "never back";
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
