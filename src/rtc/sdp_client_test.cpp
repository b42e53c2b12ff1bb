#include <gmock/gmock.h>

#include "rtc/sdp_test_data.h"

namespace vicino::rtc {
namespace {

using testing::ElementsAre;

TransportParameters client_transport() {
  TransportParameters transport;
  transport.ice_ufrag = "full";
  transport.ice_pwd = "full/full+full/full+full";
  for (size_t i = 0; i < transport.fingerprint.size(); ++i) {
    transport.fingerprint[i] = static_cast<uint8_t>(i * 7);
  }
  transport.candidates = {Address::v4({192, 0, 2, 20}, 5000),
                          *Address::parse("2001:db8::20", 5001)};
  return transport;
}

std::vector<ClientMedia> client_media() {
  return {{"mic", MediaKind::audio, Direction::send, {Codec::opus}, 11, 0},
          {"camera", MediaKind::video, Direction::send, {Codec::vp8, Codec::h264}, 21, 22},
          {"a0", MediaKind::audio, Direction::receive, {Codec::opus}},
          {"v0", MediaKind::video, Direction::receive, {Codec::h264, Codec::av1, Codec::vp9}}};
}

struct Negotiated {
  SessionOffer offer;
  Answer answer;
  ParsedAnswer parsed;
};

Negotiated negotiate(const AnswerOptions& options = test::answer_options()) {
  Negotiated result;
  auto offer = parse_offer(write_offer(client_transport(), client_media(), 9));
  if (!offer) throw std::runtime_error(offer.error().where);
  result.offer = std::move(*offer);
  uint32_t ssrc = 500;
  result.answer = answer_offer(result.offer, options, [&ssrc] { return ssrc++; });
  auto parsed = parse_answer(result.answer.sdp);
  if (!parsed) throw std::runtime_error(parsed.error().where);
  result.parsed = std::move(*parsed);
  return result;
}

void expect_same_transport(const TransportParameters& a, const TransportParameters& b) {
  EXPECT_EQ(a.ice_ufrag, b.ice_ufrag);
  EXPECT_EQ(a.ice_pwd, b.ice_pwd);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(a.candidates, b.candidates);
}

TEST(ClientOffer, CarriesTheTransportsBothWays) {
  const Negotiated n = negotiate();
  expect_same_transport(n.offer.transport, client_transport());
  expect_same_transport(n.parsed.transport, test::answer_options().local);
}

TEST(ClientOffer, IsAgreedOnByBothSides) {
  const Negotiated n = negotiate();
  ASSERT_EQ(n.answer.media.size(), 4u);
  ASSERT_EQ(n.parsed.media.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    const MediaSection& server = n.answer.media[i];
    const MediaSection& client = n.parsed.media[i];
    EXPECT_EQ(server.mid, client_media()[i].mid);
    EXPECT_EQ(client.mid, server.mid);
    EXPECT_EQ(client.kind, server.kind);
    EXPECT_EQ(client.direction, client_media()[i].direction);
    EXPECT_NE(client.direction, server.direction);
    ASSERT_EQ(client.codecs.size(), server.codecs.size());
    for (size_t c = 0; c < client.codecs.size(); ++c) {
      EXPECT_EQ(client.codecs[c].codec, server.codecs[c].codec);
      EXPECT_EQ(client.codecs[c].payload_type, server.codecs[c].payload_type);
      EXPECT_EQ(client.codecs[c].rtx_payload_type, server.codecs[c].rtx_payload_type);
      EXPECT_EQ(client.codecs[c].fmtp, server.codecs[c].fmtp);
    }
    EXPECT_EQ(client.extensions.mid, server.extensions.mid);
    EXPECT_EQ(client.extensions.audio_level, server.extensions.audio_level);
    EXPECT_EQ(client.extensions.transport_cc, server.extensions.transport_cc);
    EXPECT_EQ(client.extensions.abs_send_time, server.extensions.abs_send_time);
    EXPECT_NE(client.extensions.mid, 0);
    EXPECT_EQ(client.nack, server.nack);
    EXPECT_EQ(client.pli, server.pli);
    EXPECT_TRUE(client.transport_cc && server.transport_cc);
    EXPECT_EQ(client.nack, client.kind == MediaKind::video);
  }
}

TEST(ClientOffer, AnnouncesSsrcsBothWays) {
  const Negotiated n = negotiate();
  EXPECT_THAT(n.answer.media[0].remote_ssrcs, ElementsAre(11));
  EXPECT_THAT(n.answer.media[0].remote_rtx_ssrcs, ElementsAre(0));
  EXPECT_THAT(n.answer.media[1].remote_ssrcs, ElementsAre(21));
  EXPECT_THAT(n.answer.media[1].remote_rtx_ssrcs, ElementsAre(22));
  EXPECT_THAT(n.parsed.media[2].remote_ssrcs, ElementsAre(n.answer.media[2].ssrc));
  EXPECT_THAT(n.parsed.media[3].remote_ssrcs, ElementsAre(n.answer.media[3].ssrc));
  EXPECT_THAT(n.parsed.media[3].remote_rtx_ssrcs, ElementsAre(n.answer.media[3].rtx_ssrc));
}

TEST(ClientOffer, LearnsOfRejectedAndInactiveLines) {
  AnswerOptions options = test::answer_options();
  options.video_codecs = {Codec::av1};
  options.max_audio_send = 0;
  const Negotiated n = negotiate(options);
  ASSERT_EQ(n.parsed.media.size(), 3u);  // without the camera
  EXPECT_EQ(n.parsed.media[0].mid, "mic");
  EXPECT_EQ(n.parsed.media[1].direction, Direction::inactive);
  EXPECT_EQ(n.parsed.media[2].mid, "v0");
  ASSERT_EQ(n.parsed.media[2].codecs.size(), 1u);
  EXPECT_EQ(n.parsed.media[2].codecs[0].codec, Codec::av1);
}

TEST(ParseAnswer, WantsADtlsServer) {
  const std::string answer = negotiate().answer.sdp;
  for (const char* role : {"setup:active", "setup:actpass", "x"}) {
    const auto parsed = parse_answer(test::replaced(answer, "setup:passive", role));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::unsupported);
  }
}

}  // namespace
}  // namespace vicino::rtc
