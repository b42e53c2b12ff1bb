#include "base/limits.h"
#include "server/calls_fixture.h"
#include "server/sha256.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, TheFirstJoinMakesTheRoomAndAMediaPath) {
  start();
  const Member a = join();
  EXPECT_NE(a.joined.self, 0u);
  EXPECT_EQ(a.joined.resume.size(), 16u);
  EXPECT_TRUE(a.joined.roster.empty());
  EXPECT_EQ(a.joined.video_slots, 3);

  ASSERT_EQ(registry.rooms.size(), 1u);
  EXPECT_EQ(registry.rooms.begin()->second, sha256(Buffer(32, 1)))
      << "only the token's hash is kept";

  ASSERT_EQ(commands.size(), 1u);
  const auto* add = last_command<sfu::AddParticipant>();
  ASSERT_TRUE(add);
  EXPECT_EQ(add->setup.id, a.id());
  ASSERT_EQ(add->setup.publications.size(), 2u);
  EXPECT_EQ(add->setup.publications[0].source, sfu::Source::microphone);
  EXPECT_EQ(add->setup.publications[1].source, sfu::Source::camera);
  EXPECT_EQ(add->setup.publications[1].section.mid, "cam");
  EXPECT_EQ(add->setup.publications[1].width, 1280);
  EXPECT_EQ(add->setup.publications[1].height, 720);
  ASSERT_EQ(add->setup.slots.size(), 5u);
  std::set<uint32_t> ssrcs;
  for (const auto& slot : add->setup.slots) {
    EXPECT_EQ(slot.direction, rtc::Direction::send);
    EXPECT_TRUE(ssrcs.insert(slot.ssrc).second);
  }
  EXPECT_FALSE(add->setup.receives_everything);
  EXPECT_EQ(add->transport.role, rtc::PeerConfig::Role::server);
  EXPECT_EQ(add->transport.remote.ice_ufrag, "abcd");
  EXPECT_GE(add->transport.local.ice_ufrag.size(), 8u);
  EXPECT_GE(add->transport.local.ice_pwd.size(), 24u);

  const auto answer = rtc::parse_answer(a.joined.answer);
  ASSERT_TRUE(answer) << answer.error().where;
  EXPECT_EQ(answer->transport.ice_ufrag, add->transport.local.ice_ufrag);
  EXPECT_EQ(answer->transport.fingerprint, rtc::Fingerprint{9});
  EXPECT_EQ(answer->transport.candidates, std::vector<Address>{Address::v4({192, 0, 2, 1}, 40000)});
  EXPECT_EQ(answer->media.size(), 7u);
}

TEST_F(CallsTest, EverybodyHearsOfEverybodyInTheRoomAndOfNobodyElse) {
  start();
  const Member a = join(make_join(1, 1, 16));
  const Member other_room = join(make_join(2, 1, 32));
  auto request = make_join(1, 1, 48);
  request.profile = {9, 9};
  const Member b = join(std::move(request));

  ASSERT_EQ(b.joined.roster.size(), 1u);
  EXPECT_EQ(b.joined.roster[0]->id, a.joined.self);
  EXPECT_EQ(b.joined.roster[0]->sender, 16u);
  EXPECT_EQ(b.joined.roster[0]->profile, (Buffer{1, 2, 3}));
  const auto* told = last<wire::ParticipantJoinedT>(a.connection);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->participant->id, b.joined.self);
  EXPECT_EQ(told->participant->sender, 48u);
  EXPECT_EQ(told->participant->profile, (Buffer{9, 9}));
  EXPECT_FALSE(last<wire::ParticipantJoinedT>(other_room.connection));
  EXPECT_EQ(calls->counts().rooms, 2u);
  EXPECT_EQ(calls->counts().participants, 3u);

  send(a.connection, wire::LeaveT());
  ASSERT_TRUE(last<wire::ParticipantLeftT>(b.connection));
  EXPECT_EQ(last<wire::ParticipantLeftT>(b.connection)->id, a.joined.self);
  EXPECT_FALSE(last<wire::ParticipantLeftT>(other_room.connection));
  ASSERT_TRUE(last_command<sfu::RemoveParticipant>());
  EXPECT_EQ(last_command<sfu::RemoveParticipant>()->id, a.id());
  send(a.connection, wire::LeaveT());
  EXPECT_FALSE(refusal(a.connection)) << "leaving twice is harmless";
}

