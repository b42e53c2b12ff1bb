// WHIP and WHEP.
#include "base/encoding.h"
#include "server/calls_fixture.h"
#include "server/open_rooms.h"

namespace vicino::server {
namespace {

class ResourcesTest : public CallsTest {
 protected:
  void begin() {
    config.open_rooms = {{"lobby", ""}, {"stage", "secret"}};
    start();
  }
  static std::string publisher_offer() { return make_offer({.audio_slots = 0, .video_slots = 0}); }
  static std::string viewer_offer() {
    return make_offer({.audio_slots = 1, .video_slots = 2, .microphone = false, .camera = false});
  }
  auto whip(std::string_view room, std::string_view peer = "", std::string_view bearer = "",
            const std::string& offer = publisher_offer()) {
    auto result = calls->create_resource(now, true, room, peer, bearer, offer);
    pump();
    return result;
  }
  auto whep(std::string_view room, std::string_view peer = "", std::string_view bearer = "",
            const std::string& offer = viewer_offer()) {
    auto result = calls->create_resource(now, false, room, peer, bearer, offer);
    pump();
    return result;
  }
  int status(const std::expected<MediaResource, HttpRefusal>& result) {
    if (result) return 201;
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_EQ(result.error().message.back(), '.') << "a sentence";
    return result.error().status;
  }
  int remove(std::string_view room, std::string_view id, std::string_view bearer = "") {
    const auto result = calls->delete_resource(now, room, id, bearer);
    pump();
    return result ? 200 : result.error().status;
  }
};

TEST_F(ResourcesTest, APublisherIsAParticipantWithMicrophoneAndCamera) {
  begin();
  const auto resource = whip("lobby", "obs");
  ASSERT_TRUE(resource) << resource.error().message;
  EXPECT_EQ(from_base64url(resource->id)->size(), 16u);
  const auto answer = rtc::parse_answer(resource->answer);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->media.size(), 2u);
  const auto* add = last_command<sfu::AddParticipant>();
  ASSERT_TRUE(add);
  ASSERT_EQ(add->setup.publications.size(), 2u);
  EXPECT_EQ(add->setup.publications[0].source, sfu::Source::microphone);
  EXPECT_EQ(add->setup.publications[1].source, sfu::Source::camera);
  EXPECT_TRUE(add->setup.slots.empty());
  EXPECT_FALSE(add->setup.receives_everything);
  EXPECT_EQ(add->setup.peer_name, "obs");
  EXPECT_EQ(calls->counts().participants, 1u);
}

TEST_F(ResourcesTest, AViewerReceivesEverythingInItsSlots) {
  begin();
  ASSERT_TRUE(whip("lobby", "obs"));
  const auto publisher_room = last_command<sfu::AddParticipant>()->room;
  ASSERT_TRUE(whep("lobby", "obs"));
  const auto* add = last_command<sfu::AddParticipant>();
  EXPECT_EQ(add->room, publisher_room);
  EXPECT_TRUE(add->setup.receives_everything);
  EXPECT_EQ(add->setup.peer_name, "obs");
  EXPECT_EQ(add->setup.slots.size(), 3u);
  EXPECT_TRUE(add->setup.publications.empty());
  EXPECT_EQ(calls->counts().rooms, 1u);
  EXPECT_EQ(calls->counts().participants, 2u);
}

TEST_F(ResourcesTest, RefusalsAreHttpStatuses) {
  begin();
  EXPECT_EQ(status(whip("nowhere")), 404);
  EXPECT_EQ(status(whip("")), 400);
  EXPECT_EQ(status(whip("a/b")), 400);
  EXPECT_EQ(status(whip("..")), 400);
  EXPECT_EQ(status(whip(std::string(65, 'a'))), 400);
  EXPECT_EQ(status(whip("lobby", "no spaces")), 400);
  EXPECT_EQ(status(whip(to_base64url(Buffer(16, 3)))), 403) << "an encrypted room, there or not";
  EXPECT_EQ(status(whip("stage")), 401);
  EXPECT_EQ(status(whip("stage", "", "secre")), 401);
  EXPECT_EQ(status(whip("stage", "", "secret1")), 401);
  EXPECT_EQ(status(whip("stage", "", "secret")), 201);
  EXPECT_EQ(status(whip("lobby", "", "anything")), 201) << "a room without token asks for none";
  EXPECT_EQ(status(whip("lobby", "", "", "nonsense")), 400);
  EXPECT_EQ(status(whip("lobby", "", "", viewer_offer())), 400) << "nothing to send";
  EXPECT_EQ(status(whep("lobby", "", "", publisher_offer())), 400) << "nothing to receive";
  EXPECT_EQ(calls->counts().participants, 2u);
}

TEST_F(ResourcesTest, OnlyTheFirstTrackOfAKindIsTaken) {
  begin();
  const std::string both = make_offer();  // tracks and slots
  ASSERT_TRUE(whip("lobby", "", "", both));
  EXPECT_EQ(last_command<sfu::AddParticipant>()->setup.publications.size(), 2u);
  EXPECT_TRUE(last_command<sfu::AddParticipant>()->setup.slots.empty());
  ASSERT_TRUE(whep("lobby", "", "", both));
  EXPECT_TRUE(last_command<sfu::AddParticipant>()->setup.publications.empty());
}

TEST_F(ResourcesTest, DeletingEndsAResource) {
  begin();
  const auto a = whip("stage", "", "secret");
  const auto b = whep("stage", "", "secret");
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->id, b->id);
  EXPECT_EQ(remove("stage", a->id, ""), 401);
  EXPECT_EQ(remove("lobby", a->id), 404) << "it is another room's";
  EXPECT_EQ(remove("nowhere", a->id), 404);
  EXPECT_EQ(calls->counts().participants, 2u);
  EXPECT_EQ(remove("stage", a->id, "secret"), 200);
  EXPECT_TRUE(last_command<sfu::RemoveParticipant>());
  EXPECT_EQ(remove("stage", a->id, "secret"), 404);
  EXPECT_EQ(remove("stage", b->id, "secret"), 200);
  EXPECT_EQ(calls->counts().rooms, 0u);
  EXPECT_TRUE(calls->is_open_room("stage")) << "empty, but there";
}

