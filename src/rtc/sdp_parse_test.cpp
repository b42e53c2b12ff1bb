#include <gmock/gmock.h>

#include <map>

#include "base/limits.h"
#include "rtc/sdp_test_data.h"

namespace vicino::rtc {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

SessionOffer parsed(std::string_view text) {
  auto offer = parse_offer(text);
  if (!offer) throw std::runtime_error(offer.error().where);
  return std::move(*offer);
}

MediaSection only_section(std::string_view text) {
  return parsed(text).media.at(0).section;
}

Errc error_of(std::string_view text) {
  const auto offer = parse_offer(text);
  if (offer) throw std::runtime_error("accepted");
  return offer.error().code;
}

std::vector<std::pair<Codec, int>> codec_numbers(const MediaSection& section) {
  std::vector<std::pair<Codec, int>> numbers;
  for (const auto& c : section.codecs) numbers.emplace_back(c.codec, c.payload_type);
  return numbers;
}

int count(const SessionOffer& offer, MediaKind kind, Direction direction) {
  return static_cast<int>(std::ranges::count_if(offer.media, [&](const OfferedMedia& m) {
    return m.accepted && m.section.kind == kind && m.section.direction == direction;
  }));
}

class AppOffer : public testing::TestWithParam<std::string> {};

TEST_P(AppOffer, OfABrowserIsRead) {
  const SessionOffer offer = parsed(test::real_offer(GetParam() + "-app.sdp"));
  ASSERT_EQ(offer.media.size(), 24u);
  EXPECT_EQ(offer.bundle.size(), 24u);
  EXPECT_EQ(count(offer, MediaKind::audio, Direction::receive), 2);
  EXPECT_EQ(count(offer, MediaKind::video, Direction::receive), 2);
  EXPECT_EQ(count(offer, MediaKind::audio, Direction::send), 8);
  EXPECT_EQ(count(offer, MediaKind::video, Direction::send), 12);
  const MediaSection& camera = offer.media[1].section;
  EXPECT_THAT(camera.rids, ElementsAre("q", "h", "f"));
  EXPECT_TRUE(camera.nack && camera.pli && camera.transport_cc);
  EXPECT_TRUE(offer.media[1].fir);
  EXPECT_NE(camera.extensions.rid, 0);
  EXPECT_NE(camera.extensions.repaired_rid, 0);
  EXPECT_NE(camera.extensions.dependency_descriptor, 0);
  for (const OfferedMedia& media : offer.media) {
    EXPECT_NE(media.section.extensions.mid, 0);
    EXPECT_NE(media.section.extensions.transport_cc, 0);
    const bool is_audio = media.section.kind == MediaKind::audio;
    EXPECT_EQ(media.section.codecs[0].codec, is_audio ? Codec::opus : Codec::vp8);
    EXPECT_EQ(media.section.extensions.audio_level != 0, is_audio);
  }
}
INSTANTIATE_TEST_SUITE_P(Browsers, AppOffer, testing::Values("chromium", "firefox"));

TEST(ParseOffer, ReadsChromiumsNumbers) {
  const SessionOffer offer = parsed(test::real_offer("chromium-app.sdp"));
  EXPECT_EQ(offer.transport.ice_ufrag, "pr8q");
  EXPECT_EQ(offer.transport.ice_pwd, "uD2QvPTI9LQqiAMwtT2Bffvw");
  EXPECT_EQ(offer.transport.fingerprint[0], 0x28);
  EXPECT_EQ(offer.transport.fingerprint[31], 0x5c);
  EXPECT_EQ(offer.transport.candidates.size(), 2u);  // the TCP ones are left out
  EXPECT_TRUE(offer.extmap_allow_mixed);
  const MediaSection& camera = offer.media[1].section;
  EXPECT_THAT(codec_numbers(camera),
              ElementsAre(std::pair(Codec::vp8, 96), std::pair(Codec::h264, 108),
                          std::pair(Codec::av1, 45), std::pair(Codec::vp9, 98)));
  EXPECT_EQ(camera.codecs[1].rtx_payload_type, 109);
  EXPECT_EQ(camera.codecs[1].fmtp,
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
  EXPECT_EQ(camera.extensions.mid, 4);
  EXPECT_EQ(camera.extensions.rid, 10);
  EXPECT_THAT(offer.media[0].section.remote_ssrcs, ElementsAre(604262456));
}

TEST(ParseOffer, ReadsFirefoxBundleOnlyLinesAndRetransmissionSsrcs) {
  const SessionOffer offer = parsed(test::real_offer("firefox-app.sdp"));
  const MediaSection& camera = offer.media[1].section;
  EXPECT_THAT(camera.remote_ssrcs, ElementsAre(2130346055, 3103761716, 3537536483));
  EXPECT_THAT(camera.remote_rtx_ssrcs, ElementsAre(1439366626, 2380407140, 851961435));
  EXPECT_THAT(offer.media[1].one_way_extensions, ElementsAre(8, 9, 10));
  EXPECT_TRUE(offer.media[1].extmap_allow_mixed);
  EXPECT_FALSE(offer.extmap_allow_mixed);
}

TEST(ParseOffer, RejectsDataChannelsAndKeepsInactiveLines) {
  for (const char* name : {"chromium-data.sdp", "firefox-data.sdp"}) {
    const SessionOffer offer = parsed(test::real_offer(name));
    ASSERT_EQ(offer.media.size(), 3u);
    EXPECT_EQ(offer.media[0].section.direction, Direction::receive);  // offered sendrecv
    EXPECT_TRUE(offer.media[1].accepted);
    EXPECT_EQ(offer.media[1].section.direction, Direction::inactive);
    EXPECT_FALSE(offer.media[2].accepted);
    EXPECT_EQ(offer.media[2].media_type, "application");
    EXPECT_EQ(offer.media[2].formats, "webrtc-datachannel");
  }
}

TEST(ParseOffer, ReadsAiortcWithOneTransportForAll) {
  const SessionOffer offer = parsed(test::real_offer("aiortc-send.sdp"));
  EXPECT_EQ(offer.transport.ice_ufrag, "hPtO");  // of the first m-line; the second has its own
  const MediaSection& camera = offer.media[1].section;
  EXPECT_THAT(codec_numbers(camera),
              ElementsAre(std::pair(Codec::vp8, 97), std::pair(Codec::h264, 101)));
  EXPECT_THAT(camera.remote_ssrcs, ElementsAre(3841873392));
  EXPECT_THAT(camera.remote_rtx_ssrcs, ElementsAre(2410744050));
  EXPECT_FALSE(camera.transport_cc);
  const SessionOffer receiver = parsed(test::real_offer("aiortc-receive.sdp"));
  // One id for two extensions in the offer: the first m-line's stands.
  std::map<uint8_t, int> meanings;
  for (const OfferedMedia& m : receiver.media) {
    const ExtensionIds& ids = m.section.extensions;
    if (ids.audio_level != 0) meanings[ids.audio_level] |= 1;
    if (ids.abs_send_time != 0) meanings[ids.abs_send_time] |= 2;
  }
  for (const auto& [id, meaning] : meanings) EXPECT_NE(meaning, 3) << int{id};
  EXPECT_EQ(receiver.media[1].section.direction, Direction::send);
  EXPECT_THAT(receiver.media[1].section.remote_ssrcs, IsEmpty());
}

TEST(ParseOffer, ReadsGStreamerWithAndWithoutBundle) {
  const SessionOffer bundled = parsed(test::real_offer("gstreamer-send.sdp"));
  EXPECT_THAT(bundled.bundle, ElementsAre("video0", "audio1"));
  EXPECT_TRUE(bundled.media[1].accepted);
  EXPECT_FALSE(bundled.media[0].section.nack);
  EXPECT_TRUE(bundled.media[0].section.pli);
  // Feedback without the header extension that numbers the packets can't be given.
  EXPECT_FALSE(bundled.media[0].section.transport_cc);
  EXPECT_THAT(bundled.media[0].section.remote_rtx_ssrcs, ElementsAre(0));
  const SessionOffer single = parsed(test::real_offer("gstreamer-send-no-bundle.sdp"));
  EXPECT_THAT(single.bundle, IsEmpty());
  EXPECT_TRUE(single.media[0].accepted);
}

TEST(ParseOffer, ReadsWhatAnOpenStudioOffers) {  // in the form of OBS, written by hand
  const SessionOffer offer = parsed(
      test::session_head("0 1") +
      test::audio("0",
                  "a=fmtp:111 minptime=10;stereo=1\r\na=ssrc:5 cname:x\r\na=ssrc:5 msid:x y\r\n") +
      test::video("1", "96",
                  "a=rtpmap:96 H264/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
                  "a=rtcp-fb:96 goog-remb\r\na=fmtp:96 "
                  "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1\r\n"
                  "a=ssrc:6 cname:x\r\n"));
  EXPECT_EQ(offer.transport.ice_ufrag, "CSGN");
  EXPECT_EQ(offer.transport.fingerprint[31], 0x1f);
  EXPECT_THAT(codec_numbers(offer.media[1].section), ElementsAre(std::pair(Codec::h264, 96)));
  EXPECT_TRUE(offer.media[1].section.nack);
}

TEST(ParseOffer, TakesLineFeedsAloneAndAMissingLastOne) {
  std::string text = test::real_offer("chromium-app.sdp");
  std::erase(text, '\r');
  text.pop_back();
  EXPECT_EQ(parsed(text).media.size(), 24u);
}

TEST(ParseOffer, PassesOverLinesAboutRemovedPayloadTypes) {
  const auto section = only_section(
      test::session_head() +
      test::video("0", "96",
                  "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
                  "a=rtcp-fb:120 nack\r\na=fmtp:121 apt=3\r\n"));
  EXPECT_THAT(codec_numbers(section), ElementsAre(std::pair(Codec::vp8, 96)));
  EXPECT_FALSE(section.codecs[0].rtx_payload_type);
  EXPECT_FALSE(section.nack);
}

TEST(ParseOffer, TakesOnlyUsableProfiles) {
  const auto section = only_section(
      test::session_head() +
      test::video(
          "0", "35 36 37 38 39 40 41 72",
          "a=rtpmap:35 VP9/90000\r\na=fmtp:35 profile-id=2\r\n"
          "a=rtpmap:36 av1/90000\r\na=fmtp:36 profile=1\r\n"
          "a=rtpmap:37 H264/90000\r\n"
          "a=rtpmap:38 H264/90000\r\na=fmtp:38 packetization-mode=1;profile-level-id=640c1f\r\n"
          "a=rtpmap:39 H264/90000\r\na=fmtp:39 profile-level-id=42c01f; packetization-mode=1\r\n"
          "a=rtpmap:40 H264/90000\r\na=fmtp:40 packetization-mode=1;profile-level-id=42e01f\r\n"
          "a=rtpmap:41 vp9/90000\r\n"
          "a=rtpmap:72 VP8/90000\r\n"));  // 72 would look like RTCP
  EXPECT_THAT(codec_numbers(section),
              ElementsAre(std::pair(Codec::h264, 39), std::pair(Codec::vp9, 41)));
}

TEST(ParseOffer, CountsFeedbackOnlyIfAllCodecsHaveIt) {
  const std::string text =
      test::session_head() + test::video("0", "96 97",
                                         "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 VP9/90000\r\n"
                                         "a=rtcp-fb:* nack pli\r\na=rtcp-fb:96 nack\r\n");
  EXPECT_TRUE(only_section(text).pli);
  EXPECT_FALSE(only_section(text).nack);
  EXPECT_TRUE(only_section(text + "a=rtcp-fb:97 nack\r\n").nack);
}

TEST(ParseOffer, TakesHighExtensionIdsOnlyInMixedForm) {
  const std::string text =
      test::session_head() +
      test::audio("0",
                  "a=extmap:16 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                  "a=extmap:4096 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                  "a=extmap:3 urn:unknown\r\n");
  EXPECT_EQ(only_section(text).extensions.mid, 0);
  EXPECT_EQ(only_section(text + "a=extmap-allow-mixed\r\n").extensions.mid, 16);
  EXPECT_EQ(only_section(text).extensions.audio_level, 0);
}

TEST(ParseOffer, TakesExtensionsThatWorkInTheLinesDirection) {
  const auto ids =
      only_section(test::session_head() +
                   test::audio("0",
                               "a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                               "a=extmap:2/sendonly "
                               "urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"))
          .extensions;
  EXPECT_EQ(ids.mid, 0);
  EXPECT_EQ(ids.audio_level, 2);
}

TEST(ParseOffer, LeavesOutExtensionsThatCannotBeUsed) {
  const std::string extensions =
      "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
      "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n";
  const std::string text = test::session_head() + test::audio("0", extensions);
  EXPECT_EQ(only_section(text).extensions.mid, 1);
  EXPECT_EQ(only_section(text).extensions.audio_level, 0);  // an id has one meaning
  EXPECT_EQ(only_section(text).extensions.rid, 2);
  const std::string slot = test::replaced(text, "sendonly", "recvonly");
  EXPECT_EQ(only_section(slot).extensions.rid, 0);  // what this side sends has no layers
  const std::string mid = "longer-than-16-characters";
  EXPECT_EQ(only_section(test::session_head(mid) + test::audio(mid, extensions)).extensions.mid, 0);
}

TEST(ParseOffer, PrefersTheTransportOfTheMLine) {
  const std::string other =
      "a=fingerprint:sha-256 " + test::replaced(std::string(test::sha256), "00:", "77:") + "\r\n";
  const SessionOffer offer =
      parsed(test::session_head() +
             test::audio("0", "a=ice-ufrag:mine\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n" + other +
                                  "a=fingerprint:sha-256 " + std::string(test::sha256) + "\r\n"));
  EXPECT_EQ(offer.transport.ice_ufrag, "mine");
  EXPECT_EQ(offer.transport.ice_pwd, "abcdefghijklmnopqrstuv");
  EXPECT_EQ(offer.transport.fingerprint[0], 0x77);  // the first of several
}

TEST(ParseOffer, ReadsPausedAndAlternativeSimulcastLayers) {
  const std::string text =
      test::session_head() +
      test::video("0", "96",
                  "a=rtpmap:96 VP8/90000\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                  "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
                  "a=rid:a send pt=96;max-width=320\r\na=rid:b send\r\na=rid:c recv\r\n"
                  "a=simulcast:recv c send ~b,x;a;missing\r\n");
  EXPECT_THAT(only_section(text).rids, ElementsAre("b", "a"));
  const std::string without_rid_extension = test::replaced(text, "a=extmap:2", "a=extmap:4097");
  EXPECT_THAT(only_section(without_rid_extension).rids, IsEmpty());
}

TEST(ParseOffer, PicksTheSha256Fingerprint) {
  const std::string sha512 = "a=fingerprint:sha-512 " + std::string(191, 'A') + "\r\n";
  const std::string text = test::session_head() + test::audio("0", sha512);
  EXPECT_EQ(parsed(text).transport.fingerprint[1], 1);
  EXPECT_EQ(parsed(test::replaced(text, "sha-256", "SHA-256")).transport.fingerprint[1], 1);
  EXPECT_EQ(error_of(test::replaced(text, "sha-256", "sha-384")), Errc::unsupported);
  EXPECT_EQ(error_of(test::replaced(text, "00:01:", "00:")), Errc::malformed);
  EXPECT_EQ(error_of(test::replaced(text, "00:01:", "0:001:")), Errc::malformed);
}

TEST(ParseOffer, SaysWhatIsNotSupported) {
  const std::string two = test::audio("0") + test::audio("1");
  EXPECT_EQ(error_of(test::session_head("") + two), Errc::unsupported);
  const std::string one = test::session_head("") + test::audio("0");
  EXPECT_TRUE(parse_offer(one));
  EXPECT_EQ(error_of(test::replaced(one, "a=rtcp-mux\r\n", "")), Errc::unsupported);
  EXPECT_EQ(error_of(test::replaced(one, "UDP/TLS/RTP/SAVPF", "RTP/AVP")), Errc::unsupported);
  EXPECT_EQ(error_of(test::replaced(one, "setup:actpass", "setup:passive")), Errc::unsupported);
  EXPECT_EQ(error_of(test::replaced(one, "audio 9", "audio 0")), Errc::unsupported);
  EXPECT_EQ(error_of(test::replaced(one, "opus", "speex")), Errc::unsupported);
}

TEST(ParseOffer, LeavesOutLinesOutsideTheBundle) {
  const SessionOffer offer =
      parsed(test::session_head("1 other 1") + test::audio("0") + test::audio("1"));
  EXPECT_FALSE(offer.media[0].accepted);
  EXPECT_TRUE(offer.media[1].accepted);
  EXPECT_THAT(offer.bundle, ElementsAre("1"));
  EXPECT_EQ(error_of(test::session_head("0") + test::audio("0") + test::audio("0")),
            Errc::malformed);
}

TEST(ParseOffer, ReadsNumbersStrictly) {
  const std::string text =
      test::session_head() + test::audio("0",
                                         "a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                                         "a=ssrc:77 cname:x\r\na=fmtp:111 stereo=1\r\n"
                                         "a=candidate:1 1 udp 1 192.0.2.1 999 typ host\r\n");
  ASSERT_TRUE(parse_offer(text));
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"audio 9", "audio 65536"},
      {"audio 9", "audio -9"},
      {"audio 9", "audio 9x"},
      {"SAVPF 111", "SAVPF 128"},
      {"SAVPF 111", "SAVPF +1"},
      {"rtpmap:111", "rtpmap:0x6f"},
      {"fmtp:111", "fmtp:"},
      {"extmap:5", "extmap:5.0"},
      {"extmap:5", "extmap:99999"},
      {"ssrc:77", "ssrc:4294967296"},
      {"ssrc:77", "ssrc:"},
      {" 999 ", " 70000 "},
      {"mid:0", "mid:a b"},
      {"v=0", "v=1"},
      {"s=-", "s"},
      {"a=mid:0", "a=mid:0\ra=x"},
      {"ufrag:CSGN", "ufrag:C"},
      {"ice-pwd:vMyx", "ice-pwd:v yx"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_EQ(error_of(test::replaced(text, from, to)), Errc::malformed) << to;
  }
}

TEST(ParseOffer, IsBounded) {
  std::string head = test::session_head("m0");
  std::string ssrcs;
  for (int i = 0; i < 64; ++i) ssrcs += "a=ssrc:" + std::to_string(i) + " cname:x\r\n";
  EXPECT_TRUE(parse_offer(head + test::audio("m0", ssrcs)));
  EXPECT_EQ(error_of(head + test::audio("m0", ssrcs + "a=ssrc:99 cname:x\r\n")), Errc::too_large);

  std::string rids;
  for (int i = 0; i < 8; ++i) rids += "a=rid:r" + std::to_string(i) + " send\r\n";
  EXPECT_TRUE(parse_offer(head + test::audio("m0", rids)));
  EXPECT_EQ(error_of(head + test::audio("m0", rids + "a=rid:r9 send\r\n")), Errc::too_large);

  const std::string long_format = "a=fmtp:111 " + std::string(512, 'x');
  EXPECT_TRUE(parse_offer(head + test::audio("m0", long_format)));
  EXPECT_EQ(error_of(head + test::audio("m0", long_format + "x")), Errc::too_large);

  std::string lines = head;
  for (size_t i = 0; i < limits::max_sdp_media; ++i) lines += test::audio("m" + std::to_string(i));
  EXPECT_TRUE(parse_offer(lines));
  EXPECT_EQ(error_of(lines + test::audio("last")), Errc::too_large);

  std::string padded = head + test::audio("m0") + "a=x:";
  padded.append(limits::max_sdp - padded.size(), 'x');
  EXPECT_TRUE(parse_offer(padded));
  EXPECT_EQ(error_of(padded + "x"), Errc::too_large);
}

}  // namespace
}  // namespace vicino::rtc