TEST_F(CallsTest, AnotherTokenIsRefusedWhetherOrNotAnybodyIsIn) {
  start();
  const Member a = join(make_join(1, 1));
  EXPECT_EQ(refusal(make_join(1, 2)), Refusal::wrong_link);
  registry.rooms.clear();
  EXPECT_EQ(refusal(make_join(1, 2)), Refusal::wrong_link)
      << "a room in use isn't taken over, even if the registry has dropped it";
  send(a.connection, wire::LeaveT());

  registry.rooms[RoomName{5}] = sha256(Buffer(32, 1));
  auto request = make_join(1, 2);
  request.room = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(refusal(std::move(request)), Refusal::wrong_link);
  EXPECT_EQ(calls->counts().participants, 0u);
  EXPECT_EQ(calls->counts().refused_joins, 3u);
}

TEST_F(CallsTest, RoomsAreMadeOnRequestOnlyIfTheOperatorWants) {
  config.rooms_by_anyone = false;
  registry.rooms[{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}] = sha256(Buffer(32, 1));
  start();
  EXPECT_EQ(refusal(make_join(1)), Refusal::rooms_closed);
  EXPECT_FALSE(refusal(make_join(2)));
  EXPECT_EQ(registry.rooms.size(), 1u);
}

TEST_F(CallsTest, ARegistryThatTakesNoMoreRefusesTheRoomAndKeepsNothing) {
  registry.capacity = 1;
  start();
  join(make_join(1));
  commands.clear();
  EXPECT_EQ(refusal(make_join(2)), Refusal::server_full);
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(calls->counts().rooms, 1u);
}

TEST_F(CallsTest, LimitsOfRoomAndServerHold) {
  config.limits.max_participants_per_room = 2;
  config.limits.max_participants = 4;
  config.limits.max_rooms = 2;
  start();
  const Member a = join(make_join(1));
  join(make_join(1));
  EXPECT_EQ(refusal(make_join(1)), Refusal::room_full);
  join(make_join(2));
  EXPECT_EQ(refusal(make_join(3)), Refusal::server_full) << "rooms";
  join(make_join(2));
  EXPECT_EQ(refusal(make_join(2)), Refusal::server_full) << "participants, before the room";
  EXPECT_EQ(registry.rooms.size(), 2u);

  auto again = make_join(1);
  again.resume = a.joined.resume;
  EXPECT_FALSE(refusal(std::move(again))) << "a stay that goes on takes no new place";
  EXPECT_EQ(calls->counts().participants, 4u);
}

TEST_F(CallsTest, RefusalsComeInTheirOrder) {
  config.limits.max_participants_per_room = 1;
  start();
  join(make_join(1));
  auto request = [&] {
    auto r = make_join(1, 2);  // the room is full and the token wrong
    r.offer = "nothing";
    return r;
  };
  auto version = request();
  version.version = 2;
  version.token.clear();
  EXPECT_EQ(refusal(std::move(version)), Refusal::wrong_version) << "before the rest is looked at";
  EXPECT_EQ(calls->counts().refused_joins, 1u);
  EXPECT_EQ(refusal(request()), Refusal::room_full);
  registry.rooms[RoomName{}] = sha256(Buffer(32, 1));
  auto empty_room = request();
  empty_room.room.assign(16, 0);
  EXPECT_EQ(refusal(std::move(empty_room)), Refusal::wrong_link) << "before the offer is read";
}

