#include "server/calls.h"

#include "server/calls_fixture.h"
#include "server/shard_model.h"

namespace vicino::server {
namespace {

using wire::Refusal;

wire::WatchT watch(std::initializer_list<uint32_t> participants) {
  wire::WatchT watch;
  for (const uint32_t id : participants) {
    auto want = std::make_unique<wire::WantT>();
    want->participant = id;
    want->source = wire::Source::camera;
    want->width = 640;
    want->height = 360;
    watch.wants.push_back(std::move(want));
  }
  return watch;
}

TEST_F(CallsTest, AConnectionThatDoesntJoinIsClosed) {
  start();
  const ConnectionId idle = connect();
  Client& joined = member(1);
  EXPECT_EQ(calls->next_timeout(), now + seconds(30));
  advance(seconds(30) - microseconds(1));
  EXPECT_FALSE(closed.contains(idle));
  advance(microseconds(1));
  EXPECT_TRUE(closed.contains(idle));
  EXPECT_FALSE(closed.contains(joined.connection));
  EXPECT_EQ(calls->next_timeout(), Instant::never());
  EXPECT_EQ(calls->counts().connections, 1u);

  send(joined.connection, wire::LeaveT());
  advance(seconds(30));
  EXPECT_TRUE(closed.contains(joined.connection)) << "nor does one that has left stay for ever";
  EXPECT_EQ(calls->counts().connections, 0u);
}

TEST_F(CallsTest, ConnectionsAreCounted) {
  config.limits.max_connections = 2;
  start();
  connect();
  const ConnectionId second = connect();
  const ConnectionId third = connect();
  EXPECT_EQ(refusal(third), Refusal::server_full);
  close(third);
  close(second);
  EXPECT_FALSE(refusal(connect()));
}

TEST_F(CallsTest, WantsReachTheShardForTheOwnRoomOnly) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& elsewhere = member(1, 2);
  send(a.connection, watch({id_of(elsewhere).value, id_of(b).value, id_of(a).value, 0, 999}));
  const auto* set = last_command<sfu::SetWants>();
  ASSERT_TRUE(set);
  EXPECT_EQ(set->id, id_of(a));
  ASSERT_EQ(set->wants.size(), 1u);
  EXPECT_EQ(set->wants[0].participant, id_of(b));
  EXPECT_EQ(set->wants[0].source, sfu::Source::camera);
  EXPECT_EQ(set->wants[0].width, 640);
  EXPECT_EQ(set->wants[0].height, 360);
}

TEST_F(CallsTest, WantsAreBounded) {
  config.limits.max_participants_per_room = 2;
  start();
  Client& a = member(1);
  send(a.connection, watch({1, 2, 3, 4}));
  EXPECT_FALSE(refusal(a.connection));
  send(a.connection, watch({1, 2, 3, 4, 5}));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_message);
}

TEST_F(CallsTest, SlotsAreToldToTheirParticipant) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  event(sfu::SlotsChanged{
      id_of(a),
      {{"v0", id_of(b), sfu::Source::screen}, {"a0", std::nullopt, sfu::Source::microphone}}});
  const auto* told = last<wire::SlotsT>(a.connection);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->slots.size(), 2u);
  EXPECT_EQ(told->slots[0]->mid, "v0");
  EXPECT_EQ(told->slots[0]->participant, id_of(b).value);
  EXPECT_EQ(told->slots[0]->source, wire::Source::screen);
  EXPECT_EQ(told->slots[1]->participant, 0u);
  EXPECT_FALSE(last<wire::SlotsT>(b.connection));
}

TEST_F(CallsTest, WhatIsHeldBackIsToldToItsReceiver) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  event(sfu::HeldBackChanged{id_of(a), {{id_of(b), sfu::Source::camera}}});
  const auto* told = last<wire::HeldBackT>(a.connection);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->sources.size(), 1u);
  EXPECT_EQ(told->sources[0]->participant, id_of(b).value);
  EXPECT_EQ(told->sources[0]->source, wire::Source::camera);
  EXPECT_FALSE(last<wire::HeldBackT>(b.connection));
  event(sfu::HeldBackChanged{id_of(a), {}});
  EXPECT_TRUE(last<wire::HeldBackT>(a.connection)->sources.empty());
}

TEST_F(CallsTest, WatchedLayersAreToldToTheirPublisher) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  event(sfu::LayersWatched{id_of(a), {{sfu::Source::camera, "q"}, {sfu::Source::screen, ""}}});
  const auto* told = last<wire::WatchedT>(a.connection);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->layers.size(), 2u);
  EXPECT_EQ(told->layers[0]->source, wire::Source::camera);
  EXPECT_EQ(told->layers[0]->rid, "q");
  EXPECT_EQ(told->layers[1]->source, wire::Source::screen);
  EXPECT_FALSE(last<wire::WatchedT>(b.connection));
}

TEST_F(CallsTest, PoorUplinksAreToldToThoseNamed) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  event(sfu::UplinksChanged{{id_of(a), ParticipantId{999}}, {{id_of(b), 120}}});
  const auto* told = last<wire::UplinksT>(a.connection);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->poor.size(), 1u);
  EXPECT_EQ(told->poor[0]->participant, id_of(b).value);
  EXPECT_EQ(told->poor[0]->lost_permille, 120);
  EXPECT_FALSE(last<wire::UplinksT>(b.connection));
}

