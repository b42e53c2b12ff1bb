// Newcomers: who founds, who waits, who is refused.
#include "server/calls_fixture.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, AConnectionIsGreeted) {
  start();
  const ConnectionId id = connect();
  const auto* hello = last<wire::HelloT>(id);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->version, 2);
  EXPECT_EQ(hello->nonce.size(), 32u);
  EXPECT_EQ(hello->external_sender, world.server.public_key);
  EXPECT_NE(hello->nonce, last<wire::HelloT>(connect())->nonce);
}

TEST_F(CallsTest, TheFirstFoundsTheCall) {
  start();
  Client& host = person(1);
  arrive(host);
  const auto* joined = last<wire::JoinedT>(host);
  ASSERT_TRUE(joined);
  EXPECT_TRUE(joined->founded);
  EXPECT_TRUE(joined->roster.empty());
  EXPECT_EQ(joined->video_slots, 3);
  EXPECT_TRUE(rtc::parse_answer(joined->answer));
  ASSERT_TRUE(last_command<sfu::AddParticipant>());
  EXPECT_EQ(last_command<sfu::AddParticipant>()->setup.id.value, joined->self);
  EXPECT_EQ(rooms.rooms.size(), 1u);
  EXPECT_EQ(groups.groups.size(), 1u);
}

TEST_F(CallsTest, TheNextWaitsAndIsAdded) {
  start();
  Client& host = member(1);
  Client& guest = person(2);
  arrive(guest);
  ASSERT_TRUE(last<wire::InLobbyT>(guest));
  EXPECT_TRUE(last<wire::InLobbyT>(guest)->lobby);
  EXPECT_FALSE(last<wire::JoinedT>(guest));
  const auto* waiting = last<wire::WaitingT>(host);
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->sender, 2u);
  EXPECT_EQ(waiting->key_package, mls::encode_message(guest.package.package));
  EXPECT_EQ(waiting->name, (Buffer{4, 2}));
  EXPECT_EQ(calls->counts().waiting, 1u);

  EXPECT_FALSE(admit(host, guest));
  EXPECT_EQ(host.waiting.size(), 0u);
  const auto* joined = last<wire::JoinedT>(guest);
  ASSERT_TRUE(joined);
  EXPECT_FALSE(joined->founded);
  ASSERT_EQ(joined->roster.size(), 1u);
  EXPECT_EQ(joined->roster[0]->sender, 1u);
  EXPECT_TRUE(joined->roster[0]->connected);
  const auto* news = last<wire::ParticipantJoinedT>(host);
  ASSERT_TRUE(news);
  EXPECT_EQ(news->participant->sender, 2u);
  EXPECT_EQ(news->participant->id, joined->self);
  EXPECT_EQ(guest.group->state(), host.group->state());
  EXPECT_EQ(calls->counts().waiting, 0u);
  EXPECT_EQ(calls->counts().joins, 2u);
}

TEST_F(CallsTest, AWelcomeComesBeforeItsJoined) {
  start();
  member(1);
  Client& guest = member(2);
  std::vector<wire::ServerBody> kinds;
  for (const auto& message : inbox[guest.connection]) kinds.push_back(message->body.type);
  using enum wire::ServerBody;
  EXPECT_EQ(kinds, (std::vector{Hello, InLobby, Welcome, Joined}));
}

