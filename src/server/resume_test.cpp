#include "server/calls_fixture.h"

namespace vicino::server {
namespace {

using wire::Refusal;

wire::JoinT with_resume(wire::JoinT request, const std::vector<uint8_t>& token) {
  request.resume = token;
  return request;
}

TEST_F(CallsTest, ALostConnectionKeepsItsPlaceForTheGraceTime) {
  start();
  const Member a = join();
  const Member b = join();
  close(a.connection);
  EXPECT_FALSE(last<wire::ParticipantLeftT>(b.connection));
  EXPECT_EQ(calls->next_timeout(), now + config.limits.resume_grace);
  advance(config.limits.resume_grace - milliseconds(1));
  EXPECT_FALSE(last<wire::ParticipantLeftT>(b.connection));
  EXPECT_EQ(calls->counts().participants, 2u);
  advance(milliseconds(1));
  ASSERT_TRUE(last<wire::ParticipantLeftT>(b.connection));
  EXPECT_EQ(last<wire::ParticipantLeftT>(b.connection)->id, a.joined.self);
  ASSERT_TRUE(last_command<sfu::RemoveParticipant>());
  EXPECT_EQ(last_command<sfu::RemoveParticipant>()->id, a.id());

  const Member late = join(with_resume(make_join(), a.joined.resume));
  EXPECT_NE(late.joined.self, a.joined.self) << "too late: a new stay";
}

TEST_F(CallsTest, AResumedStayIsTheSameParticipantToTheOthers) {
  start();
  const Member a = join();
  const Member b = join();
  close(a.connection);
  advance(seconds(5));
  forget_messages();
  const Member again = join(with_resume(make_join(), a.joined.resume));
  EXPECT_EQ(again.joined.self, a.joined.self);
  EXPECT_EQ(again.joined.resume, a.joined.resume);
  ASSERT_EQ(again.joined.roster.size(), 1u);
  EXPECT_TRUE(inbox[b.connection].empty()) << "nobody left, nobody came, no profile changed";
  ASSERT_EQ(commands.size(), 1u);
  ASSERT_TRUE(last_command<sfu::ReplaceParticipant>());
  EXPECT_EQ(last_command<sfu::ReplaceParticipant>()->setup.id, a.id());
  EXPECT_EQ(calls->counts().resumes, 1u);
  EXPECT_EQ(calls->counts().joins, 2u);
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 2u) << "its grace time is over and forgotten";
}

TEST_F(CallsTest, AProfileChangedMeanwhileReachesTheOthers) {
  start();
  const Member a = join();
  const Member b = join();
  close(a.connection);
  auto request = with_resume(make_join(), a.joined.resume);
  request.profile = {42};
  join(std::move(request));
  ASSERT_TRUE(last<wire::ProfileChangedT>(b.connection));
  EXPECT_EQ(last<wire::ProfileChangedT>(b.connection)->id, a.joined.self);
  EXPECT_EQ(last<wire::ProfileChangedT>(b.connection)->profile, Buffer{42});
}

TEST_F(CallsTest, ResumingReplacesAConnectionThatStillLives) {
  start();
  const Member a = join();
  const Member again = join(with_resume(make_join(), a.joined.resume));
  EXPECT_EQ(refusal(a.connection), Refusal::replaced);
  EXPECT_EQ(again.joined.self, a.joined.self);
  close(a.connection);
  advance(config.limits.resume_grace * 2);
  EXPECT_EQ(calls->counts().participants, 1u) << "the old connection's end ends nothing";
  send(a.connection, wire::LeaveT());
  EXPECT_EQ(calls->counts().participants, 1u) << "nor do messages of it";
}

TEST_F(CallsTest, AResumeTokenIsGoodForItsRoomAndSenderOnly) {
  start();
  const Member a = join(make_join(1, 1, 16));
  close(a.connection);
  const Member other_sender = join(with_resume(make_join(1, 1, 32), a.joined.resume));
  EXPECT_NE(other_sender.joined.self, a.joined.self);
  const Member other_room = join(with_resume(make_join(2, 1, 16), a.joined.resume));
  EXPECT_NE(other_room.joined.self, a.joined.self);
  EXPECT_EQ(refusal(with_resume(make_join(1, 2, 16), a.joined.resume)), Refusal::wrong_link)
      << "the link is needed still";
  const Member unknown = join(with_resume(make_join(1, 1, 16), std::vector<uint8_t>(16, 0)));
  EXPECT_NE(unknown.joined.self, a.joined.self);
  const Member rightful = join(with_resume(make_join(1, 1, 16), a.joined.resume));
  EXPECT_EQ(rightful.joined.self, a.joined.self);
}

TEST_F(CallsTest, ASecondJoinOnAConnectionStartsItsMediaOver) {
  start();
  const Member a = join();
  const Member b = join();
  forget_messages();
  send(a.connection, with_resume(make_join(), a.joined.resume));
  EXPECT_EQ(joined(a.connection).joined.self, a.joined.self);
  ASSERT_TRUE(last_command<sfu::ReplaceParticipant>());
  EXPECT_FALSE(closed.contains(a.connection));
  EXPECT_TRUE(inbox[b.connection].empty());
  EXPECT_EQ(calls->counts().resumes, 0u);

  forget_messages();
  send(a.connection, make_join());
  EXPECT_EQ(joined(a.connection).joined.self, a.joined.self)
      << "before its Joined has arrived a client has no token to show";
  send(a.connection, make_join(2));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_message) << "one stay per connection";
  EXPECT_EQ(calls->counts().participants, 2u);
}

TEST_F(CallsTest, ARefusedRestartLeavesThePlaceToBeResumed) {
  start();
  const Member a = join();
  auto bad = make_join();
  bad.offer = "nonsense";
  send(a.connection, std::move(bad));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_offer);
  EXPECT_EQ(join(with_resume(make_join(), a.joined.resume)).joined.self, a.joined.self);
}

TEST_F(CallsTest, AfterLeavingAConnectionMayJoinAgain) {
  start();
  const Member a = join();
  send(a.connection, wire::LeaveT());
  EXPECT_EQ(calls->counts().rooms, 0u);
  forget_messages();
  send(a.connection, with_resume(make_join(), a.joined.resume));
  EXPECT_NE(joined(a.connection).joined.self, a.joined.self) << "what was left isn't resumed";
  EXPECT_TRUE(last_command<sfu::AddParticipant>());
}

TEST_F(CallsTest, ALostMediaPathEndsNoStayThatHasAConnection) {
  start();
  const Member a = join();
  event(sfu::ParticipantConnected{a.id()});
  event(sfu::ParticipantLost{a.id()});
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 1u);
  close(a.connection);
  event(sfu::ParticipantLost{a.id()});
  event(sfu::ParticipantConnected{a.id()});
  advance(config.limits.resume_grace);
  EXPECT_EQ(calls->counts().participants, 0u) << "media alone keeps no place";
  event(sfu::ParticipantLost{a.id()});
  event(sfu::SlotsChanged{a.id(), {}});
}

}  // namespace
}  // namespace vicino::server
