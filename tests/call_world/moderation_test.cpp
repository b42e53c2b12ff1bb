// Lobby, hosts, links, and what members say to each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "call_fixture.h"
#include "schema/wire_generated.h"

namespace vicino::world {
namespace {

using core::EndReason;
using core::Phase;
using core::TrackState;
using core::Trust;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(CallWorld, WhoComesFirstFoundsTheGroupAndHosts) {
  EXPECT_TRUE(world[ada].roster->view.self.host);
  EXPECT_TRUE(world[ada].room->settings.lobby) << "on by default";
  EXPECT_EQ(world[ada].room->link, link);
}

TEST_F(CallWorld, AGuestWaitsUntilAHostLetsItInAndThenAllFramesFlow) {
  world[ada].admits = false;
  const size_t bruno = world.open(link, "Bruno");
  ASSERT_TRUE(world.run_until([&] { return !world[ada].waiting.empty(); }, seconds(5)));
  EXPECT_EQ(world[ada].waiting[0].name, "Bruno");
  world.run_for(seconds(30));
  EXPECT_EQ(world[bruno].phase, Phase::waiting) << "nobody but a host lets in";
  EXPECT_EQ(world.call(ada).stats().members, 1u);
  world.call(ada).admit(world.now(), world[ada].waiting[0].id);
  ASSERT_TRUE(settled({ada, bruno}));
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
  EXPECT_THAT(world[ada].waiting, IsEmpty());
  EXPECT_FALSE(world[bruno].roster->view.self.host);
  EXPECT_TRUE(world[bruno].sees("Ada")->host);
}

TEST_F(CallWorld, WhoIsTurnedAwayIsTold) {
  world[ada].admits = false;
  const size_t bruno = world.open(link, "Bruno");
  ASSERT_TRUE(world.run_until([&] { return !world[ada].waiting.empty(); }, seconds(5)));
  world.call(ada).deny(world[ada].waiting[0].id);
  world.run_for(seconds(0));
  world.call(ada).admit(world.now(), 99);  // drains nothing; a number of nobody
  EXPECT_TRUE(ended(bruno, EndReason::not_admitted));
}

TEST_F(CallWorld, WhoIsLeftWaitingIsToldThatNobodyAnswered) {
  world[ada].admits = false;
  const size_t bruno = world.open(link, "Bruno");
  ASSERT_TRUE(world.run_until([&] { return world[bruno].ended.has_value(); }, seconds(3600)));
  EXPECT_EQ(world[bruno].ended->reason, EndReason::nobody_answered) << "no host said no";
}

TEST_F(CallWorld, WithoutALobbyMembersLetInByThemselves) {
  world.call(ada).set_room(world.now(), {false, false, false});
  ASSERT_TRUE(world.run_until([&] { return !world[ada].room->settings.lobby; }, seconds(5)));
  world[ada].admits = false;
  const size_t bruno = world.open(link, "Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  // Even when the only host has gone.
  world.leave(ada);
  ASSERT_TRUE(settled({bruno}));
  const size_t carla = world.open(link, "Carla");
  EXPECT_TRUE(settled({bruno, carla}));
}

TEST_F(CallWorld, ALockedRoomTakesNobody) {
  const size_t bruno = enter("Bruno");
  world.call(ada).set_room(world.now(), {true, true, false});
  ASSERT_TRUE(world.run_until([&] { return world[bruno].room->settings.locked; }, seconds(5)));
  const size_t carla = world.open(link, "Carla");
  EXPECT_TRUE(ended(carla, EndReason::room_locked));
  world.call(ada).set_room(world.now(), {true, false, false});
  ASSERT_TRUE(world.run_until([&] { return !world[ada].room->settings.locked; }, seconds(5)));
  const size_t dario = enter("Dario");
  EXPECT_TRUE(settled({ada, bruno, dario}));
}

TEST_F(CallWorld, TheRemovedAndTheDepartedAreOutAtOnceAndReadNothingAfter) {
  for (const bool by_host : {true, false}) {
    const size_t bruno = enter("Bruno"), carla = enter("Carla");
    ASSERT_TRUE(settled({ada, bruno, carla}));
    world.run_for(seconds(2));
    const Buffer underway = *world.seal(carla), heard = *world.seal(carla),
                 before = *world.seal(ada);
    EXPECT_TRUE(world.open_frame(ada, heard));
    // Carla keeps all keys that she ever had, whatever she is told to forget.
    core::MediaFrames kept = std::exchange(world[carla].frames, {});
    const auto reads = [&](Bytes frame) {
      return kept.open(sframe::Codec::opus, frame).has_value();
    };
    if (by_host) {
      world.call(ada).remove(world.now(), number(ada, "Carla"));
    } else {
      world.leave(carla);
    }
    ASSERT_TRUE(settled({ada, bruno}));
    for (const size_t client : {ada, bruno}) {
      EXPECT_EQ(world[client].frames.sending_epoch(), world.call(client).stats().epoch)
          << "without waiting for others";
      EXPECT_FALSE(world.open_frame(client, underway))
          << "not heard any more, by keys it still had";
      const auto late =
          kept.seal(core::Source::microphone, 0, sframe::Codec::opus, false, Buffer(40, 1));
      ASSERT_TRUE(late) << "she can still speak";
      EXPECT_FALSE(world.open_frame(client, *late));
      EXPECT_FALSE(reads(*world.seal(client)));
    }
    EXPECT_EQ(world.frames_flow(), "");
    EXPECT_TRUE(reads(before)) << "she does have the keys of then";
    EXPECT_TRUE(ended(carla, by_host ? EndReason::removed : EndReason::left));
    world.leave(bruno);
    ASSERT_TRUE(settled({ada}));
  }
}

TEST_F(CallWorld, NobodyElseFreezesWhileOneIsRemoved) {
  std::vector<size_t> all{ada};
  for (const char* name : {"Bruno", "Carla", "Dario", "Elena", "Fabio"}) all.push_back(enter(name));
  ASSERT_TRUE(settled(all));
  world.run_for(seconds(2));
  world.call(ada).remove(world.now(), number(ada, "Fabio"));
  all.pop_back();
  // Speech of everybody, every 20 ms: for how long somebody can't open somebody's.
  std::map<std::pair<size_t, size_t>, Duration> shut;
  Duration longest{};
  for (int frame = 0; frame < 150; ++frame) {
    world.run_for(milliseconds(20));
    for (const size_t from : all) {
      const auto sealed = world.seal(from);
      for (const size_t to : all) {
        if (to == from) continue;
        Duration& gap = shut[{from, to}];
        gap = sealed && world.open_frame(to, *sealed) ? Duration{} : gap + milliseconds(20);
        longest = std::max(longest, gap);
      }
    }
  }
  EXPECT_LE(longest, milliseconds(300));
  EXPECT_TRUE(ended(5, EndReason::removed));
}

TEST_F(CallWorld, OnlyHostsDecideAndHostsMakeHosts) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.call(bruno).remove(world.now(), number(bruno, "Carla"));
  world.call(bruno).set_room(world.now(), {false, true, true});
  world.run_for(seconds(5));
  EXPECT_FALSE(world[carla].ended);
  EXPECT_EQ(world[ada].room->settings, (core::RoomSettings{true, false, false}));
  world.call(ada).make_host(world.now(), number(ada, "Bruno"));
  ASSERT_TRUE(world.run_until([&] { return world[bruno].roster->view.self.host; }, seconds(5)));
  world.call(bruno).remove(world.now(), number(bruno, "Carla"));
  EXPECT_TRUE(ended(carla, EndReason::removed));
}

TEST_F(CallWorld, WhenTheLastHostLeavesTheLowestLeafHosts) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.leave(ada);
  ASSERT_TRUE(settled({bruno, carla}));
  EXPECT_NE(world[bruno].roster->view.self.host, world[carla].roster->view.self.host);
}

TEST_F(CallWorld, ANewLinkRevokesTheOldOne) {
  const size_t bruno = enter("Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  world.call(ada).renew_link(world.now());
  ASSERT_TRUE(world.run_until([&] { return world[bruno].room->link != link && world[ada].room->link != link; },
                              seconds(5)));
  EXPECT_EQ(world[ada].room->link, world[bruno].room->link) << "derived, not told";
  EXPECT_TRUE(ended(world.open(link, "Carla"), EndReason::link_revoked));
  const size_t dario = enter("Dario");
  ASSERT_TRUE(settled({ada, bruno, dario}));
  EXPECT_TRUE(world[dario].sees("Bruno")) << "who came by the old link has a name for those of the new";
  world.cut(bruno);
  EXPECT_TRUE(settled({ada, bruno, dario})) << "and comes back by it";
}

TEST_F(CallWorld, MembersSpeakRaiseHandsAndReact) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.call(bruno).say(world.now(), "ciao");
  world.call(bruno).react(world.now(), "👍");
  world.call(bruno).raise_hand(world.now(), true);
  world.call(bruno).set_state(world.now(), {false, true, false, false});
  world.run_for(seconds(1));
  ASSERT_THAT(world[carla].chats, SizeIs(1));
  EXPECT_EQ(world[carla].chats[0].name, "Bruno");
  EXPECT_EQ(world[carla].chats[0].text, "ciao");
  ASSERT_THAT(world[ada].reactions, SizeIs(1));
  EXPECT_EQ(world[ada].reactions[0].emoji, "👍");
  EXPECT_NE(world[ada].sees("Bruno")->hand_raised, 0u);
  EXPECT_EQ(world[ada].sees("Bruno")->sources[0].state, TrackState::muted);
  // Those who come later learn it.
  const size_t dario = enter("Dario");
  ASSERT_TRUE(world.run_until([&] { return world[dario].sees("Bruno") && world[dario].sees("Bruno")->hand_raised; },
                              seconds(5)));
  EXPECT_EQ(world[dario].sees("Bruno")->sources[0].state, TrackState::muted);
}

TEST_F(CallWorld, HostsAskToMuteAndOthersCannot) {
  const size_t bruno = enter("Bruno"), carla = enter("Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.call(bruno).ask_mute(number(bruno, "Carla"));
  world.run_for(seconds(1));
  EXPECT_THAT(world[carla].asked, IsEmpty());
  world.call(carla).raise_hand(world.now(), true);
  world.run_for(seconds(1));
  world.call(ada).ask_mute(number(ada, "Carla"));
  world.call(ada).ask_unmute({0});
  world.call(ada).lower_hands({0});
  world.run_for(seconds(1));
  EXPECT_THAT(world[carla].asked, ElementsAre("mute by Ada", "unmute by Ada", "hand by Ada"));
  EXPECT_THAT(world[bruno].asked, ElementsAre("unmute by Ada"));
  EXPECT_EQ(world[bruno].sees("Carla")->hand_raised, 0u);
}

TEST_F(CallWorld, GuestsAreCountedAndLeaveNothingBehind) {
  const size_t guest = world.open(link, "Gast", std::nullopt, 0, false);
  ASSERT_TRUE(settled({ada, guest}));
  EXPECT_EQ(world.call(ada).stats().guests, 1u);
  EXPECT_EQ(world[ada].sees("Gast")->trust, Trust::guest);
}

TEST_F(CallWorld, AReloadedPageComesBackAsTheSameMemberPastTheLobby) {
  const size_t bruno = enter("Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  world[ada].admits = false;
  const Buffer memory = *world[bruno].memory;
  world.crash(bruno, milliseconds(200));
  world.run_for(seconds(1));
  const size_t again = world.open(link, "Bruno", memory);
  ASSERT_TRUE(settled({ada, again}));
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
  EXPECT_EQ(world.call(again).stats().resyncs, 1u) << "its own leaf, taken again from outside";
}

TEST_F(CallWorld, ALostConnectionIsShownAndComesBack) {
  const size_t bruno = enter("Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  world.restart_server(seconds(2));
  ASSERT_TRUE(settled({ada, bruno}));
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
  EXPECT_EQ(world.call(bruno).stats().resyncs, 0u) << "nothing was lost that would need one";
  world.crash(bruno, milliseconds(100));
  ASSERT_TRUE(world.run_until([&] { return world[ada].sees("Bruno")->sources[1].state == TrackState::connection_lost; },
                              seconds(5)));
  ASSERT_TRUE(settled({ada})) << "and after a while it isn't a member any more";
}

TEST_F(CallWorld, WhatTheServerHoldsBackIsToldSo) {
  std::map<SenderId, uint32_t> numbers;  // of participants, as Ada's server says
  world.to_client = [&](size_t, Bytes message) -> std::vector<Buffer> {
    const auto* root = flatbuffers::GetRoot<wire::ServerMessage>(message.data());
    if (const auto* came = root->body_as_ParticipantJoined()) {
      numbers[{came->participant()->sender()}] = came->participant()->id();
    }
    return {Buffer(message.begin(), message.end())};
  };
  const size_t bruno = enter("Bruno");
  ASSERT_TRUE(settled({ada, bruno}));
  world.run_for(seconds(1));
  const auto camera = [&] { return world[ada].sees("Bruno")->sources[1].state; };
  EXPECT_EQ(camera(), TrackState::paused_by_layout);
  world.call(ada).watch({{number(ada, "Bruno"), core::Source::camera, 640, 360}});
  world.run_for(seconds(1));
  EXPECT_EQ(camera(), TrackState::connecting);
  const auto hold_back = [&](bool held) {
    wire::ServerMessageT message;
    wire::HeldBackT list;
    if (held) {
      list.sources.push_back(std::make_unique<wire::WantT>());
      list.sources[0]->participant = numbers.at(world.sender_of(bruno));
      list.sources[0]->source = wire::Source::camera;
    }
    message.body.Set(std::move(list));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(wire::ServerMessage::Pack(builder, &message));
    world.say_to(ada, {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()});
  };
  hold_back(true);
  EXPECT_EQ(camera(), TrackState::paused_for_bandwidth);
  EXPECT_EQ(world[ada].sees("Bruno")->sources[0].state, TrackState::connecting)
      << "the microphone isn't";
  hold_back(false);
  EXPECT_EQ(camera(), TrackState::connecting) << "each list replaces the one before";
}

}  // namespace
}  // namespace vicino::world