TEST_F(CallsTest, AFoundingGroupIsThisRoomsThisLinksAndTheServers) {
  start();
  const auto refused = [&](auto change) {
    Client& client = person(1);
    admission::MemberWorld& w = world;
    mls::NewMember founder{w.leaf(client.sender, client.link), client.keys.clone()};
    admission::CallContext context{.link_id = client.link, .earlier = {}, .hosts = {client.sender}};
    Buffer room(16, 1);
    change(founder, context, room);
    client.alone = w.found(room, std::move(founder), context);
    EXPECT_EQ(refusal(newcomer_join(client)), Refusal::bad_message);
  };
  using Founder = mls::NewMember;
  using Context = admission::CallContext;
  refused([](Founder&, Context&, Buffer& room) { room[0] = 2; });
  refused([](Founder& f, Context&, Buffer&) {
    f.leaf.credential = admission::credential_of(SenderId{2});
  });
  refused([](Founder& f, Context&, Buffer&) { f.leaf.extensions.clear(); });
  refused([](Founder&, Context& c, Buffer&) { c.hosts = {SenderId{2}}; });
  refused([](Founder&, Context& c, Buffer&) { c.link_id = Buffer(8, 1); });
  refused([](Founder&, Context& c, Buffer&) { c.version = 2; });
  Client& other_server = person(1);
  admission::MemberWorld elsewhere;
  other_server.alone = elsewhere.found(
      Buffer(16, 1), {elsewhere.leaf(SenderId{1}, other_server.link), other_server.keys.clone()},
      {.link_id = other_server.link, .earlier = {}, .hosts = {SenderId{1}}});
  EXPECT_EQ(refusal(newcomer_join(other_server)), Refusal::bad_message);
  auto join = newcomer_join(person(1));
  join.group_info.back() ^= 1;
  EXPECT_EQ(refusal(std::move(join)), Refusal::bad_message) << "its signature";
  EXPECT_TRUE(rooms.rooms.empty());
  EXPECT_EQ(calls->counts().rooms, 0u);
}

TEST_F(CallsTest, AKeyPackageIsItsSenders) {
  start();
  member(1);
  auto join = newcomer_join(person(2));
  join.sender = 3;
  EXPECT_EQ(refusal(std::move(join)), Refusal::bad_message);
  join = newcomer_join(person(2));
  join.key_package.back() ^= 1;
  EXPECT_EQ(refusal(std::move(join)), Refusal::bad_message);
  join = newcomer_join(person(2));
  join.key_package = join.group_info;
  EXPECT_EQ(refusal(std::move(join)), Refusal::bad_message);
  Client& late = person(2);
  world.now -= 30 * 24 * 3600;
  late.package =
      mls::make_key_package(world.suite, late.keys.clone(), world.leaf(late.sender, late.link),
                            world.lifetime(), world.random);
  world.now += 30 * 24 * 3600;
  EXPECT_EQ(refusal(newcomer_join(late)), Refusal::bad_message) << "not valid any more";
}

TEST_F(CallsTest, ASenderIdThatIsTakenIsRefused) {
  start();
  Client& host = member(1);
  EXPECT_EQ(refusal(newcomer_join(person(1))), Refusal::bad_message) << "a member's";
  Client& waiting = person(2);
  arrive(waiting);
  EXPECT_EQ(refusal(newcomer_join(person(2))), Refusal::bad_message) << "another key";
  EXPECT_FALSE(refusal(waiting));
  const ConnectionId before = waiting.connection;
  arrive(waiting);
  EXPECT_EQ(refusal(before), Refusal::replaced) << "back before the old connection was lost";
  EXPECT_FALSE(admit(host, waiting));
  EXPECT_TRUE(last<wire::JoinedT>(waiting));
}

TEST_F(CallsTest, TheTokenOfARoomIsItsFirst) {
  start();
  member(1);
  EXPECT_EQ(refusal(newcomer_join(person(2, 1, 2))), Refusal::wrong_link);
  auto other_version = newcomer_join(person(2));
  other_version.version = 1;
  EXPECT_EQ(refusal(std::move(other_version)), Refusal::wrong_version);
}

TEST_F(CallsTest, ClosedServersMakeNoRooms) {
  config.rooms_by_anyone = false;
  start();
  EXPECT_EQ(refusal(newcomer_join(person(1))), Refusal::rooms_closed);
  rooms.rooms[RoomName{}] = TokenHash{};
  Client& known = person(1);
  rooms.rooms[RoomName{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}] =
      crypto::sha256(known.token);
  arrive(known);
  EXPECT_TRUE(known.group);
}

