// Members that come back: over another connection, after a restart, too late.
#include "server/calls_fixture.h"
#include "server/message_log.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, ALostMemberKeepsItsPlaceForTheGraceTime) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  const uint32_t id = last<wire::JoinedT>(b)->self;
  close(b.connection);
  ASSERT_TRUE(last<wire::ParticipantConnectionT>(a));
  EXPECT_EQ(last<wire::ParticipantConnectionT>(a)->id, id);
  EXPECT_FALSE(last<wire::ParticipantConnectionT>(a)->connected);
  forget_messages();
  advance(config.limits.resume_grace - milliseconds(1));
  EXPECT_TRUE(inbox[a.connection].empty());
  advance(milliseconds(1));
  EXPECT_TRUE(last<wire::ParticipantLeftT>(a));
  EXPECT_TRUE(last_command<sfu::RemoveParticipant>());
  ASSERT_TRUE(last<wire::HandshakeT>(a)) << "the server's proposal";
  EXPECT_EQ(a.group->state().pending.size(), 1u);
  come_back(b);
  EXPECT_EQ(refusal(b), Refusal::not_a_member) << "on its way out";
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  EXPECT_EQ(a.group->tree().member_count(), 1u);
}

TEST_F(CallsTest, ARemovalIsProposedUntilItIsDone) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& c = member(3);
  send(c.connection, wire::LeaveT());
  EXPECT_TRUE(last<wire::ParticipantLeftT>(a));
  EXPECT_EQ(a.group->state().pending.size(), 1u);
  EXPECT_FALSE(commit(b, commit_of(b, world.commit(*b.group, {}, false)))) << "without it";
  EXPECT_EQ(a.group->state().pending.size(), 1u) << "of the new epoch";
  EXPECT_FALSE(commit(b, std::vector<mls::Proposal>()));
  EXPECT_EQ(a.group->tree().member_count(), 2u);
  EXPECT_TRUE(a.group->state().pending.empty());
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  EXPECT_TRUE(a.group->state().pending.empty());
}

TEST_F(CallsTest, WhoComesBackMissesNothing) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  post(b, "before");
  close(b.connection);
  post(a, "one");
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  post(a, "two");
  forget_messages();
  come_back(b);
  const auto* joined = last<wire::JoinedT>(b);
  ASSERT_TRUE(joined);
  EXPECT_FALSE(joined->founded);
  ASSERT_EQ(joined->roster.size(), 1u);
  EXPECT_TRUE(last_command<sfu::ReplaceParticipant>());
  EXPECT_EQ(b.texts, (std::vector<std::string>{"one", "two"})) << "but its own";
  EXPECT_EQ(b.group->state(), a.group->state());
  EXPECT_FALSE(last<wire::GroupT>(b));
  ASSERT_TRUE(last<wire::ParticipantConnectionT>(a));
  EXPECT_TRUE(last<wire::ParticipantConnectionT>(a)->connected);
  EXPECT_EQ(calls->counts().resumes, 1u);
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 2u) << "its grace time is over and forgotten";
}

TEST_F(CallsTest, AnIceRestartChangesCredentialsAndNothingElse) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  const uint32_t id = last<wire::JoinedT>(b)->self;
  const std::string before = last_command<sfu::AddParticipant>()->transport.local.ice_ufrag;
  ASSERT_TRUE(calls->shard_of(before));
  const auto group = a.group->state();
  forget_messages();
  wire::RestartIceT restart;
  restart.ufrag = "fresh";
  restart.pwd = "a-fresh+password/of+22";
  send(b.connection, restart);
  EXPECT_TRUE(refusal(b)) << "'-' isn't of ICE's alphabet";
  come_back(b);
  restart.pwd = "a/fresh+password/of+22+";
  forget_messages();
  send(b.connection, restart);
  const auto* answer = last<wire::IceRestartedT>(b);
  const auto command = last_command<sfu::RestartIce>();
  ASSERT_TRUE(answer && command);
  EXPECT_EQ(command->id.value, id);
  EXPECT_EQ(command->local.ufrag, answer->ufrag);
  EXPECT_EQ(command->local.pwd, answer->pwd);
  EXPECT_EQ(command->remote.ufrag, restart.ufrag);
  EXPECT_EQ(command->remote.pwd, restart.pwd);
  EXPECT_NE(answer->ufrag, before);
  EXPECT_TRUE(calls->shard_of(answer->ufrag));
  EXPECT_FALSE(calls->shard_of(before));
  EXPECT_TRUE(inbox[a.connection].empty()) << "nobody else hears of it";
  EXPECT_EQ(a.group->state(), group);

  calls->handle_event(now, sfu::ParticipantLost{{id}});
  send(b.connection, restart);
  EXPECT_EQ(last<wire::IceRestartedT>(b)->ufrag, "") << "there is nothing to go on with";
  come_back(b);
  send(b.connection, restart);
  EXPECT_NE(last<wire::IceRestartedT>(b)->ufrag, "");
}

