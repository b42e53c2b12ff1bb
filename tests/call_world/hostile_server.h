// A server that lies, around the one that is honest: what it can forge, learn and say.
#pragma once

#include <gtest/gtest.h>

#include "admission/call_context.h"
#include "core/link.h"
#include "core/member_block.h"
#include "mls/group.h"
#include "schema/wire_generated.h"
#include "world.h"

namespace vicino::world {

template <class Message, class Body>
Buffer said(Body body) {
  typename Message::NativeTableType message;
  message.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Message::Pack(builder, &message));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}
template <class Body>
Buffer server_says(Body body) {
  return said<wire::ServerMessage>(std::move(body));
}
template <class Body>
Buffer client_says(Body body) {
  return said<wire::ClientMessage>(std::move(body));
}

inline wire::ServerBody kind(Bytes message) {
  return flatbuffers::GetRoot<wire::ServerMessage>(message.data())->body_type();
}
inline std::vector<Buffer> unchanged(Bytes message) {
  return {Buffer(message.begin(), message.end())};
}
// What a client commits; nothing for any other message.
inline Buffer commit_of(Bytes message) {
  const auto* commit = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Commit();
  return commit ? Buffer(commit->commit()->begin(), commit->commit()->end()) : Buffer();
}

// The server as an attacker with a copy of MLS and no link.
struct TrustingPolicy final : mls::CredentialPolicy {
  bool accepts(const mls::CredentialCheck&) const override { return true; }
};
struct GuessedPsks final : mls::PskStore {
  std::optional<SecretBuffer> external(Bytes) const override {
    return SecretBuffer(Bytes(std::array<uint8_t, 32>{1}));
  }
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
    ASSERT_TRUE(world.run_until(
        [&] { return world[bruno].room && !world[bruno].room->settings.lobby; }, seconds(5)));
  }
  // What the server has of the group now. It asks itself for that, over a connection of Ada's, who
  // hears nothing of it.
  void learn_group() {
    world.to_client = [this](size_t, Bytes message) -> std::vector<Buffer> {
      const auto* group =
          flatbuffers::GetRoot<wire::ServerMessage>(message.data())->body_as_Group();
      if (!group) return unchanged(message);
      group_info.assign(group->group_info()->begin(), group->group_info()->end());
      tree.assign(group->tree()->begin(), group->tree()->end());
      seq = group->seq();
      return {};
    };
    group_info.clear();
    world.say_as(ada, client_says(wire::GetGroupT()));
    ASSERT_TRUE(world.run_until([&] { return !group_info.empty(); }, seconds(5)));
    world.to_client = nullptr;
  }
  // Handshakes as the members get them.
  void record_handshakes() {
    world.to_client = [this](size_t, Bytes message) {
      const auto* handshake =
          flatbuffers::GetRoot<wire::ServerMessage>(message.data())->body_as_Handshake();
      if (handshake) {
        handshakes.emplace_back(handshake->message()->begin(), handshake->message()->end());
        seq = std::max(seq, handshake->seq());
      }
      return unchanged(message);
    };
  }
  wire::HandshakeT handshake(Buffer message) {
    wire::HandshakeT h;
    h.seq = seq += 1000;  // above whatever is still under way
    h.message = std::move(message);
    return h;
  }
  mls::Environment environment() { return {policy, psks, rules, now_s}; }
  // Somebody whom the server makes up: under a key of its own, with a block that it can't seal.
  mls::NewMember attacker() {
    const mls::Suite& suite =
        *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
    const admission::MemberExtension block{Buffer(8, 1), Buffer(300, 2)};
    return {{admission::credential_of({0x66}),
             admission::capabilities(),
             {admission::to_extension(block)}},
            suite.random_signature_keys(random)};
  }
  // Likewise, with a block as only those who have the link can seal it: all of a member but the
  // join PSK.
  mls::NewMember attacker_with_block() {
    const auto parsed = core::Link::parse(link);
    const core::Device device{{0x66}, core::random_device(random, now_s).keys, now_s};
    const core::Identity who{.account = std::nullopt, .name = "Eve"};
    const auto block = core::seal_member(core::LinkKeys::derive(parsed->secret, parsed->room), who,
                                         device, random);
    return {{admission::credential_of({0x66}),
             admission::capabilities(),
             {admission::to_extension(block)}},
            device.keys.clone()};
  }

  static constexpr uint64_t now_s = 1'700'000'000;
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

}  // namespace vicino::world
