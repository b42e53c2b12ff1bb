#include "core/committer.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/random.h"

namespace vicino::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant start{0};
constexpr Instant at(int64_t ms) {
  return start + milliseconds(ms);
}
constexpr SenderId guest{100}, other_guest{101};

// Members 1, 2, 3 at leaves 0, 2, 5; 1 and 3 are hosts.
CommitterGroup group_for(SenderId self, bool lobby = false, bool locked = false) {
  return {{{5, {3}, true, true}, {0, {1}, true, true}, {2, {2}, true, false}}, self, lobby, locked};
}

Committer member(uint64_t self, bool lobby = false, bool locked = false) {
  Committer committer;
  committer.epoch_began(start, group_for({self}, lobby, locked));
  return committer;
}

TEST(Committer, TheLowestLeafCommitsAfterTheBatchAndTheNextOnesASecondLaterEach) {
  for (const auto& [self, due] : {std::pair(1u, 1200), {2u, 2200}, {3u, 3200}}) {
    Committer committer = member(self);
    EXPECT_EQ(committer.next_timeout(), Instant::never());
    committer.newcomer(at(1000), guest);
    EXPECT_EQ(committer.next_timeout(), at(due));
    EXPECT_EQ(committer.handle_timeout(at(due - 1)), std::nullopt);
    const auto decision = committer.handle_timeout(at(due));
    ASSERT_TRUE(decision);
    EXPECT_THAT(decision->add, ElementsAre(guest));
    EXPECT_FALSE(decision->remove_pending);
  }
}

TEST(Committer, TheBatchCountsFromTheOldest) {
  Committer committer = member(1);
  committer.newcomer(at(1000), other_guest);
  committer.newcomer(at(1100), guest);
  committer.newcomer(at(1150), other_guest);
  EXPECT_EQ(committer.next_timeout(), at(1200));
  EXPECT_THAT(committer.handle_timeout(at(1200))->add, ElementsAre(other_guest, guest));
}

TEST(Committer, WhoIsNotConnectedIsPassedOver) {
  Committer committer = member(3);
  committer.newcomer(at(1000), guest);
  committer.set_connected({1}, false);
  EXPECT_EQ(committer.next_timeout(), at(2200));
  committer.set_connected({2}, false);
  EXPECT_EQ(committer.next_timeout(), at(1200));
  committer.set_connected({1}, true);
  EXPECT_EQ(committer.next_timeout(), at(2200));
}

TEST(Committer, WhoIsBeingRemovedIsPassedOverAndCommitsNothing) {
  Committer second = member(2);
  second.remove_proposed(at(1000), 0);
  EXPECT_EQ(second.next_timeout(), at(1200));
  EXPECT_EQ(second.handle_timeout(at(1200)), (CommitDecision{{}, true}));
  Committer first = member(1);
  first.newcomer(at(1000), guest);
  first.remove_proposed(at(1000), 0);
  EXPECT_EQ(first.next_timeout(), Instant::never());
  EXPECT_EQ(first.handle_timeout(at(9000)), std::nullopt);
}

TEST(Committer, RemovesAndAddsGoTogether) {
  Committer committer = member(1);
  committer.newcomer(at(1000), guest);
  committer.remove_proposed(at(1100), 5);
  committer.remove_proposed(at(1150), 5);
  EXPECT_EQ(committer.handle_timeout(at(1200)), (CommitDecision{{guest}, true}));
}

TEST(Committer, WithALobbyOnlyAHostWhoseUserAdmittedAdds) {
  Committer host = member(3, true);
  host.newcomer(at(1000), guest);
  host.newcomer(at(1000), other_guest);
  EXPECT_EQ(host.next_timeout(), Instant::never());
  host.admit(at(5000), guest);
  EXPECT_EQ(host.next_timeout(), at(5200));  // whatever its rank
  EXPECT_THAT(host.handle_timeout(at(5200))->add, ElementsAre(guest));

  Committer no_host = member(2, true);
  no_host.newcomer(at(1000), guest);
  no_host.admit(at(5000), guest);
  EXPECT_EQ(no_host.next_timeout(), Instant::never());
}

TEST(Committer, AdmittingSomebodyWhoDoesNotWaitIsNothing) {
  Committer host = member(1, true);
  host.admit(at(1000), guest);
  EXPECT_EQ(host.next_timeout(), Instant::never());
  host.newcomer(at(2000), guest);
  EXPECT_EQ(host.next_timeout(), Instant::never());
}

TEST(Committer, InALockedRoomNobodyIsAdded) {
  for (const bool lobby : {false, true}) {
    Committer host = member(1, lobby, true);
    host.newcomer(at(1000), guest);
    host.admit(at(1000), guest);
    EXPECT_EQ(host.next_timeout(), Instant::never());
    host.remove_proposed(at(2000), 5);
    EXPECT_EQ(host.handle_timeout(at(2200)), (CommitDecision{{}, true}));
  }
}

TEST(Committer, RemovesInALobbyDoNotAddThoseWhoWait) {
  Committer host = member(1, true);
  host.newcomer(at(1000), guest);
  host.remove_proposed(at(1000), 5);
  EXPECT_EQ(host.handle_timeout(at(1200)), (CommitDecision{{}, true}));
}

