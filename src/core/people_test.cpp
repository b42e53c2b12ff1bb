#include "core/people.h"

#include <gmock/gmock.h>

namespace vicino::core {
namespace {

using post::State;
using post::States;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SenderId self{1}, anna{2}, bruno{3}, carla{4};

State with_version(uint64_t version, uint64_t hand = 0) {
  State state;
  state.version = version;
  state.hand_raised = hand;
  return state;
}

class PeopleTest : public testing::Test {
 protected:
  PeopleTest() { people.set_members({self, anna, bruno, carla}); }
  People people{self};
};

TEST_F(PeopleTest, AHigherVersionReplacesALowerOneAndNeverTheReverse) {
  people.heard(anna, with_version(5, 1));
  people.heard(anna, with_version(4, 2));
  people.heard(anna, with_version(5, 3));
  EXPECT_EQ(people.state(anna), with_version(5, 1));
  people.heard(anna, with_version(6));
  EXPECT_EQ(people.state(anna), with_version(6));
}

TEST_F(PeopleTest, HearsayCountsUntilAMemberSpeaksItself) {
  people.heard(anna, States{{{bruno, with_version(UINT64_MAX, 7)}, {carla, with_version(3)}}});
  EXPECT_EQ(people.state(bruno), with_version(UINT64_MAX, 7));
  people.heard(bruno, with_version(2));
  EXPECT_EQ(people.state(bruno), with_version(2));  // whatever version others made up
  people.heard(carla, States{{{bruno, with_version(UINT64_MAX, 9)}}});
  EXPECT_EQ(people.state(bruno), with_version(2));
}

TEST_F(PeopleTest, OfSeveralHearsaysTheHigherVersionCounts) {
  people.heard(anna, States{{{carla, with_version(3)}}});
  people.heard(bruno, States{{{carla, with_version(2, 9)}}});
  EXPECT_EQ(people.state(carla), with_version(3));
  people.heard(bruno, States{{{carla, with_version(4, 9)}}});
  EXPECT_EQ(people.state(carla), with_version(4, 9));
}

TEST_F(PeopleTest, NobodyElseSpeaksForThisMember) {
  const State own = people.set_own({1000}, {});
  people.heard(self, with_version(UINT64_MAX, 4));
  people.heard(anna, States{{{self, with_version(UINT64_MAX, 4)}}});
  EXPECT_EQ(people.state(self), own);
}

TEST_F(PeopleTest, WhoIsNoMemberIsNotHeard) {
  constexpr SenderId stranger{9};
  people.heard(stranger, with_version(1));
  people.heard(stranger, States{{{anna, with_version(1)}}});
  people.heard(anna, States{{{stranger, with_version(1)}}});
  EXPECT_EQ(people.state(stranger), std::nullopt);
  EXPECT_EQ(people.state(anna), std::nullopt);
  EXPECT_FALSE(people.allow({0}, stranger, People::Kind::chat));
}

TEST_F(PeopleTest, LeavingForgetsAndStayingKeeps) {
  people.heard(anna, with_version(5, 1));
  people.heard(bruno, with_version(5, 2));
  people.set_members({self, bruno, carla});
  EXPECT_EQ(people.state(anna), std::nullopt);
  EXPECT_EQ(people.state(bruno), with_version(5, 2));
  EXPECT_THAT(people.hands(), ElementsAre(bruno));
  people.heard(bruno, with_version(4));  // said in an earlier epoch
  EXPECT_EQ(people.state(bruno), with_version(5, 2));
}

TEST_F(PeopleTest, HandsAreInTheOrderOfRaising) {
  people.heard(anna, with_version(1, 300));
  people.heard(bruno, with_version(1, 100));
  State own;
  own.hand_raised = 200;
  people.set_own({5}, own);
  EXPECT_THAT(people.hands(), ElementsAre(bruno, self, anna));
  people.heard(bruno, with_version(2));
  EXPECT_THAT(people.hands(), ElementsAre(self, anna));
}

TEST_F(PeopleTest, HandsRaisedAtTheSameTimeAreInTheSameOrderForAll) {
  People other(anna);
  other.set_members({carla, bruno, anna, self});
  for (People* each : {&people, &other}) {
    each->heard(carla, with_version(1, 100));
    each->heard(bruno, with_version(1, 100));
  }
  EXPECT_EQ(people.hands(), other.hands());
}

TEST_F(PeopleTest, OwnVersionsRiseEvenWhenTheClockGoesBackOrThePageIsLoadedAnew) {
  EXPECT_EQ(people.set_own({1000}, {}).version, 1000u);
  EXPECT_EQ(people.set_own({1000}, {}).version, 1001u);
  EXPECT_EQ(people.set_own({500}, {}).version, 1002u);
  EXPECT_EQ(people.set_own({-7}, {}).version, 1003u);
  People again(self);
  EXPECT_EQ(again.set_own({5000}, {}).version, 5000u);
}

TEST_F(PeopleTest, ANewcomerLearnsFromTheSnapshotWhatIsKnown) {
  people.set_own({1000}, {});
  people.heard(anna, with_version(5, 1));
  people.heard(anna, States{{{bruno, with_version(2)}}});
  constexpr SenderId dario{5};
  People newcomer(dario);
  newcomer.set_members({self, anna, bruno, carla, dario});
  newcomer.heard(self, people.snapshot());
  for (const SenderId sender : {self, anna, bruno}) EXPECT_EQ(newcomer.state(sender), people.state(sender));
  EXPECT_EQ(newcomer.state(carla), std::nullopt);
}

TEST_F(PeopleTest, OneMemberCannotFlood) {
  const Instant now = {1'000'000};
  int allowed = 0;
  for (int i = 0; i < 1000; ++i) allowed += people.allow(now, anna, People::Kind::chat) ? 1 : 0;
  EXPECT_EQ(allowed, 10);
  EXPECT_TRUE(people.allow(now, anna, People::Kind::reaction));  // counted by itself
  EXPECT_TRUE(people.allow(now, bruno, People::Kind::chat));
  EXPECT_FALSE(people.allow(now + milliseconds(999), anna, People::Kind::chat));
  EXPECT_TRUE(people.allow(now + milliseconds(1000), anna, People::Kind::chat));
  EXPECT_FALSE(people.allow(now + milliseconds(1999), anna, People::Kind::chat));
  EXPECT_TRUE(people.allow(now + milliseconds(2000), anna, People::Kind::chat));
  allowed = 0;
  for (int i = 0; i < 1000; ++i) allowed += people.allow(now + seconds(3600), anna, People::Kind::chat) ? 1 : 0;
  EXPECT_EQ(allowed, 10);
}

TEST_F(PeopleTest, TellsWhenSomethingHasChanged) {
  people.take_changed();
  people.heard(anna, with_version(5));
  EXPECT_TRUE(people.take_changed());
  people.heard(anna, with_version(5));
  EXPECT_FALSE(people.take_changed());
  people.set_members({self});
  EXPECT_TRUE(people.take_changed());
}

}  // namespace
}  // namespace vicino::core
