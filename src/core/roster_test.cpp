#include "core/roster.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace vicino::core {
namespace {

using enum TrackState;
const SenderId me{0x99}, ada{0x1001}, bob{0x2002};
const ParticipantId at_server_one{71}, at_server_two{72};
const PersonNumber first{2}, second{3};
constexpr uint32_t connection = 4;

// What one sees of a camera and hears of a microphone, in all that decides it. The first facts that
// differ count.
TEST(TrackStates, FollowFromTheFacts) {
  struct Case {
    TrackFacts facts;
    TrackState camera, microphone;
  };
  const auto opened = SlotState::opened;
  const Case cases[] = {
      {{}, off, muted},
      {{.on = false}, off, muted},
      {{.on = false, .slot = opened}, off, muted},
      {{.on = false, .slot = SlotState::refused}, off, muted},
      {{.on = false, .connected = false}, off, muted},
      {{.slot = opened}, flowing, flowing},
      {{.slot = SlotState::no_key}, off, muted},
      {{.on = true}, connecting, connecting},
      {{.on = true, .slot = opened}, flowing, flowing},
      {{.on = true, .slot = SlotState::no_key}, no_key, no_key},
      {{.on = true, .slot = SlotState::refused}, refused, refused},
      {{.on = true, .out = true}, off, muted},
      {{.on = true, .out = true, .slot = opened}, off, muted},
      {{.on = true, .connected = false}, connection_lost, connection_lost},
      {{.on = true, .connected = false, .slot = opened}, connection_lost, connection_lost},
      {{.on = true, .wanted = false}, paused_by_layout, paused_by_layout},
      {{.on = true, .wanted = false, .slot = opened}, flowing, flowing},
      {{.on = true, .wanted = false, .held_back = true}, paused_by_layout, paused_by_layout},
      {{.on = true, .held_back = true}, paused_for_bandwidth, paused_for_bandwidth},
      {{.on = true, .held_back = true, .slot = opened}, paused_for_bandwidth, paused_for_bandwidth},
      {{.on = true, .held_back = true, .slot = SlotState::no_key}, no_key, no_key},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(track_state(Source::camera, cases[i].facts), cases[i].camera) << i;
    EXPECT_EQ(track_state(Source::screen, cases[i].facts), cases[i].camera) << i;
    EXPECT_EQ(track_state(Source::microphone, cases[i].facts), cases[i].microphone) << i;
  }
}

class RosterTest : public ::testing::Test {
 protected:
  RosterTest() {
    roster.set_self({me, "Me", 1, true, Trust::known});
    roster.set_members({member(ada, "Ada"), member(bob, "Bob")});
    roster.set_connections({{at_server_one, {ada}}, {at_server_two, {bob}}});
    roster.set_state(ada, on, 0);
    roster.set_state(bob, on, 0);
    roster.set_wants({{first, Source::camera, 320, 180}, {second, Source::camera, 320, 180}});
    roster.forget_slots(connection);
    EXPECT_TRUE(roster.take_changed());
  }
  static RosterMember member(SenderId sender, std::string name, Trust trust = Trust::known) {
    return {sender, std::move(name), 3, false, trust};
  }
  TrackView camera(PersonNumber who) { return track(who, Source::camera); }
  TrackView track(PersonNumber who, Source source) {
    for (const PersonView& p : roster.view().others) {
      if (p.number == who) return p.sources.at(static_cast<size_t>(source));
    }
    ADD_FAILURE() << "nobody has number " << who.value;
    return {};
  }
  void report(std::string mid, SlotState state, SenderId sender = {},
              Source source = Source::camera) {
    roster.apply({connection, {{std::move(mid), state, sender, source}}});
  }