TEST_F(CallsTest, AnOfferThatCantBeAnsweredMakesNothing) {
  start();
  const auto refused = [&](wire::JoinT request) {
    const ConnectionId id = connect();
    send(id, std::move(request));
    EXPECT_EQ(refusal(id), Refusal::bad_offer);
    EXPECT_FALSE(last<wire::RefusedT>(id)->detail.empty()) << "it says why";
  };
  auto nonsense = make_join();
  nonsense.offer = "v=0\r\n";
  refused(std::move(nonsense));
  auto no_such_mid = make_join();
  no_such_mid.tracks[0]->mid = "nothing";
  refused(std::move(no_such_mid));
  auto slot_as_track = make_join();
  slot_as_track.tracks[0]->mid = "a0";
  refused(std::move(slot_as_track));
  auto video_as_microphone = make_join();
  video_as_microphone.tracks[0]->mid = "cam";
  video_as_microphone.tracks.pop_back();
  refused(std::move(video_as_microphone));
  auto same_mid = make_join();
  same_mid.tracks[1]->mid = "mic";
  same_mid.tracks[1]->source = wire::Source::screen_audio;
  refused(std::move(same_mid));

  EXPECT_TRUE(registry.rooms.empty());
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(calls->counts().rooms, 0u);
}

TEST_F(CallsTest, WhatWasNotAnnouncedOrIsTooMuchIsInactive) {
  config.limits.video_slots = 2;
  config.limits.audio_slots = 1;
  start();
  auto request = make_join();
  request.tracks.pop_back();  // the camera's m-line is there, its track isn't
  const Member a = join(std::move(request));
  const auto* add = last_command<sfu::AddParticipant>();
  ASSERT_TRUE(add);
  ASSERT_EQ(add->setup.publications.size(), 1u);
  EXPECT_EQ(add->setup.publications[0].source, sfu::Source::microphone);
  EXPECT_EQ(add->setup.slots.size(), 3u);
  EXPECT_EQ(a.joined.video_slots, 2);
  const auto answer = rtc::parse_answer(a.joined.answer);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->media.size(), 7u);
  for (const auto& section : answer->media) {
    const bool used = std::set<std::string>{"mic", "a0", "v0", "v1"}.contains(section.mid);
    EXPECT_EQ(section.direction != rtc::Direction::inactive, used) << section.mid;
  }
}

TEST_F(CallsTest, AnOpenRoomIsNotJoined) {
  config.open_rooms = {{"sixteen.letters1", ""}, {"lobby", ""}};
  start();
  auto request = make_join();
  const std::string_view name = "sixteen.letters1";
  request.room.assign(name.begin(), name.end());
  EXPECT_EQ(refusal(std::move(request)), Refusal::open_room);
  EXPECT_TRUE(registry.rooms.empty());
}

TEST_F(CallsTest, RoomsGoToTheShardWithTheFewestParticipants) {
  start(2);
  join(make_join(1));
  EXPECT_EQ(commands.back().shard, 0u);
  join(make_join(2));
  EXPECT_EQ(commands.back().shard, 1u);
  join(make_join(2));
  EXPECT_EQ(commands.back().shard, 1u) << "a room stays where it is";
  const Member last_one = join(make_join(3));
  EXPECT_EQ(commands.back().shard, 0u);
  const auto answer = rtc::parse_answer(last_one.joined.answer);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->transport.candidates.at(0).port, 40000);
  EXPECT_NE(std::get<sfu::AddParticipant>(commands[0].command).room,
            std::get<sfu::AddParticipant>(commands[3].command).room);
}

TEST_F(CallsTest, AJoinedMessageStaysUnderTheLimitOfOneMessage) {
  start();
  const auto big = [&](uint64_t n) {
    auto request = make_join(1, 1, n * 16, {.audio_slots = 0, .video_slots = 0});
    request.profile.assign(limits::max_profile, 1);
    return request;
  };
  for (uint64_t n = 1; n < 100; ++n) join(big(n));
  const ConnectionId id = connect();
  calls->handle_message(now, wall, id, encode(big(100)));
  size_t heard_of = 0;
  for (const Output& output : calls->take_outputs()) {
    const auto* message = std::get_if<SendMessage>(&output);
    if (!message || message->to != id) continue;
    EXPECT_LE(message->message.size(), limits::max_wire_message);
    const auto* body = flatbuffers::GetRoot<wire::ServerMessage>(message->message.data());
    if (const auto* joined = body->body_as_Joined()) {
      EXPECT_EQ(heard_of, 0u) << "Joined comes first";
      heard_of += joined->roster()->size();
      EXPECT_LT(heard_of, 99u);
    } else if (body->body_as_ParticipantJoined()) {
      ++heard_of;
    }
  }
  EXPECT_EQ(heard_of, 99u);
}

}  // namespace
}  // namespace vicino::server
