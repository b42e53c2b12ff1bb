// What Janus 1.1.2 wrote is here word for word, but for addresses.
#include "janus_sdp.h"

#include <gmock/gmock.h>

#include "rtc/sdp.h"

namespace vicino::load {
namespace {

using rtc::Direction;
using rtc::MediaKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

rtc::TransportParameters local() {
  rtc::TransportParameters transport;
  transport.ice_ufrag = "load";
  transport.ice_pwd = "load+load/load+load/load";
  transport.fingerprint.fill(0x5a);
  transport.candidates = {Address::v4({192, 0, 2, 20}, 5000)};
  return transport;
}

std::vector<Track> microphone_and_camera() {
  return {{Content::audio, {{"", 11}}}, {Content::camera, {{"", 21}}}};
}

constexpr std::string_view session =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=VideoRoom 4\r\nt=0 0\r\na=group:BUNDLE 0 "
    "1\r\na=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 "
    "61:E4:44:21:F1:D4:CE:42:26:BD:42:F2:E9:13:8C:54:4E:97:3B:47:99:DF:58:64:CE:98:11:FA:ED:88:67:"
    "EE\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\na=ice-lite\r\n";

std::string transport(std::string_view setup) {
  return "a=rtcp-mux\r\na=ice-ufrag:SSJt\r\na=ice-pwd:JINSiYKMRHxjd33qoIxuIa\r\na=ice-options:"
         "trickle\r\na=setup:" +
         std::string(setup) + "\r\n";
}

constexpr std::string_view candidate =
    "a=candidate:1 1 udp 2015363327 192.0.2.10 35560 typ host\r\na=end-of-candidates\r\n";

// Both m-lines as Janus writes them; `video` is the port and formats of the second.
std::string description(std::string_view direction, std::string_view setup,
                        std::string_view video = "9 ") {
  const std::string way = "c=IN IP4 127.0.0.1\r\na=" + std::string(direction) + "\r\na=mid:";
  return std::string(session) + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n" + way + "0\r\n" +
         transport(setup) +
         "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
         "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=msid:janus janus0\r\na=ssrc:1176891221 cname:janus\r\n" +
         std::string(candidate) + "m=video " + std::string(video) + "UDP/TLS/RTP/SAVPF 98\r\n" +
         way + "1\r\n" + transport(setup) +
         "a=rtpmap:98 VP8/90000\r\na=rtcp-fb:98 ccm fir\r\na=rtcp-fb:98 nack\r\na=rtcp-fb:98 nack "
         "pli\r\n"
         "a=rtcp-fb:98 goog-remb\r\na=rtcp-fb:98 transport-cc\r\n"
         "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
         "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
         "a=msid:janus janus1\r\na=ssrc:3186523396 cname:janus\r\n" +
         std::string(candidate);
}

TEST(OfferToJanus, IsReadAsWhatIsToBeSent) {
  const std::string offer = offer_to_janus(local(), microphone_and_camera());
  EXPECT_THAT(offer, HasSubstr("a=setup:active\r\n"));
  EXPECT_THAT(offer, Not(HasSubstr("a=rid")));
  const auto read = rtc::parse_offer(offer);
  ASSERT_TRUE(read) << read.error().where;
  EXPECT_EQ(read->transport.ice_pwd, local().ice_pwd);
  EXPECT_THAT(read->bundle, ElementsAre("0", "1"));
  ASSERT_EQ(read->media.size(), 2U);
  EXPECT_EQ(read->media[0].section.codecs.front().codec, rtc::Codec::opus);
  EXPECT_THAT(read->media[0].section.remote_ssrcs, ElementsAre(11U));
  EXPECT_EQ(read->media[1].section.codecs.front().codec, rtc::Codec::vp8);
  EXPECT_THAT(read->media[1].section.remote_ssrcs, ElementsAre(21U));
  EXPECT_TRUE(read->media[1].section.nack && read->media[1].section.pli);
}

TEST(OfferToJanus, NamesLayersInsteadOfTheirSsrcs) {
  const std::vector<Track> tracks = {{Content::camera, {{"q", 1}, {"h", 2}, {"f", 3}}}};
  const std::string offer = offer_to_janus(local(), tracks);
  EXPECT_THAT(offer, HasSubstr("a=simulcast:send q;h;f\r\n"));
  EXPECT_THAT(offer, Not(HasSubstr("a=ssrc")));
  const auto read = rtc::parse_offer(offer);
  ASSERT_TRUE(read) << read.error().where;
  EXPECT_THAT(read->media.front().section.rids, ElementsAre("q", "h", "f"));
}

TEST(JanusAnswer, GivesOneSectionPerTrack) {
  const auto agreed =
      read_janus_answer(description("recvonly", "passive"), microphone_and_camera());
  ASSERT_TRUE(agreed) << agreed.error();
  EXPECT_EQ(agreed->remote.ice_ufrag, "SSJt");
  EXPECT_THAT(agreed->remote.candidates, ElementsAre(Address::v4({192, 0, 2, 10}, 35560)));
  ASSERT_EQ(agreed->sections.size(), 2U);
  EXPECT_EQ(agreed->sections[0].kind, MediaKind::audio);
  EXPECT_EQ(agreed->sections[0].ssrc, 11U);
  EXPECT_EQ(agreed->sections[1].direction, Direction::send);
  EXPECT_EQ(agreed->sections[1].extensions.mid, 1);
  EXPECT_EQ(agreed->sections[1].extensions.transport_cc, 3);
}

TEST(JanusAnswer, IsAnErrorWhereATrackIsRefused) {
  const auto refused =
      read_janus_answer(description("recvonly", "passive", "0 "), microphone_and_camera());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "Janus refused track 1 of a publisher.");
  const auto inactive =
      read_janus_answer(description("inactive", "passive"), microphone_and_camera());
  EXPECT_EQ(inactive.error(), "Janus refused track 0 of a publisher.");
}

TEST(JanusAnswer, MustLeaveDtlsToThePublisher) {
  EXPECT_FALSE(read_janus_answer(description("recvonly", "active"), microphone_and_camera()));
}

TEST(AnswerToJanus, AcceptsEverythingOffered) {
  const auto subscription = answer_to_janus(description("sendonly", "actpass"), local());
  ASSERT_TRUE(subscription) << subscription.error();
  const auto& sections = subscription->agreement.sections;
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[1].direction, Direction::receive);
  EXPECT_EQ(sections[1].codecs.front().payload_type, 98);
  EXPECT_THAT(subscription->answer, HasSubstr("a=group:BUNDLE 0 1\r\n"));
  EXPECT_THAT(subscription->answer, HasSubstr("m=video 9 UDP/TLS/RTP/SAVPF 98\r\n"));
  EXPECT_THAT(subscription->answer,
              HasSubstr("a=setup:active\r\na=rtcp-mux\r\na=candidate:1 1 udp"));
  EXPECT_THAT(subscription->answer, HasSubstr("a=recvonly\r\n"));
  EXPECT_THAT(subscription->answer, Not(HasSubstr("a=ssrc")));
}

TEST(AnswerToJanus, RefusesWhatIsNoMediaToReceive) {
  EXPECT_FALSE(answer_to_janus("v=0\r\n", local()));
  EXPECT_FALSE(answer_to_janus(description("recvonly", "actpass"), local()));
  EXPECT_FALSE(answer_to_janus(description("sendonly", "actpass", "0 "), local()));
}

}  // namespace
}  // namespace vicino::load
