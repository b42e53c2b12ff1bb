#include "core/roster.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace vicino::core {
namespace {

const ParticipantId one{1}, two{2};
const SenderId ada{0x1000}, bob{0x2000};

class RosterTest : public ::testing::Test {
 protected:
  RosterTest() {
    roster.add(one, ada, profile(ada, 1, "Ada"));
    roster.add(two, bob, profile(bob, 1, "Bob"));
    EXPECT_TRUE(roster.take_changed());
  }
  Buffer profile(SenderId sender, uint64_t version, std::string name, bool camera = true) {
    return seal_profile(key, sender, {version, std::move(name), true, camera, false, false}, random);
  }
  TrackView camera(size_t index) { return roster.view().at(index).sources.at(static_cast<size_t>(Source::camera)); }
  void fail(std::string_view mid, uint32_t times = Roster::failures_to_tell) {
    for (uint32_t i = 0; i < times; ++i) roster.frame_failed(mid);
  }

  ProfileKey key{Buffer(16, 7)};
  SeededRandom random{1};
  Roster roster{key};
};

TEST_F(RosterTest, FramesAreAttributedByTheirKeyWhateverTheServerSays) {
  EXPECT_EQ(camera(0), (TrackView{TrackState::waiting, ""}));
  roster.set_slot("9", two, Source::camera);
  roster.frame_opened("9", ada, Source::camera);
  EXPECT_EQ(camera(0), (TrackView{TrackState::flowing, "9"}));
  EXPECT_EQ(camera(1).state, TrackState::waiting);
}

TEST_F(RosterTest, NothingNewIsNoChange) {
  roster.frame_opened("9", ada, Source::camera);
  EXPECT_TRUE(roster.take_changed());
  for (int i = 0; i < 10; ++i) roster.frame_opened("9", ada, Source::camera);
  EXPECT_FALSE(roster.take_changed());
}

TEST_F(RosterTest, FramesThatStayShutAreBlamedOnTheSlotsParticipant) {
  roster.set_slot("9", two, Source::camera);
  fail("9", Roster::failures_to_tell - 1);
  EXPECT_EQ(camera(1).state, TrackState::waiting) << "a few frames fail when keys change";
  fail("9", 1);
  EXPECT_EQ(camera(1).state, TrackState::undecryptable);
  EXPECT_EQ(camera(0).state, TrackState::waiting);
  roster.frame_opened("9", bob, Source::camera);
  EXPECT_EQ(camera(1), (TrackView{TrackState::flowing, "9"}));
}

TEST_F(RosterTest, ASlotThatChangesHandsIsEmptyUntilAFrameOpens) {
  roster.set_slot("9", one, Source::camera);
  roster.frame_opened("9", ada, Source::camera);
  roster.set_slot("9", two, Source::camera);
  EXPECT_EQ(camera(0).state, TrackState::waiting);
  EXPECT_EQ(camera(1).state, TrackState::waiting);
}

TEST_F(RosterTest, ACameraTurnedOffIsOffThoughFramesAreUnderWay) {
  roster.frame_opened("9", ada, Source::camera);
  roster.set_profile(one, profile(ada, 2, "Ada", false));
  EXPECT_EQ(camera(0).state, TrackState::off);
}

TEST_F(RosterTest, OlderProfilesAndOthersProfilesAreRefused) {
  roster.set_profile(one, profile(ada, 5, "Ada L."));
  const Buffer old = profile(ada, 4, "Old");
  roster.set_profile(one, old);
  EXPECT_EQ(roster.view().at(0).name, "Ada L.");
  roster.set_profile(one, profile(bob, 9, "Bob"));
  EXPECT_EQ(roster.view().at(0).name, "Ada L.");
  roster.remove(one);
  roster.add(one, ada, old);
  EXPECT_EQ(roster.view().at(0).name, std::nullopt) << "leaving and returning doesn't bring it back";
}

TEST_F(RosterTest, AnUnreadableProfileHasNoName) {
  roster.add(ParticipantId{3}, SenderId{0x3000}, Buffer(100, 1));
  EXPECT_EQ(roster.view().at(2).name, std::nullopt);
}

TEST_F(RosterTest, TheServerCantMakeItGrow) {
  for (uint32_t i = 10; i < 10 + 2 * limits::max_participants; ++i) roster.add({i}, {i * 16}, {});
  EXPECT_EQ(roster.view().size(), limits::max_participants);
  for (int i = 0; i < 100'000; ++i) roster.set_slot(std::to_string(i), one, Source::camera);
  roster.frame_opened("99999", ada, Source::camera);
  EXPECT_EQ(camera(0).state, TrackState::waiting);
}

TEST_F(RosterTest, TwoUnderOneSenderIdKeepItsKeysUntilBothAreGone) {
  roster.add(ParticipantId{3}, ada, profile(ada, 2, "Ada"));
  EXPECT_EQ(roster.remove(one), std::nullopt);
  EXPECT_EQ(roster.remove(ParticipantId{3}), ada);
  EXPECT_EQ(roster.remove(ParticipantId{3}), std::nullopt);
}

}  // namespace
}  // namespace vicino::core