TEST_F(CallsTest, AWrongProofIsNoMembers) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  const auto refused = [&](auto change) {
    const ConnectionId id = connect();
    Client copy = make_client(world, b.sender, 1, 1);
    copy.keys = b.keys.clone();
    copy.nonce = last<wire::HelloT>(id)->nonce;
    auto join = returning_join(copy);
    change(join);
    send(id, std::move(join));
    return refusal(id);
  };
  EXPECT_EQ(refused([](wire::JoinT& j) { j.proof[0] ^= 1; }), Refusal::not_a_member);
  EXPECT_EQ(refused([](wire::JoinT& j) { j.sender = 1; }), Refusal::not_a_member);
  EXPECT_EQ(refused([](wire::JoinT& j) { j.sender = 9; }), Refusal::not_a_member);
  EXPECT_EQ(refused([](wire::JoinT& j) { j.room.assign(16, 2); }), Refusal::not_a_member);
  EXPECT_EQ(refused([](wire::JoinT& j) { j.token.assign(32, 2); }), Refusal::wrong_link);
  const Buffer old = b.nonce;
  connect(b);
  b.nonce = old;
  send(b.connection, returning_join(b));
  EXPECT_EQ(refusal(b), Refusal::not_a_member) << "another connection's nonce";
  EXPECT_FALSE(refusal(a));
  EXPECT_EQ(calls->counts().resumes, 0u);
}

TEST_F(CallsTest, ComingBackReplacesAConnectionThatStillLives) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  const ConnectionId before = b.connection;
  forget_messages();
  come_back(b);
  EXPECT_EQ(refusal(before), Refusal::replaced);
  EXPECT_TRUE(last<wire::JoinedT>(b));
  EXPECT_TRUE(inbox[a.connection].empty()) << "to the others nothing has happened";
  close(before);
  send(before, wire::LeaveT());
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 2u);
}

TEST_F(CallsTest, ASecondJoinOnAConnectionStartsItsMediaOver) {
  start();
  Client& a = member(1);
  const uint32_t id = last<wire::JoinedT>(a)->self;
  forget_messages();
  send(a.connection, returning_join(a));
  ASSERT_TRUE(last<wire::JoinedT>(a));
  EXPECT_EQ(last<wire::JoinedT>(a)->self, id);
  EXPECT_TRUE(last_command<sfu::ReplaceParticipant>());
  send(a.connection, newcomer_join(a));
  EXPECT_EQ(refusal(a), Refusal::bad_message) << "a second stay";
  Client& waiting = person(2);
  come_back(a);
  arrive(waiting);
  send(waiting.connection, returning_join(a));
  EXPECT_EQ(refusal(waiting), Refusal::bad_message);
}

TEST_F(CallsTest, WhoLostItsStateComesBackFromOutside) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  close(b.connection);
  b.seen = 0;
  come_back(b);
  ASSERT_TRUE(last<wire::JoinedT>(b));
  ASSERT_TRUE(last<wire::GroupT>(b));
  EXPECT_FALSE(commit(b, commit_of(b, external_commit(b, true)))) << "though the lobby is on";
  EXPECT_EQ(a.group->state(), b.group->state());
  EXPECT_EQ(a.group->tree().member_count(), 2u);
  EXPECT_EQ(calls->counts().participants, 2u);
  b.seen = ~uint64_t{0};
  come_back(b);
  EXPECT_TRUE(last<wire::GroupT>(b)) << "a number that was never given";
}

