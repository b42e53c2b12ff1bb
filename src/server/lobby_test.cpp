// Those who wait: who may let them in, and how waiting ends otherwise.
#include "server/calls_fixture.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, AGuestLetsNobodyInWhileTheLobbyIsOn) {
  start();
  Client& host = member(1);
  Client& guest = member(2);
  Client& third = person(3);
  arrive(third);
  EXPECT_TRUE(admit(guest, third));
  EXPECT_FALSE(last<wire::JoinedT>(third));
  ASSERT_FALSE(change(host, [](auto& c) { c.lobby = false; }));
  ASSERT_TRUE(last<wire::InLobbyT>(third));
  EXPECT_FALSE(last<wire::InLobbyT>(third)->lobby) << "told while waiting";
  EXPECT_FALSE(admit(guest, third));
  EXPECT_TRUE(last<wire::JoinedT>(third));
}

TEST_F(CallsTest, WithoutLobbyOneJoinsFromOutside) {
  start();
  Client& host = member(1);
  Client& third = person(3);
  arrive(third);
  send(third.connection, wire::GetGroupT());
  EXPECT_FALSE(last<wire::GroupT>(third)) << "nothing of the group for those in the lobby";
  EXPECT_TRUE(last<wire::InLobbyT>(third)->lobby);
  ASSERT_FALSE(change(host, [](auto& c) { c.lobby = false; }));
  send(third.connection, wire::GetGroupT());
  ASSERT_TRUE(last<wire::GroupT>(third));
  EXPECT_FALSE(commit(third, commit_of(third, external_commit(third, false))));
  EXPECT_TRUE(last<wire::JoinedT>(third));
  EXPECT_TRUE(last<wire::HandshakeT>(third)) << "its commit's number";
  EXPECT_EQ(host.group->state(), third.group->state());
  EXPECT_TRUE(host.waiting.empty());
}

TEST_F(CallsTest, AnExternalCommitCountsOnlyWhileTheLobbyIsOff) {
  start();
  Client& host = member(1);
  ASSERT_FALSE(change(host, [](auto& c) { c.lobby = false; }));
  Client& third = person(3);
  arrive(third);
  send(third.connection, wire::GetGroupT());
  ASSERT_FALSE(change(host, [](auto& c) { c.lobby = true; }));
  EXPECT_TRUE(commit(third, commit_of(third, external_commit(third, false)))) << "an old epoch";
  send(host.connection, wire::GetGroupT());
  inbox[third.connection].push_back(std::move(inbox[host.connection].back()));
  third.read = inbox[third.connection].size();
  EXPECT_TRUE(commit(third, commit_of(third, external_commit(third, false)))) << "the lobby";
  EXPECT_FALSE(last<wire::JoinedT>(third));
}

TEST_F(CallsTest, OnlyHostsDeny) {
  start();
  Client& host = member(1);
  Client& guest = member(2);
  Client& third = person(3);
  arrive(third);
  wire::DenyT deny;
  deny.sender = 3;
  send(guest.connection, deny);
  EXPECT_FALSE(refusal(third));
  EXPECT_FALSE(refusal(guest)) << "it may have been host a moment ago";
  send(host.connection, deny);
  EXPECT_EQ(refusal(third), Refusal::not_admitted);
  EXPECT_TRUE(guest.waiting.empty());
  send(host.connection, deny);
  EXPECT_FALSE(refusal(host)) << "gone already";
}

TEST_F(CallsTest, ALockedRoomTakesNobody) {
  start();
  Client& host = member(1);
  Client& waiting = person(2);
  arrive(waiting);
  ASSERT_FALSE(change(host, [](auto& c) { c.locked = true; }));
  EXPECT_EQ(refusal(waiting), Refusal::room_locked);
  EXPECT_EQ(refusal(newcomer_join(person(3))), Refusal::room_locked);
  ASSERT_FALSE(change(host, [](auto& c) { c.locked = false; }));
  Client& later = person(4);
  arrive(later);
  EXPECT_FALSE(admit(host, later));
}

TEST_F(CallsTest, WaitingEndsAfterAWhile) {
  config.limits.lobby_wait = seconds(60);
  start();
  Client& host = member(1);
  Client& waiting = person(2);
  arrive(waiting);
  advance(seconds(59));
  EXPECT_FALSE(refusal(waiting));
  advance(seconds(1));
  EXPECT_EQ(refusal(waiting), Refusal::nobody_answered);
  EXPECT_TRUE(host.waiting.empty());
}

TEST_F(CallsTest, WhoGoesWaitsNoMore) {
  start();
  Client& host = member(1);
  Client& lost = person(2);
  arrive(lost);
  close(lost.connection);
  EXPECT_TRUE(host.waiting.empty());
  Client& left = person(3);
  arrive(left);
  send(left.connection, wire::LeaveT());
  EXPECT_TRUE(host.waiting.empty());
  send(left.connection, newcomer_join(left));
  EXPECT_EQ(host.waiting, std::set<uint64_t>{3}) << "a connection may join again";
  EXPECT_TRUE(admit(host, lost)) << "who doesn't wait isn't added";
}

TEST_F(CallsTest, WhoWaitsMayOfferAgain) {
  start();
  Client& host = member(1);
  Client& waiting = person(2);
  arrive(waiting);
  send(waiting.connection, newcomer_join(waiting, {.audio_slots = 1, .video_slots = 1}));
  EXPECT_FALSE(refusal(waiting));
  EXPECT_FALSE(admit(host, waiting));
  EXPECT_EQ(last_command<sfu::AddParticipant>()->setup.slots.size(), 2u);
  Client& other = person(3);
  arrive(other);
  send(other.connection, newcomer_join(person(4)));
  EXPECT_EQ(refusal(other), Refusal::bad_message) << "as somebody else";
  Client& bad = person(5);
  arrive(bad);
  auto join = newcomer_join(bad);
  join.offer = "nonsense";
  send(bad.connection, std::move(join));
  EXPECT_EQ(refusal(bad), Refusal::bad_offer);
  EXPECT_TRUE(host.waiting.empty());
}

TEST_F(CallsTest, WhoComesLaterHearsWhoWaits) {
  start();
  Client& host = member(1);
  Client& waiting = person(2);
  arrive(waiting);
  Client& guest = member(3);
  EXPECT_EQ(guest.waiting, std::set<uint64_t>{2});
  EXPECT_FALSE(last<wire::WaitingT>(waiting));
  EXPECT_FALSE(admit(host, waiting));
}

TEST_F(CallsTest, WhenTheLastMemberHasGoneTheFirstWhoWaitsFounds) {
  start();
  Client& host = member(1);
  Client& first = person(2);
  Client& second = person(3);
  arrive(first);
  arrive(second);
  send(host.connection, wire::LeaveT());
  ASSERT_TRUE(last<wire::JoinedT>(first));
  EXPECT_TRUE(last<wire::JoinedT>(first)->founded);
  EXPECT_FALSE(last<wire::JoinedT>(second));
  EXPECT_EQ(first.waiting, std::set<uint64_t>{3});
  EXPECT_FALSE(admit(first, second));
  EXPECT_EQ(groups.groups.size(), 1u);
}

}  // namespace
}  // namespace vicino::server