TEST_F(CallsTest, TooManyMessagesEndAConnection) {
  config.limits.messages_per_second = 10;  // averaged over 2 s
  start();
  Client& a = member(1);
  advance(seconds(10));
  for (int i = 0; i < 20; ++i) send(a.connection, watch({}));
  EXPECT_FALSE(refusal(a.connection)) << "a burst of two seconds' worth";
  advance(seconds(1));
  for (int i = 0; i < 10; ++i) send(a.connection, watch({}));
  EXPECT_FALSE(refusal(a.connection));
  send(a.connection, watch({}));
  EXPECT_EQ(refusal(a.connection), Refusal::too_many_requests);
  EXPECT_GT(last<wire::RefusedT>(a.connection)->retry_after_ms, 0u);
}

TEST_F(CallsTest, JoinsCostMoreThanOtherMessages) {
  config.limits.messages_per_second = 10;
  start();
  const ConnectionId id = connect();
  Client& a = person(1);
  a.connection = id;
  a.nonce = last<wire::HelloT>(id)->nonce;
  send(id, newcomer_join(a));
  send(id, returning_join(a));
  EXPECT_FALSE(refusal(id));
  send(id, returning_join(a));
  EXPECT_EQ(refusal(id), Refusal::too_many_requests);
}

TEST_F(CallsTest, DrainingTellsEverybodyAndLetsNobodyIn) {
  config.open_rooms = {{"lobby", ""}};
  start();
  Client& a = member(1);
  const ConnectionId idle = connect();
  calls->drain(now);
  pump();
  for (const ConnectionId id : {a.connection, idle, connect()}) {
    EXPECT_EQ(refusal(id), Refusal::draining);
    EXPECT_GE(last<wire::RefusedT>(id)->retry_after_ms, config.drain_time.ms());
  }
  EXPECT_FALSE(last_command<sfu::RemoveParticipant>()) << "media goes on while it can";
  const auto resource = calls->create_resource(now, true, "lobby", "", "", make_offer());
  ASSERT_FALSE(resource);
  EXPECT_EQ(resource.error().status, 503);
  EXPECT_EQ(calls->counts().connections, 0u);
}

TEST_F(CallsTest, PostsAndCommitsCostByWhatTheyTake) {
  config.limits.messages_per_second = 10;  // 20 at once
  start();
  Client& a = member(1);
  advance(seconds(10));
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  EXPECT_FALSE(refusal(a));
  commit_of(a, std::vector<mls::Proposal>());
  a.pending.reset();
  wire::PostT large;
  large.message.assign(8192, 1);
  send(a.connection, large);
  EXPECT_EQ(refusal(a), Refusal::too_many_requests);
}

TEST_F(CallsTest, MembersOnlySpeakAfterJoining) {
  start();
  Client& host = member(1);
  Client& waiting = person(2);
  const auto refused = [&](auto message, bool in_lobby_too) {
    const ConnectionId early = connect();
    send(early, message);
    EXPECT_EQ(refusal(early), Refusal::bad_message);
    if (!in_lobby_too) return;
    arrive(waiting);
    send(waiting.connection, message);
    EXPECT_EQ(refusal(waiting), Refusal::bad_message);
  };
  wire::PostT post;
  post.message = {1};
  wire::CommitT commit;
  commit.commit = {1};
  commit.group_info = {1};
  refused(post, true);
  refused(wire::ReadyT(), true);
  refused(wire::DenyT(), true);
  refused(wire::GetGroupT(), false);
  refused(commit, false);
  EXPECT_TRUE(host.waiting.empty());
}

// Everybody does anything at any time; what is kept must follow.
TEST_F(CallsTest, ManyStaysLeaveNothingBehind) {
  config.limits.max_connections = 30;
  config.limits.max_participants = 20;
  config.limits.max_rooms = 3;
  config.members_per_worker = 2;
  start(3);
  SeededRandom dice(7);
  for (uint64_t i = 0; i < 1000; ++i) {
    Client* one = clients.empty() ? nullptr : &clients[dice.next() % clients.size()];
    const uint64_t roll = dice.next() % 12;
    if (roll < 3 || !one) {
      Client& fresh = person(100 + i, static_cast<uint8_t>(dice.next() % 5));
      fresh.connection = connect();
      if (!refusal(fresh)) send(fresh.connection, newcomer_join(fresh));
    } else if (roll < 6) {
      for (Client& other : clients) {
        if (one->group && other.room == one->room && one->waiting.contains(other.sender.value) &&
            !closed.contains(one->connection)) {
          admit(*one, other);
          break;
        }
      }
    } else if (roll < 8) {
      close(one->connection);
      closed.insert(one->connection);
    } else if (roll < 10 && one->group) {
      connect(*one);
      if (!refusal(*one)) send(one->connection, returning_join(*one));
    } else if (roll == 10) {
      send(one->connection, wire::LeaveT());
    } else {
      advance(seconds(5));
    }
    const auto counts = calls->counts();
    EXPECT_LE(counts.connections, 30u);
    EXPECT_LE(counts.participants + counts.waiting, 20u);
    EXPECT_LE(counts.rooms, 3u);
  }
  for (uint64_t id = 1; id <= last_connection; ++id) close({id});
  advance(seconds(60));
  EXPECT_EQ(calls->counts().connections, 0u);
  EXPECT_EQ(calls->counts().participants, 0u);
  EXPECT_EQ(calls->counts().waiting, 0u);
  EXPECT_EQ(calls->counts().rooms, 0u);
  EXPECT_EQ(calls->next_timeout(), Instant::never());
  EXPECT_TRUE(groups.groups.empty());
  EXPECT_GT(calls->counts().resumes, 5u) << "the dice must have met what is tested";
  EXPECT_GT(calls->counts().joins, 10u) << "and have founded and added";

  ShardModel model;
  model.apply(commands);
  EXPECT_TRUE(model.empty());
}

}  // namespace
}  // namespace vicino::server