TEST(Committer, WhenTheLobbyEndsThoseWhoWaitAreAdded) {
  Committer committer = member(2, true);
  committer.newcomer(at(1000), guest);
  committer.epoch_began(at(9000), group_for({2}, false));
  EXPECT_EQ(committer.next_timeout(), at(10'200));  // after the first's turn
}

TEST(Committer, OneCommitAtATime) {
  Committer committer = member(1);
  committer.newcomer(at(1000), guest);
  ASSERT_TRUE(committer.handle_timeout(at(1200)));
  EXPECT_TRUE(committer.under_way());
  committer.newcomer(at(1300), other_guest);
  EXPECT_EQ(committer.next_timeout(), Instant::never());
  EXPECT_EQ(committer.handle_timeout(at(9000)), std::nullopt);
}

TEST(Committer, AnotherOwnCommitHoldsItBackToo) {
  Committer committer = member(1);
  committer.commit_started();
  committer.newcomer(at(1000), guest);
  EXPECT_EQ(committer.next_timeout(), Instant::never());
}

TEST(Committer, AfterALostRaceItLooksAgain) {
  Committer committer = member(1);
  committer.newcomer(at(1000), guest);
  committer.newcomer(at(1000), other_guest);
  ASSERT_TRUE(committer.handle_timeout(at(1200)));
  CommitterGroup next = group_for({1});
  next.members.push_back({1, guest, true, false});  // the other's commit added one of them
  committer.epoch_began(at(1250), next);
  EXPECT_EQ(committer.next_timeout(), at(1450));
  EXPECT_THAT(committer.handle_timeout(at(1450))->add, ElementsAre(other_guest));
}

TEST(Committer, RefusalsInTheSameEpochAreNotRepeatedInHaste) {
  Committer committer = member(1);
  committer.newcomer(at(1000), guest);
  Instant now = committer.next_timeout();
  int commits = 0;
  for (; now < at(60'000); now = committer.next_timeout()) {
    ASSERT_TRUE(committer.handle_timeout(now));
    committer.commit_failed(now + milliseconds(20));
    ++commits;
  }
  EXPECT_GE(commits, 8);
  EXPECT_LE(commits, 12);
  committer.epoch_began(now, group_for({1}));
  EXPECT_EQ(committer.next_timeout(), now + milliseconds(200));
}

TEST(Committer, ProposalsOfAnEpochEndWithItAndNewcomersDoNot) {
  Committer committer = member(1);
  committer.remove_proposed(at(1000), 5);
  committer.newcomer(at(1000), guest);
  committer.epoch_began(at(1100), group_for({1}));
  EXPECT_EQ(committer.handle_timeout(at(1300)), (CommitDecision{{guest}, false}));
}

TEST(Committer, InANewEpochHigherRanksWaitForTheirTurnAgain) {
  Committer committer = member(3);
  committer.newcomer(at(1000), guest);
  committer.epoch_began(at(60'000), group_for({3}));
  EXPECT_EQ(committer.next_timeout(), at(62'200));
}

TEST(Committer, WhoGoesIsNotAdded) {
  Committer committer = member(1);
  committer.newcomer(at(1000), guest);
  committer.newcomer_gone(guest);
  EXPECT_EQ(committer.next_timeout(), Instant::never());
}

TEST(Committer, MembersAreNotAddedAgain) {
  Committer committer = member(1);
  committer.newcomer(at(1000), {2});
  EXPECT_EQ(committer.next_timeout(), Instant::never());
}

TEST(Committer, AHundredAreAddedInTwoCommits) {
  Committer committer = member(1);
  for (uint64_t i = 0; i < 97; ++i) committer.newcomer(at(static_cast<int64_t>(i)), {1000 - i});
  const auto first = committer.handle_timeout(at(200));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->add.size(), 64u);
  EXPECT_EQ(first->add.front(), SenderId{1000});  // who came first
  CommitterGroup next = group_for({1});
  for (uint32_t i = 0; i < first->add.size(); ++i) next.members.push_back({10 + i, first->add[i], true, false});
  committer.epoch_began(at(220), next);
  EXPECT_EQ(committer.handle_timeout(at(420))->add.size(), 33u);
}

TEST(Committer, WithoutAGroupThereIsNothingToCommit) {
  Committer committer;
  committer.newcomer(at(0), guest);
  EXPECT_EQ(committer.next_timeout(), Instant::never());
}

// Any members, any of them gone: exactly one commits first, and not before it can.
TEST(Committer, OfAnyMembersOneIsFirstAndTheOthersLater) {
  SeededRandom random(11);
  for (int i = 0; i < 200; ++i) {
    CommitterGroup group;
    for (uint32_t leaf = 0; leaf < 20; ++leaf) {
      if (random.u32() % 2 == 0) group.members.push_back({leaf, {leaf + 1ull}, random.u32() % 3 != 0, random.u32() % 3 == 0});
    }
    std::ranges::reverse(group.members);
    const uint32_t removed = random.u32() % 20;
    std::vector<Instant> due;
    for (const CommitterMember& m : group.members) {
      if (!m.connected) continue;
      Committer committer;
      group.self = m.sender;
      committer.epoch_began(start, group);
      committer.newcomer(at(1000), guest);
      committer.remove_proposed(at(1000), removed);
      if (m.leaf != removed) due.push_back(committer.next_timeout());
    }
    std::ranges::sort(due);
    for (size_t rank = 0; rank < due.size(); ++rank) {
      EXPECT_EQ(due[rank], at(1200 + 1000 * static_cast<int64_t>(rank)));
    }
  }
}

}  // namespace
}  // namespace vicino::core
