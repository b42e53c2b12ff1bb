#include <gmock/gmock.h>

#include "rtc/sdp_test_data.h"

namespace vicino::rtc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Answer answer_to(std::string_view text, const AnswerOptions& options = test::answer_options()) {
  const auto offer = parse_offer(text);
  if (!offer) throw std::runtime_error(offer.error().where);
  uint32_t ssrc = 1000;
  return answer_offer(*offer, options, [&ssrc] { return ssrc++; });
}

// The session part and then each m-line's part.
std::vector<std::string> parts(const std::string& sdp) {
  std::vector<std::string> result;
  size_t at = 0;
  while (at < sdp.size()) {
    const size_t next = sdp.find("\r\nm=", at);
    const size_t end = next == std::string::npos ? sdp.size() : next + 2;
    result.push_back(sdp.substr(at, end - at));
    at = end;
  }
  return result;
}

int count(const std::string& text, std::string_view what) {
  int found = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(AnswerOffer, NamesPathsOverTcpAfterThoseOverUdp) {
  AnswerOptions options = test::answer_options();
  options.local.tcp_candidates = {Address::v4({192, 0, 2, 10}, 443),
                                  Address::parse("2001:db8::1", 443).value()};
  const std::string sdp =
      answer_to(test::session_head("a") + test::audio("a", "a=sendonly\r\n"), options).sdp;
  EXPECT_THAT(sdp,
              HasSubstr("a=candidate:1 1 udp 2130706431 192.0.2.10 7000 typ host\r\n"
                        "a=candidate:2 1 tcp 1520435199 192.0.2.10 443 typ host tcptype passive\r\n"
                        "a=candidate:3 1 tcp 1520434943 2001:db8:0:0:0:0:0:1 443 typ host "
                        "tcptype passive\r\na=end-of-candidates\r\n"));
}

TEST(AnswerOffer, IsWrittenLineByLine) {
  const Answer answer =
      answer_to(test::session_head("a") +
                test::audio("a",
                            "a=rtcp-rsize\r\na=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                            "a=fmtp:111 useinbandfec=1\r\na=ssrc:5 cname:x\r\n") +
                "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n");
  EXPECT_EQ(answer.sdp,
            "v=0\r\no=- 77 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE a\r\n"
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\n"
            "a=ice-ufrag:lite\r\na=ice-pwd:lite+lite/lite+lite/lite\r\n"
            "a=fingerprint:sha-256 "
            "5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:"
            "5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A:5A\r\n"
            "a=setup:passive\r\na=rtcp-mux\r\n"
            "a=candidate:1 1 udp 2130706431 192.0.2.10 7000 typ host\r\na=end-of-candidates\r\n"
            "a=recvonly\r\na=rtcp-rsize\r\na=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
            "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n"
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:d\r\n"
            "a=inactive\r\n");
  ASSERT_EQ(answer.media.size(), 1u);
  EXPECT_EQ(answer.media[0].direction, Direction::receive);
  EXPECT_THAT(answer.media[0].remote_ssrcs, ElementsAre(5));
}

TEST(AnswerOffer, KeepsTheMLinesOfEveryRealOffer) {
  for (const std::string& name : test::real_offers) {
    const auto offer = parse_offer(test::real_offer(name));
    ASSERT_TRUE(offer) << name;
    const auto answer = parts(answer_to(test::real_offer(name)).sdp);
    ASSERT_EQ(answer.size(), offer->media.size() + 1) << name;
    EXPECT_THAT(answer[0], HasSubstr("a=ice-lite\r\n")) << name;
    EXPECT_EQ(count(answer[0], "a=group:BUNDLE"), offer->bundle.empty() ? 0 : 1) << name;
    for (size_t i = 0; i < offer->media.size(); ++i) {
      const OfferedMedia& media = offer->media[i];
      EXPECT_THAT(answer[i + 1], StartsWith("m=" + media.media_type + " ")) << name;
      EXPECT_THAT(answer[i + 1], HasSubstr("a=mid:" + media.section.mid + "\r\n")) << name;
      EXPECT_EQ(count(answer[i + 1], "a=candidate:"), i == 0 ? 1 : 0) << name;
      EXPECT_EQ(count(answer[i + 1], "a=setup:passive"), media.accepted ? 1 : 0) << name;
    }
  }
}

TEST(AnswerOffer, TakesAcceptedVideoCodecsInTheOffersOrder) {
  AnswerOptions options = test::answer_options();
  options.video_codecs = {Codec::av1, Codec::h264};
  const Answer answer = answer_to(test::real_offer("chromium-app.sdp"), options);
  const MediaSection& camera = answer.media[1];
  ASSERT_EQ(camera.codecs.size(), 2u);
  EXPECT_EQ(camera.codecs[0].codec, Codec::h264);
  EXPECT_EQ(camera.codecs[1].codec, Codec::av1);
  const std::string text = parts(answer.sdp)[2];
  EXPECT_THAT(text, StartsWith("m=video 9 UDP/TLS/RTP/SAVPF 108 109 45 46\r\n"));
  EXPECT_THAT(text, HasSubstr("a=rtpmap:109 rtx/90000\r\na=fmtp:109 apt=108\r\n"));
  EXPECT_THAT(text, HasSubstr("a=rtcp-fb:45 nack\r\na=rtcp-fb:45 nack pli\r\n"
                              "a=rtcp-fb:45 ccm fir\r\na=rtcp-fb:45 transport-cc\r\n"));
  EXPECT_THAT(answer.sdp, Not(HasSubstr("goog-remb")));
  EXPECT_THAT(answer.sdp, Not(HasSubstr("red/")));
}

TEST(AnswerOffer, AnswersSimulcastInTheOffersOrder) {
  for (const char* name : {"chromium-app.sdp", "firefox-app.sdp"}) {
    const Answer answer = answer_to(test::real_offer(name));
    EXPECT_THAT(answer.media[1].rids, ElementsAre("q", "h", "f"));
    EXPECT_THAT(parts(answer.sdp)[2], HasSubstr("a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\n"
                                                "a=simulcast:recv q;h;f\r\n"));
    EXPECT_EQ(count(answer.sdp, "a=simulcast"), 1);
  }
}

TEST(AnswerOffer, MirrorsWhatFirefoxOffersOneWay) {
  const std::string camera = parts(answer_to(test::real_offer("firefox-app.sdp")).sdp)[2];
  EXPECT_THAT(camera, HasSubstr("a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream"));
  EXPECT_THAT(camera, HasSubstr("a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
  EXPECT_THAT(camera, HasSubstr("a=extmap-allow-mixed\r\n"));
}

TEST(AnswerOffer, AnnouncesAStreamForEachSlot) {
  const Answer answer = answer_to(test::real_offer("chromium-app.sdp"));
  std::vector<uint32_t> ssrcs;
  for (const MediaSection& section : answer.media) {
    EXPECT_EQ(section.ssrc != 0, section.direction == Direction::send);
    const bool has_rtx = section.direction == Direction::send && section.kind == MediaKind::video;
    EXPECT_EQ(section.rtx_ssrc != 0, has_rtx);
    for (const uint32_t ssrc : {section.ssrc, section.rtx_ssrc}) {
      if (ssrc != 0) ssrcs.push_back(ssrc);
    }
  }
  std::ranges::sort(ssrcs);
  EXPECT_EQ(std::ranges::adjacent_find(ssrcs), ssrcs.end());
  EXPECT_EQ(ssrcs.size(), 8u + 2u * 12u);
  // 8 audio slots took 1000 to 1007.
  EXPECT_THAT(parts(answer.sdp)[13],
              HasSubstr("a=msid:12 12\r\na=ssrc-group:FID 1008 1009\r\n"
                        "a=ssrc:1008 cname:12\r\na=ssrc:1008 msid:12 12\r\n"
                        "a=ssrc:1009 cname:12\r\na=ssrc:1009 msid:12 12\r\n"));
}

TEST(AnswerOffer, GivesAPlayerOneStream) {
  for (const char* name : {"aiortc-receive.sdp", "gstreamer-receive.sdp"}) {
    const Answer answer = answer_to(test::real_offer(name));
    ASSERT_EQ(answer.media.size(), 2u);
    EXPECT_EQ(answer.media[0].direction, Direction::send);
    EXPECT_EQ(count(answer.sdp, "a=sendonly\r\n"), 2);
    EXPECT_THAT(answer.sdp, HasSubstr("a=msid:stream " + answer.media[0].mid + "\r\n"));
    EXPECT_THAT(answer.sdp, HasSubstr("a=msid:stream " + answer.media[1].mid + "\r\n"));
  }
}

TEST(AnswerOffer, AnnouncesNoRetransmissionWhereThereIsNone) {
  const Answer answer = answer_to(test::real_offer("gstreamer-receive.sdp"));
  EXPECT_EQ(answer.media[1].rtx_ssrc, 0u);
  EXPECT_THAT(answer.sdp, Not(HasSubstr("FID")));
}

TEST(AnswerOffer, KeepsExcessLinesInactive) {
  AnswerOptions options = test::answer_options();
  options.max_receive = 1;
  options.max_audio_send = 2;
  options.max_video_send = 3;
  const Answer answer = answer_to(test::real_offer("chromium-app.sdp"), options);
  ASSERT_EQ(answer.media.size(), 24u);
  const auto count_of = [&](Direction direction) {
    return std::ranges::count(answer.media, direction, &MediaSection::direction);
  };
  EXPECT_EQ(count_of(Direction::receive), 1);
  EXPECT_EQ(count_of(Direction::send), 5);
  EXPECT_EQ(count(answer.sdp, "a=inactive\r\n"), 18);
  EXPECT_EQ(count(answer.sdp, " 9 UDP/TLS/RTP/SAVPF"), 24);
  EXPECT_THAT(answer.sdp, Not(HasSubstr("simulcast")));
  EXPECT_EQ(answer.media[1].direction, Direction::inactive);
  EXPECT_THAT(answer.media[1].rids, IsEmpty());
  EXPECT_EQ(answer.media[5].direction, Direction::send);
  EXPECT_EQ(answer.media[6].direction, Direction::inactive);
}

TEST(AnswerOffer, RejectsLinesWithoutACommonCodec) {
  AnswerOptions options = test::answer_options();
  options.video_codecs = {Codec::av1};
  const Answer answer = answer_to(test::real_offer("gstreamer-send.sdp"), options);
  ASSERT_EQ(answer.media.size(), 1u);
  EXPECT_EQ(answer.media[0].mid, "audio1");
  const auto text = parts(answer.sdp);
  EXPECT_THAT(text[0], HasSubstr("a=group:BUNDLE audio1\r\n"));
  EXPECT_EQ(text[1],
            "m=video 0 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:video0\r\na=inactive\r\n");
  EXPECT_THAT(text[2], HasSubstr("a=candidate:1 1 udp"));
}

TEST(AnswerOffer, AnswersALineWithoutMid) {
  const std::string offer =
      test::replaced(test::session_head("") + test::audio("0"), "a=mid:0\r\n", "");
  const Answer answer = answer_to(offer);
  ASSERT_EQ(answer.media.size(), 1u);
  EXPECT_THAT(answer.sdp, Not(HasSubstr("a=mid")));
  EXPECT_THAT(answer.sdp, Not(HasSubstr("BUNDLE")));
}

TEST(AnswerOffer, KeepsSessionIdsWithin63Bits) {
  AnswerOptions options = test::answer_options();
  options.session_id = UINT64_MAX;
  EXPECT_THAT(answer_to(test::session_head() + test::audio("0"), options).sdp,
              HasSubstr("o=- 9223372036854775807 1 IN"));
}

}  // namespace
}  // namespace vicino::rtc