TEST_F(CallsTest, LimitsHold) {
  config.limits.max_participants_per_room = 3;
  config.limits.max_participants = 5;
  config.limits.max_waiting_per_room = 1;
  config.limits.max_rooms = 2;
  start();
  member(1);
  Client& guest = person(2);
  arrive(guest);
  EXPECT_EQ(refusal(newcomer_join(person(3))), Refusal::lobby_full);
  admit(clients[0], guest);
  Client& third = person(3);
  arrive(third);
  EXPECT_EQ(refusal(newcomer_join(person(4))), Refusal::room_full) << "should all be let in";
  member(1, 2);
  EXPECT_EQ(refusal(newcomer_join(person(1, 3))), Refusal::server_full) << "rooms";
  arrive(person(2, 2));
  EXPECT_EQ(refusal(newcomer_join(person(3, 2))), Refusal::server_full) << "participants";
  rooms.capacity = 2;
}

TEST_F(CallsTest, ARoomThatCannotBeWrittenIsNotMade) {
  rooms.capacity = 0;
  start();
  EXPECT_EQ(refusal(newcomer_join(person(1))), Refusal::server_full);
  rooms.capacity = 1;
  groups.broken = true;
  EXPECT_EQ(refusal(newcomer_join(person(1))), Refusal::server_full);
  EXPECT_EQ(calls->counts().rooms, 0u);
}

TEST_F(CallsTest, OffersThatCannotBeAnsweredAreRefused) {
  start();
  const auto refused = [&](auto change) {
    auto join = newcomer_join(person(1));
    change(join);
    EXPECT_EQ(refusal(std::move(join)), Refusal::bad_offer);
  };
  refused([](wire::JoinT& j) { j.offer = "nonsense"; });
  refused([](wire::JoinT& j) { j.tracks[0]->mid = "nowhere"; });
  refused([](wire::JoinT& j) { j.tracks[0]->mid = "a0"; });
  refused([](wire::JoinT& j) { j.tracks[0]->mid = "cam"; });
  EXPECT_TRUE(rooms.rooms.empty());
  EXPECT_TRUE(commands.empty());
}

TEST_F(CallsTest, WhatWasNotAnnouncedOrIsTooMuchIsInactive) {
  config.limits.video_slots = 2;
  config.limits.audio_slots = 1;
  start();
  auto join = newcomer_join(person(1));
  join.tracks.pop_back();  // the camera's m-line is there, its track isn't
  const ConnectionId id = connect();
  send(id, std::move(join));
  const auto* add = last_command<sfu::AddParticipant>();
  ASSERT_TRUE(add);
  EXPECT_EQ(add->setup.publications.size(), 1u);
  EXPECT_EQ(add->setup.slots.size(), 3u);
  EXPECT_EQ(last<wire::JoinedT>(id)->video_slots, 2);
}

TEST_F(CallsTest, AnOpenRoomIsNotJoined) {
  config.open_rooms = {{"sixteen.letters1", ""}};
  start();
  auto join = newcomer_join(person(1));
  const std::string_view name = "sixteen.letters1";
  join.room.assign(name.begin(), name.end());
  EXPECT_EQ(refusal(std::move(join)), Refusal::open_room);
}

TEST_F(CallsTest, RoomsGoToTheShardWithTheFewestParticipants) {
  start(2);
  member(1, 1);
  EXPECT_EQ(commands.back().shard, 0u);
  member(1, 2);
  EXPECT_EQ(commands.back().shard, 1u);
  member(2, 2);
  EXPECT_EQ(commands.back().shard, 1u) << "a room stays where it is";
  member(1, 3);
  EXPECT_EQ(commands.back().shard, 0u);
}

}  // namespace
}  // namespace vicino::server