  const MediaState on{true, true, false, false};
  static constexpr size_t audio_slots = 2;
  Roster roster{audio_slots};
};

TEST_F(RosterTest, FramesAreAttributedByTheirKeyWhateverTheServerSays) {
  EXPECT_EQ(camera(first), (TrackView{connecting, ""}));
  roster.set_slot("9", at_server_two, Source::camera);
  report("9", SlotState::opened, ada);
  EXPECT_EQ(camera(first), (TrackView{flowing, "9"}));
  EXPECT_EQ(camera(second).state, connecting);
}

TEST_F(RosterTest, FramesThatStayShutAreBlamedOnTheSlotsParticipant) {
  roster.set_slot("9", at_server_two, Source::camera);
  report("9", SlotState::no_key);
  EXPECT_EQ(camera(second).state, no_key);
  EXPECT_EQ(camera(first).state, connecting);
  report("9", SlotState::refused);
  EXPECT_EQ(camera(second).state, refused);
  report("9", SlotState::opened, bob);
  EXPECT_EQ(camera(second), (TrackView{flowing, "9"}));
}

TEST_F(RosterTest, ASlotThatChangesHandsIsEmptyUntilAFrameOpens) {
  EXPECT_TRUE(roster.set_slot("9", at_server_one, Source::camera));
  report("9", SlotState::opened, ada);
  EXPECT_FALSE(roster.set_slot("9", at_server_one, Source::camera)) << "known better already";
  EXPECT_EQ(camera(first).state, flowing);
  EXPECT_TRUE(roster.set_slot("9", at_server_two, Source::camera));
  EXPECT_EQ(camera(first).state, connecting);
  EXPECT_EQ(camera(second).state, connecting);
  report("9", SlotState::opened, bob);
  EXPECT_EQ(camera(second).state, flowing);
  EXPECT_TRUE(roster.set_slot("9", std::nullopt, Source::camera));
  EXPECT_EQ(camera(second).state, connecting);
}

TEST_F(RosterTest, ReportsOfAnEarlierConnectionSayNothing) {
  roster.apply({connection - 1, {{"9", SlotState::opened, ada, Source::camera}}});
  EXPECT_EQ(camera(first).state, connecting);
  report("9", SlotState::opened, ada);
  roster.forget_slots(connection + 1);
  EXPECT_EQ(camera(first).state, connecting);
}

TEST_F(RosterTest, WhoIsNotAmongTheLoudestIsPausedNotConnecting) {
  roster.set_slot("1", ParticipantId{98}, Source::microphone);
  roster.set_slot("9", ParticipantId{97}, Source::camera);
  EXPECT_EQ(track(first, Source::microphone).state, connecting) << "a slot is free";
  roster.set_slot("2", ParticipantId{99}, Source::microphone);
  EXPECT_EQ(track(first, Source::microphone).state, paused_by_layout);
  roster.set_slot("2", at_server_one, Source::microphone);
  EXPECT_EQ(track(first, Source::microphone).state, connecting);
  EXPECT_EQ(track(second, Source::microphone).state, paused_by_layout);
}

TEST_F(RosterTest, ItsOwnerAndTheServerExplainAnEmptyTile) {
  roster.set_held_back({{at_server_one, Source::camera}});
  EXPECT_EQ(camera(first).state, paused_for_bandwidth);
  EXPECT_EQ(camera(second).state, connecting);
  roster.set_slot("9", at_server_one, Source::camera);
  report("9", SlotState::opened, ada);
  EXPECT_EQ(camera(first), (TrackView{paused_for_bandwidth, ""})) << "the last frames on the way";
  roster.set_held_back({});
  EXPECT_EQ(camera(first), (TrackView{flowing, "9"}));
  roster.set_slot("9", std::nullopt, Source::camera);
  roster.set_held_back({{at_server_one, Source::camera}});
  roster.set_wants({{second, Source::camera, 320, 180}});
  EXPECT_EQ(camera(first).state, paused_by_layout);
  EXPECT_EQ(track(first, Source::microphone).state, connecting) << "sound is always wanted";
  roster.set_connected(at_server_one, false);
  EXPECT_EQ(camera(first).state, connection_lost);
  roster.set_connected(at_server_one, true);
  EXPECT_EQ(camera(first).state, paused_by_layout);
  roster.remove_connection(at_server_one);
  EXPECT_EQ(camera(first).state, connection_lost);
  roster.set_state(ada, {}, 0);
  EXPECT_EQ(camera(first).state, off);
  EXPECT_EQ(track(first, Source::microphone).state, muted);
}

TEST_F(RosterTest, NothingOfAChangedIdentityIsShown) {
  report("9", SlotState::opened, ada);
  roster.set_members({member(ada, "Ada", Trust::changed), member(bob, "Bob")});
  EXPECT_EQ(camera(first), (TrackView{off, ""}));
  roster.set_state(ada, on, 5);
  EXPECT_EQ(roster.view().others[0].hand_raised, 0u);
  roster.set_members({member(ada, "Ada"), member(bob, "Bob")});
  EXPECT_EQ(camera(first), (TrackView{flowing, "9"}));
  EXPECT_EQ(roster.view().others[0].hand_raised, 5u);
}

TEST_F(RosterTest, AnImpostorIsOneUntilItsKeysAreOutOfUse) {
  EXPECT_FALSE(roster.has_impostor());
  roster.set_members({member(ada, "Ada", Trust::changed), member(bob, "Bob")});
  EXPECT_TRUE(roster.has_impostor());
  roster.set_members({member(bob, "Bob")});
  EXPECT_TRUE(roster.has_impostor()) << "own frames may still go under keys that it has";
  roster.remove_leaving();
  EXPECT_FALSE(roster.has_impostor());
}

TEST_F(RosterTest, WhoLeavesTheGroupStaysInSightUntilItsKeysAreOutOfUse) {
  report("9", SlotState::opened, ada);
  roster.set_members({member(bob, "Bob")});
  RosterView view = roster.view();
  ASSERT_EQ(view.others.size(), 2u);
  EXPECT_TRUE(view.others[0].leaving);
  EXPECT_FALSE(view.others[1].leaving);
  EXPECT_EQ(view.members, 2u);
  EXPECT_EQ(camera(first), (TrackView{off, ""}));
  roster.remove_leaving();
  view = roster.view();
  ASSERT_EQ(view.others.size(), 1u);
  EXPECT_EQ(view.others[0].name, "Bob");
  EXPECT_EQ(roster.sender_of(first), std::nullopt);
}

TEST_F(RosterTest, NumbersAreNeverUsedTwice) {
  EXPECT_EQ(roster.number_of(ada), first);
  EXPECT_EQ(roster.number_of(me), PersonNumber{1});
  EXPECT_EQ(roster.sender_of(second), bob);
  EXPECT_EQ(roster.participant_of(second), at_server_two);
  roster.set_members({member(bob, "Bob")});
  roster.set_members({member(bob, "Bob"), member(ada, "Ada")});
  EXPECT_EQ(roster.number_of(ada), first) << "back before its leaving was over";
  roster.set_members({member(bob, "Bob")});
  roster.remove_leaving();
  roster.set_members({member(bob, "Bob"), member(ada, "Ada")});
  EXPECT_EQ(roster.number_of(ada), PersonNumber{4});
  roster.set_self({{0x98}, "Me", 1, true, Trust::known});
  EXPECT_EQ(roster.view().self.number, PersonNumber{1}) << "who joins afresh is still oneself";
}

TEST_F(RosterTest, CountsTheGroup) {
  roster.set_members({member(ada, "Ada", Trust::verified), member(bob, "Bob", Trust::guest)});
  const RosterView view = roster.view();
  EXPECT_EQ(view.members, 3u);
  EXPECT_EQ(view.verified, 1u);
  EXPECT_EQ(view.guests, 1u);
}

TEST_F(RosterTest, ShowsOneselfByOnesOwnState) {
  roster.set_state(me, {false, true, true, false}, 77);
  const PersonView self = roster.view().self;
  EXPECT_EQ(self.sources[0].state, muted);
  EXPECT_EQ(self.sources[1].state, flowing);
  EXPECT_EQ(self.sources[2].state, flowing);
  EXPECT_EQ(self.sources[3].state, off);
  EXPECT_EQ(self.hand_raised, 77u);
  EXPECT_TRUE(self.host);
}

TEST_F(RosterTest, NothingNewIsNoChange) {
  report("9", SlotState::opened, ada);
  EXPECT_TRUE(roster.take_changed());
  report("9", SlotState::opened, ada);
  roster.set_state(ada, on, 0);
  roster.set_members({member(ada, "Ada"), member(bob, "Bob")});
  EXPECT_FALSE(roster.take_changed());
  roster.set_state(ada, on, 5);
  ASSERT_TRUE(roster.take_changed());
}

// ParticipantJoined may come before the commit that adds somebody, and the same person by another
// connection before the first one's end.
TEST_F(RosterTest, TheServersNoticesComeInAnyOrder) {
  const SenderId eve{0x3003};
  roster.add_connection({80}, {eve});
  EXPECT_EQ(roster.view().others.size(), 2u) << "who isn't in the group isn't here";
  roster.set_members({member(ada, "Ada"), member(bob, "Bob"), member(eve, "Eve")});
  EXPECT_EQ(roster.participant_of({4}), ParticipantId{80});
  roster.add_connection({81}, {eve});
  roster.remove_connection({80});
  EXPECT_EQ(roster.participant_of({4}), ParticipantId{81});
}

TEST_F(RosterTest, TheServerCantMakeItGrow) {
  for (uint32_t i = 100; i < 100 + 2 * Roster::max_connections; ++i)
    roster.add_connection({i}, {{i}});
  for (int i = 0; i < 100'000; ++i)
    roster.set_slot(std::to_string(i), at_server_one, Source::camera);
  report("99999", SlotState::opened, ada);
  EXPECT_EQ(camera(first).state, connecting);
  EXPECT_FALSE(roster.set_slot("", at_server_one, Source::camera));
}

}  // namespace
}  // namespace vicino::core