TEST_F(ResourcesTest, APublisherThatComesBackReplacesItself) {
  begin();
  const auto first = whip("stage", "obs", "secret");
  ASSERT_TRUE(whip("stage", "other", "secret"));
  EXPECT_EQ(status(whip("stage", "obs", "wrong")), 401) << "not without the token";
  EXPECT_EQ(status(whip("stage", "obs", "secret", "nonsense")), 400);
  EXPECT_EQ(calls->counts().participants, 2u);
  const auto second = whip("stage", "obs", "secret");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(calls->counts().participants, 2u);
  EXPECT_EQ(remove("stage", first->id, "secret"), 404);
  ASSERT_TRUE(whep("stage", "obs", "secret"));
  ASSERT_TRUE(whep("stage", "obs", "secret"));
  EXPECT_EQ(calls->counts().participants, 4u) << "viewers replace nobody";
  EXPECT_EQ(remove("stage", second->id, "secret"), 200);
}

TEST_F(ResourcesTest, ALonePublisherReplacesItselfOnTheShardItWasPlacedOn) {
  config.open_rooms = {{"lobby", ""}};
  start(2);
  ASSERT_TRUE(whip("lobby", "obs"));
  ASSERT_TRUE(whip("lobby", "obs"));
  ASSERT_EQ(commands.size(), 3u);
  for (const ToShard& command : commands) EXPECT_EQ(command.shard, 0u);
  EXPECT_EQ(calls->counts().participants, 1u);
}

TEST_F(ResourcesTest, AResourceWithoutMediaPathGoes) {
  begin();
  ASSERT_TRUE(whip("lobby"));
  ASSERT_TRUE(whep("lobby"));
  const ParticipantId viewer = last_command<sfu::AddParticipant>()->setup.id;
  event(sfu::ParticipantConnected{viewer});
  advance(seconds(30));
  EXPECT_EQ(calls->counts().participants, 1u) << "the publisher never connected";
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 1u);
  event(sfu::ParticipantLost{viewer});
  EXPECT_EQ(calls->counts().participants, 0u);
  event(sfu::ParticipantLost{viewer});
}

TEST_F(ResourcesTest, ResourcesCountTowardsTheLimits) {
  config.limits.max_participants_per_open_room = 2;
  config.limits.max_participants = 3;
  begin();
  EXPECT_EQ(status(whip("lobby", "obs")), 201);
  EXPECT_EQ(status(whep("lobby")), 201);
  EXPECT_EQ(status(whep("lobby")), 503) << "the room";
  EXPECT_EQ(status(whip("lobby", "obs")), 201) << "one that replaces itself takes no new place";
  EXPECT_EQ(status(whip("stage", "", "secret")), 201);
  EXPECT_EQ(status(whep("stage", "", "secret")), 503) << "the server";
  EXPECT_EQ(refusal(newcomer_join(person(1))), wire::Refusal::server_full);
}

TEST_F(ResourcesTest, OpenRoomsHaveNamesOfTheirOwn) {
  config.limits.max_rooms = 4;
  begin();
  EXPECT_TRUE(calls->is_open_room("lobby"));
  EXPECT_FALSE(calls->is_open_room("Lobby"));
  EXPECT_EQ(calls->create_open_room("lobby", "other").error().code, Errc::bad_state);
  EXPECT_EQ(calls->create_open_room("", "").error().code, Errc::malformed);
  EXPECT_EQ(calls->create_open_room("a b", "").error().code, Errc::malformed);
  EXPECT_EQ(calls->create_open_room(to_base64url(Buffer(16, 1)), "").error().code, Errc::malformed)
      << "it would look encrypted";
  EXPECT_TRUE(calls->create_open_room("Az09-_.", "t"));
  EXPECT_TRUE(calls->create_open_room(std::string(64, 'x'), ""));
  EXPECT_EQ(calls->create_open_room("one-too-many", "").error().code, Errc::exhausted);
  EXPECT_EQ(status(whip("Az09-_.", "", "t")), 201);
}

TEST(OpenRoomNames, KnowAnEncryptedRoomsId) {
  EXPECT_TRUE(looks_encrypted("AAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(looks_encrypted("AAAAAAAAAAAAAAAAAAAAAB")) << "not the form of any 16 bytes";
  EXPECT_FALSE(looks_encrypted("AAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(looks_encrypted(""));
}

}  // namespace
}  // namespace vicino::server
