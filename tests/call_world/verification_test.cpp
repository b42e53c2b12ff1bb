// The call code, and what is known of people because of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call_fixture.h"
#include "schema/wire_generated.h"

namespace vicino::world {
namespace {

using core::CodeState;
using core::Trust;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(CallWorld, TheCodeIsTheSameForAllAndNewWithEveryRoster) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  const std::vector<size_t> all{ada, bruno, carla};
  const auto agreed = [&](const std::vector<size_t>& clients) {
    return world.run_until(
        [&] {
          return std::ranges::all_of(clients, [&](size_t c) {
            return !world[c].code.emoji.empty() &&
                   world[c].code.emoji == world[clients[0]].code.emoji;
          });
        },
        seconds(20));
  };
  ASSERT_TRUE(settled(all));
  ASSERT_TRUE(agreed(all));
  const auto before = world[ada].code.emoji;
  EXPECT_THAT(before, SizeIs(7));
  world.leave(carla);
  ASSERT_TRUE(settled({ada, bruno}));
  EXPECT_THAT(world[ada].code.emoji, IsEmpty()) << "void at once";
  ASSERT_TRUE(agreed({ada, bruno}));
  EXPECT_NE(world[ada].code.emoji, before);
}

TEST_F(CallWorld, WhoStaysSilentIsNamedAndHoldsNobodyUp) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  // Carla's posts go nowhere.
  world.to_server = [&](size_t client, Bytes message) -> std::vector<Buffer> {
    const auto* root = flatbuffers::GetRoot<wire::ClientMessage>(message.data());
    if (client == carla && root->body_type() == wire::ClientBody::Post) return {};
    return {Buffer(message.begin(), message.end())};
  };
  ASSERT_TRUE(settled({ada, bruno, carla}));
  EXPECT_EQ(world[ada].code.state, CodeState::agreeing);
  ASSERT_TRUE(world.run_until(
      [&] { return !world[ada].code.emoji.empty() && !world[bruno].code.emoji.empty(); },
      seconds(7)));
  EXPECT_EQ(world[ada].code.emoji, world[bruno].code.emoji);
  EXPECT_THAT(world[ada].code.silent, ElementsAre(number(ada, "Carla")));
  EXPECT_EQ(world[ada].code.state, CodeState::shown);
  EXPECT_THAT(world[carla].code.emoji, IsEmpty());
  EXPECT_EQ(world[carla].code.state, CodeState::left_out) << "and it is told so";
}

TEST_F(CallWorld, ACodeThatCannotBeAgreedIsGivenUpAndSaidSo) {
  std::vector<size_t> all{ada};
  for (int i = 0; i < 9; ++i) all.push_back(enter("Person " + std::to_string(i)));
  ASSERT_TRUE(settled(all));
  // One more falls silent in every round.
  std::set<size_t> silent;
  world.to_server = [&](size_t client, Bytes message) -> std::vector<Buffer> {
    const auto* root = flatbuffers::GetRoot<wire::ClientMessage>(message.data());
    if (silent.contains(client) && root->body_type() == wire::ClientBody::Post) return {};
    return {Buffer(message.begin(), message.end())};
  };
  silent.insert(all[9]);
  // A code of those who are left is void with the next roster only: there is none yet.
  ASSERT_EQ(world[ada].code.state, CodeState::agreeing);
  size_t named = 0;
  const auto given_up = [&] {
    if (world[ada].code.silent.size() > named) {
      named = world[ada].code.silent.size();
      if (named < 8) silent.insert(all[9 - named]);
    }
    return world[ada].code.state == CodeState::given_up;
  };
  ASSERT_TRUE(world.run_until(given_up, seconds(120)));
  EXPECT_THAT(world[ada].code.emoji, IsEmpty());
  // Somebody goes: another try, and all speak again.
  silent.clear();
  world.leave(all[1]);
  ASSERT_TRUE(
      world.run_until([&] { return world[ada].code.state == CodeState::shown; }, seconds(60)));
}