TEST_F(CallsTest, WhoMissedTooMuchGetsTheGroup) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& c = member(3);
  close(b.connection);
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  close(c.connection);
  for (size_t i = 0; i < MessageLog::max_messages; ++i) post(a, "x");
  come_back(b);
  EXPECT_TRUE(last<wire::GroupT>(b)) << "a commit is gone";
  EXPECT_FALSE(last<wire::PostedT>(b));
  come_back(c);
  EXPECT_FALSE(last<wire::GroupT>(c)) << "it has the commit";
  EXPECT_EQ(c.texts.size(), MessageLog::max_messages);
}

TEST(MessageLog, ForgetsByBytes) {
  MessageLog log(1, 100);
  for (uint64_t seq = 2; seq < 10; ++seq) log.push({seq, SenderId{1}, Buffer(30)});
  ASSERT_TRUE(log.since(1));
  EXPECT_EQ(log.since(1)->size(), 3u);
  log.push({10, {}, Buffer(101)});
  EXPECT_FALSE(log.since(9)) << "a handshake too large to keep";
  EXPECT_TRUE(log.since(10)->empty());
}

TEST_F(CallsTest, ACallGoesOnAfterARestart) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& c = member(3);
  Client& d = member(4);
  send(d.connection, wire::LeaveT());
  post(a, "lost with the server");
  const uint64_t before = a.seen;
  restart();
  come_back(a);
  ASSERT_TRUE(last<wire::JoinedT>(a));
  EXPECT_FALSE(last<wire::JoinedT>(a)->founded);
  EXPECT_TRUE(last<wire::JoinedT>(a)->roster.empty());
  EXPECT_FALSE(last<wire::GroupT>(a)) << "it has missed no commit";
  EXPECT_TRUE(last_command<sfu::AddParticipant>());
  come_back(b);
  EXPECT_TRUE(last<wire::ParticipantJoinedT>(a));
  EXPECT_EQ(last<wire::JoinedT>(b)->roster.size(), 1u);
  come_back(d);
  EXPECT_EQ(refusal(d), Refusal::not_a_member) << "it had left";
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>())) << "with the proposal from before";
  EXPECT_GT(a.seen, before);
  EXPECT_EQ(a.group->tree().member_count(), 3u);

  advance(config.limits.resume_grace);
  EXPECT_FALSE(commit(b, std::vector<mls::Proposal>()));
  EXPECT_EQ(a.group->tree().member_count(), 2u) << "the third never came back";
  come_back(c);
  EXPECT_EQ(refusal(c), Refusal::not_a_member);
  post(a, "still here");
  EXPECT_EQ(b.texts.back(), "still here");
}

TEST_F(CallsTest, ACallNobodyComesBackToEnds) {
  start();
  Client& a = member(1);
  restart();
  Client& later = person(2);
  arrive(later);
  EXPECT_FALSE(last<wire::JoinedT>(later)) << "the member may come back yet";
  advance(config.limits.resume_grace);
  ASSERT_TRUE(last<wire::JoinedT>(later));
  EXPECT_TRUE(last<wire::JoinedT>(later)->founded);
  come_back(a);
  EXPECT_EQ(refusal(a), Refusal::not_a_member);
}

TEST_F(CallsTest, AnEmptyCallIsForgotten) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  close(a.connection);
  close(b.connection);
  EXPECT_EQ(groups.groups.size(), 1u);
  advance(config.limits.resume_grace);
  EXPECT_TRUE(groups.groups.empty());
  EXPECT_EQ(calls->counts().rooms, 0u);
  EXPECT_EQ(calls->counts().participants, 0u);
  EXPECT_EQ(calls->next_timeout(), Instant::never());
  come_back(a);
  EXPECT_EQ(refusal(a), Refusal::not_a_member);
  Client& fresh = member(3);
  EXPECT_TRUE(last<wire::JoinedT>(fresh)->founded);
}

TEST_F(CallsTest, AGroupThatCannotBeReadIsForgotten) {
  start();
  Client& a = member(1);
  groups.groups.begin()->second.tree.clear();
  groups.groups.begin()->second.group_info.back() ^= 1;
  restart();
  come_back(a);
  EXPECT_EQ(refusal(a), Refusal::not_a_member);
  EXPECT_TRUE(groups.groups.empty());
}

TEST_F(CallsTest, ALostMediaPathEndsNoStayThatHasAConnection) {
  start();
  Client& a = member(1);
  const ParticipantId id{last<wire::JoinedT>(a)->self};
  event(sfu::ParticipantConnected{id});
  event(sfu::ParticipantLost{id});
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 1u);
}

}  // namespace
}  // namespace vicino::server
