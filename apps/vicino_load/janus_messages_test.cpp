#include "janus_messages.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace vicino::load::janus {
namespace {

using nlohmann::json;
using rtc::MediaKind;
using Kind = Reply::Kind;

Reply read(std::string_view text) {
  return read_reply(json::parse(text));
}

TEST(JanusRoomNumber, IsTheNameWhereThatIsANumber) {
  EXPECT_EQ(room_number("1234"), 1234U);
  EXPECT_NE(room_number("0"), 0U);  // Janus' rooms are positive
}

TEST(JanusRoomNumber, OfOtherNamesIsFixedAndDiffers) {
  EXPECT_EQ(room_number("load-1"), room_number("load-1"));
  EXPECT_NE(room_number("load-1"), room_number("load-2"));
  EXPECT_GE(room_number("load-1"), uint64_t{1} << 31);
  EXPECT_LT(room_number("load-1"), uint64_t{1} << 53);
}

TEST(JanusRequests, LeaveOutSecretsThatWereNotGiven) {
  EXPECT_FALSE(create_room(7, 5, "").contains("admin_key"));
  EXPECT_EQ(create_room(7, 5, "key")["admin_key"], "key");
  EXPECT_FALSE(join_as_publisher(7, "p", "").contains("pin"));
  EXPECT_EQ(join_as_publisher(7, "p", "1111")["pin"], "1111");
  EXPECT_EQ(join_as_subscriber(7, {}, 1, 1, "1111")["pin"], "1111");
}

TEST(JanusRequests, MakeARoomForAsManyPublishersAsAsked) {
  const json body = create_room(7, 5, "");
  EXPECT_EQ(body["request"], "create");
  EXPECT_EQ(body["room"], 7);
  EXPECT_EQ(body["publishers"], 5);
  EXPECT_EQ(body["videocodec"], "vp8");
}

TEST(JanusRequests, AskForNoMoreStreamsThanThereAreSlots) {
  const std::vector<Feed> feeds = {{11, {{"0", MediaKind::audio}, {"1", MediaKind::video}}},
                                   {12, {{"0", MediaKind::audio}, {"1", MediaKind::video}}}};
  const json two = {
      {{"feed", 11}, {"mid", "0"}}, {{"feed", 11}, {"mid", "1"}}, {{"feed", 12}, {"mid", "1"}}};
  EXPECT_EQ(join_as_subscriber(7, feeds, 1, 9, "")["streams"], two);
  EXPECT_TRUE(join_as_subscriber(7, feeds, 0, 0, "")["streams"].empty());
}

TEST(JanusReplies, GiveIdsOfWhatWasMade) {
  const Reply reply =
      read(R"({"janus":"success","transaction":"t1","data":{"id":8529308855698970}})");
  EXPECT_EQ(reply.kind, Kind::result);
  EXPECT_EQ(reply.transaction, "t1");
  EXPECT_EQ(reply.id, 8529308855698970U);
}

TEST(JanusReplies, TellAnAcknowledgementFromAResult) {
  EXPECT_EQ(read(R"({"janus":"ack","session_id":1,"transaction":"t4"})").kind, Kind::ack);
}

TEST(JanusReplies, CarryWhoJoinedAndTheDescription) {
  const Reply reply = read(R"({"janus":"event","session_id":1,"transaction":"t4","sender":5,
      "plugindata":{"plugin":"janus.plugin.videoroom","data":{"videoroom":"joined","room":4,"id":7820016693377071}},
      "jsep":{"type":"answer","sdp":"v=0\r\n"}})");
  EXPECT_EQ(reply.kind, Kind::result);
  EXPECT_EQ(reply.feed, 7820016693377071U);
  EXPECT_EQ(reply.jsep.type, "answer");
  EXPECT_EQ(reply.jsep.sdp, "v=0\r\n");
}

TEST(JanusReplies, SayWhyThePluginRefused) {
  const Reply reply = read(R"json({"janus":"event","transaction":"t6","sender":3,
      "plugindata":{"data":{"videoroom":"event","error_code":428,"error":"No such feed (7)"}}})json");
  EXPECT_EQ(reply.kind, Kind::problem);
  EXPECT_EQ(reply.code, error_no_such_feed);
  EXPECT_EQ(reply.reason, "No such feed (7)");
}

TEST(JanusReplies, SayWhyTheServerRefused) {
  const Reply reply = read(
      R"({"janus":"error","transaction":"t4","error":{"code":490,"reason":"Error setting ICE locally"}})");
  EXPECT_EQ(reply.kind, Kind::problem);
  EXPECT_EQ(reply.code, 490);
  EXPECT_EQ(reply.reason, "Error setting ICE locally");
}

TEST(JanusReplies, PassOverNoticesAndNonsense) {
  EXPECT_EQ(read(R"({"janus":"keepalive"})").kind, Kind::unrelated);
  EXPECT_EQ(read(R"({"janus":"webrtcup","sender":3})").kind, Kind::unrelated);
  EXPECT_EQ(read(R"([1,2])").kind, Kind::unrelated);
  EXPECT_EQ(read(R"({"janus":7,"transaction":[]})").kind, Kind::unrelated);
  EXPECT_EQ(read(R"({"janus":"success","data":{"id":-1},"plugindata":3,"jsep":"x"})").id, 0U);
  EXPECT_EQ(read_reply(json::parse("{", nullptr, false)).kind, Kind::unrelated);
}

TEST(JanusReplies, TellTheEndOfTheSession) {
  EXPECT_EQ(read(R"({"janus":"timeout","session_id":1})").kind, Kind::gone);
}

}  // namespace
}  // namespace vicino::load::janus
