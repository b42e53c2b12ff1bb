#include "server/calls.h"

#include "server/calls_fixture.h"

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
  const Member joined = join();
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

TEST_F(CallsTest, AProfileGoesToTheOthersOfTheRoom) {
  start();
  const Member a = join(make_join(1));
  const Member b = join(make_join(1));
  const Member elsewhere = join(make_join(2));
  wire::SetProfileT profile;
  profile.profile = {7, 7, 7};
  send(a.connection, profile);
  ASSERT_TRUE(last<wire::ProfileChangedT>(b.connection));
  EXPECT_EQ(last<wire::ProfileChangedT>(b.connection)->id, a.joined.self);
  EXPECT_EQ(last<wire::ProfileChangedT>(b.connection)->profile, (Buffer{7, 7, 7}));
  EXPECT_FALSE(last<wire::ProfileChangedT>(a.connection));
  EXPECT_FALSE(last<wire::ProfileChangedT>(elsewhere.connection));
  const Member late = join(make_join(1));
  ASSERT_EQ(late.joined.roster.size(), 2u);
  EXPECT_EQ(late.joined.roster[0]->profile, (Buffer{7, 7, 7})) << "who comes later sees it as well";
}

TEST_F(CallsTest, WantsReachTheShardForTheOwnRoomOnly) {
  start();
  const Member a = join(make_join(1));
  const Member b = join(make_join(1));
  const Member elsewhere = join(make_join(2));
  send(a.connection, watch({elsewhere.joined.self, b.joined.self, a.joined.self, 0, 999}));
  const auto* set = last_command<sfu::SetWants>();
  ASSERT_TRUE(set);
  EXPECT_EQ(set->id, a.id());
  ASSERT_EQ(set->wants.size(), 1u);
  EXPECT_EQ(set->wants[0].participant, b.id());
  EXPECT_EQ(set->wants[0].source, sfu::Source::camera);
  EXPECT_EQ(set->wants[0].width, 640);
  EXPECT_EQ(set->wants[0].height, 360);
}

TEST_F(CallsTest, WantsAreBounded) {
  config.limits.max_participants_per_room = 2;
  start();
  const Member a = join();
  send(a.connection, watch({1, 2, 3, 4}));
  EXPECT_FALSE(refusal(a.connection));
  send(a.connection, watch({1, 2, 3, 4, 5}));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_message);
}

TEST_F(CallsTest, SlotsAreToldToTheirParticipant) {
  start();
  const Member a = join();
  const Member b = join();
  event(sfu::SlotsChanged{
      a.id(),
      {{"v0", b.id(), sfu::Source::screen}, {"a0", std::nullopt, sfu::Source::microphone}}});
  const auto* told = last<wire::SlotsT>(a.connection);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->slots.size(), 2u);
  EXPECT_EQ(told->slots[0]->mid, "v0");
  EXPECT_EQ(told->slots[0]->participant, b.joined.self);
  EXPECT_EQ(told->slots[0]->source, wire::Source::screen);
  EXPECT_EQ(told->slots[1]->participant, 0u);
  EXPECT_FALSE(last<wire::SlotsT>(b.connection));
}

TEST_F(CallsTest, TooManyMessagesEndAConnection) {
  config.limits.messages_per_second = 10;  // averaged over 2 s
  start();
  const Member a = join();
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
  for (int i = 0; i < 2; ++i) send(id, make_join());
  EXPECT_FALSE(refusal(id));
  send(id, make_join());
  EXPECT_EQ(refusal(id), Refusal::too_many_requests);
}

TEST_F(CallsTest, DrainingTellsEverybodyAndLetsNobodyIn) {
  config.open_rooms = {{"lobby", ""}};
  start();
  const Member a = join();
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

TEST_F(CallsTest, ManyStaysLeaveNothingBehind) {
  config.limits.max_connections = 50;
  config.limits.max_participants = 20;
  config.limits.max_rooms = 5;
  start(3);
  SeededRandom dice(7);
  std::vector<ConnectionId> open;
  std::vector<std::vector<uint8_t>> tokens = {{}};
  for (int i = 0; i < 1500; ++i) {
    const uint64_t roll = dice.next() % 10;
    if (roll < 4 || open.empty()) {
      open.push_back(connect());
      auto request = make_join(static_cast<uint8_t>(dice.next() % 8));
      request.resume = tokens[dice.next() % tokens.size()];
      send(open.back(), std::move(request));
      if (const auto* joined = last<wire::JoinedT>(open.back())) tokens.push_back(joined->resume);
    } else {
      const size_t pick = dice.next() % open.size();
      if (roll < 6) send(open[pick], wire::LeaveT());
      close(open[pick]);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
    }
    if (roll == 9) advance(seconds(3));
    if (tokens.size() > 10) tokens.erase(tokens.begin() + 1);
    const auto counts = calls->counts();
    EXPECT_LE(counts.connections, 50u);
    EXPECT_LE(counts.participants, 20u);
    EXPECT_LE(counts.rooms, 5u);
    inbox.clear();
  }
  for (const ConnectionId id : open) close(id);
  advance(seconds(60));
  EXPECT_EQ(calls->counts().connections, 0u);
  EXPECT_EQ(calls->counts().participants, 0u);
  EXPECT_EQ(calls->counts().rooms, 0u);
  EXPECT_EQ(calls->next_timeout(), Instant::never());
  EXPECT_GT(calls->counts().resumes, 10u) << "the dice must have met what is tested";

  std::map<std::pair<size_t, uint64_t>, std::set<uint32_t>> rooms;  // what the shards believe
  for (const ToShard& c : commands) {
    std::visit(
        [&](const auto& command) {
          using T = std::decay_t<decltype(command)>;
          auto& members = rooms[{c.shard, command.room.value}];
          if constexpr (std::is_same_v<T, sfu::AddParticipant>) {
            EXPECT_TRUE(members.insert(command.setup.id.value).second);
          } else if constexpr (std::is_same_v<T, sfu::ReplaceParticipant>) {
            EXPECT_TRUE(members.contains(command.setup.id.value));
          } else if constexpr (std::is_same_v<T, sfu::RemoveParticipant>) {
            EXPECT_EQ(members.erase(command.id.value), 1u);
          }
        },
        c.command);
  }
  for (const auto& [room, members] : rooms) EXPECT_TRUE(members.empty());
}

}  // namespace
}  // namespace vicino::server