TEST_F(CallWorld, AConfirmedCodeVerifiesKeptIdentitiesInLaterCalls) {
  const size_t bruno = enter("Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  ASSERT_TRUE(world.run_until([&] { return !world[ada].code.emoji.empty(); }, seconds(20)));
  EXPECT_EQ(world[ada].sees("Bruno")->trust, Trust::known);
  // A code that isn't the one of now any more, and none at all.
  auto read = world[ada].code.emoji;
  read[6] ^= 1;
  for (const Buffer& other : {read, Buffer(read.begin(), read.end() - 1), Buffer()}) {
    world.call(ada).confirm_code(other);
    world.run_for(seconds(1));
    EXPECT_EQ(world[ada].sees("Bruno")->trust, Trust::known);
    EXPECT_FALSE(world[ada].code.confirmed);
  }
  world.call(ada).confirm_code(world[ada].code.emoji);
  world.run_for(seconds(1));
  EXPECT_TRUE(world[ada].code.confirmed);
  EXPECT_EQ(world[ada].sees("Bruno")->trust, Trust::verified);
  EXPECT_EQ(world.call(ada).stats().verified, 1u);
  // Another call: the same Bruno, and one who only calls himself so.
  world.leave(ada);
  world.leave(bruno);
  world.run_for(seconds(60));
  const std::string other = world.new_link();
  const size_t ada2 = world.open(other, "Ada", world[ada].memory);
  ASSERT_TRUE(settled({ada2}));
  const size_t bruno2 = world.open(other, "Bruno", world[bruno].memory);
  ASSERT_TRUE(settled({ada2, bruno2}));
  EXPECT_EQ(world[ada2].sees("Bruno")->trust, Trust::verified);
}

// Ada has verified Bruno; then somebody else comes by his name into a call of hers, with Carla,
// whom she doesn't know.
class ImpostorWorld : public CallWorld {
 protected:
  void SetUp() override {
    CallWorld::SetUp();
    const size_t bruno = enter("Bruno");
    ASSERT_TRUE(settled({ada, bruno}));
    ASSERT_TRUE(world.run_until([&] { return !world[ada].code.emoji.empty(); }, seconds(20)));
    world.call(ada).confirm_code(world[ada].code.emoji);
    world.run_for(seconds(1));
    world.leave(bruno);
    ASSERT_TRUE(settled({ada}));
    carla = enter("Carla");
    impostor = enter("Bruno");
    ASSERT_TRUE(settled({ada, carla, impostor}));
    world.call(ada).make_host(world.now(), number(ada, "Bruno"));
    world.run_for(seconds(2));
    ASSERT_EQ(world[ada].sees("Bruno")->trust, Trust::changed);
    ASSERT_TRUE(world[impostor].roster->view.self.host);
  }
  // What the impostor says and does to Ada.
  void speak() {
    world.call(impostor).say(world.now(), "it's me");
    world.call(impostor).react(world.now(), "👍");
    world.call(impostor).raise_hand(world.now(), true);
    world.call(impostor).ask_mute(number(impostor, "Ada"));
    world.call(impostor).ask_unmute(number(impostor, "Ada"));
    world.call(impostor).lower_hands({0});
    world.run_for(seconds(1));
  }
  size_t carla = 0, impostor = 0;
};

TEST_F(ImpostorWorld, NothingOfAnImpostorPassesUntilAccepted) {
  world.call(ada).raise_hand(world.now(), true);
  world.run_for(seconds(1));
  speak();
  EXPECT_FALSE(world.open_frame(ada, *world.seal(impostor)));
  EXPECT_THAT(world[ada].chats, IsEmpty());
  EXPECT_THAT(world[ada].reactions, IsEmpty());
  EXPECT_THAT(world[ada].asked, IsEmpty());
  EXPECT_NE(world[ada].roster->view.self.hand_raised, 0u);
  EXPECT_EQ(world[ada].sees("Bruno")->hand_raised, 0u);
  EXPECT_THAT(world[carla].chats, SizeIs(1)) << "Carla knows no other Bruno";
  ASSERT_TRUE(
      world.run_until([&] { return world[ada].code.state == CodeState::shown; }, seconds(20)));
  EXPECT_THAT(world[ada].code.silent, IsEmpty()) << "the code needs all";
  EXPECT_EQ(world[ada].code.emoji, world[impostor].code.emoji);
  world.call(ada).accept_identity(number(ada, "Bruno"));
  world.run_for(seconds(1));
  EXPECT_EQ(world[ada].sees("Bruno")->trust, Trust::verified);
  EXPECT_TRUE(world.open_frame(ada, *world.seal(impostor)));
  EXPECT_NE(world[ada].sees("Bruno")->hand_raised, 0u) << "its state was kept for now";
  EXPECT_EQ(world[ada].sees("Bruno")->sources[1].state, core::TrackState::paused_by_layout);
  speak();
  EXPECT_THAT(world[ada].chats, SizeIs(1));
  EXPECT_THAT(world[ada].reactions, SizeIs(1));
  EXPECT_THAT(world[ada].asked, ElementsAre("mute by Bruno", "unmute by Bruno", "hand by Bruno"));
}

TEST_F(ImpostorWorld, NothingGoesToAnImpostorUntilAccepted) {
  const auto speaks = [&] {
    world.call(ada).say(world.now(), "secret");
    world.call(ada).react(world.now(), "👍");
    world.run_for(seconds(1));
    return world.seal(ada).has_value();
  };
  EXPECT_FALSE(speaks()) << "all members have the keys";
  EXPECT_THAT(world[impostor].chats, IsEmpty());
  EXPECT_THAT(world[impostor].reactions, IsEmpty());
  EXPECT_THAT(world[ada].chats, IsEmpty()) << "nor does it look as if it had been said";
  EXPECT_TRUE(world.open_frame(carla, *world.seal(impostor))) << "the others' call goes on";
  world.call(ada).accept_identity(number(ada, "Bruno"));
  EXPECT_TRUE(speaks());
  EXPECT_THAT(world[impostor].chats, SizeIs(1));
  EXPECT_EQ(world.frames_flow(), "");
}

TEST_F(ImpostorWorld, WhenAnImpostorIsRemovedAllGoesOnUnderNewKeys) {
  const core::MediaFrames& its = world[impostor].frames;
  ASSERT_TRUE(its.sending_epoch());
  core::MediaFrames kept = std::exchange(world[impostor].frames, {});
  world.call(ada).remove(world.now(), number(ada, "Bruno"));
  std::optional<Buffer> first;
  ASSERT_TRUE(world.run_until([&] { return (first = world.seal(ada)).has_value(); }, seconds(5)));
  EXPECT_FALSE(kept.open(sframe::Codec::opus, *first)) << "the first frame already";
  ASSERT_TRUE(settled({ada, carla}));
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
}

}  // namespace
}  // namespace vicino::world
