#include "sfu/incoming.h"

#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

class IncomingTest : public testing::Test {
 protected:
  static std::vector<Publication> publications() {
    Publication camera{Source::camera, video_section("cam", true), 1280, 720};
    camera.section.rids = {"q", "h", "f"};
    Publication screen{Source::screen, video_section("scr", true), 0, 0};
    screen.section.remote_ssrcs = {0x51};
    screen.section.remote_rtx_ssrcs = {0x52};
    return {{Source::microphone, audio_section("mic", true)}, camera, screen};
  }
  Result<Arrival> recognise(Buffer packet) {
    memory = std::move(packet);
    changed = nullptr;
    return incoming.recognise(now, rtc::RtpPacket::parse(memory).value(), changed);
  }
  // As the room does for what it accepts.
  void arrived(Buffer packet) {
    const auto arrival = recognise(std::move(packet));
    ASSERT_TRUE(arrival);
    arrival->layer->last_packet = now;
  }
  static Stream named(std::string mid, std::string rid, uint32_t ssrc) {
    return {std::move(mid), std::move(rid), ssrc, ssrc + 1};
  }

  StreamKey next_stream = 1;
  HistoryMemory history;
  Incoming incoming{{1}, publications(), next_stream, history};
  Instant now{1'000'000};
  Buffer memory;
  Layer* changed = nullptr;
};

TEST_F(IncomingTest, LayersAreKnownByMidAndRidThenBySsrc) {
  Stream h = named("cam", "h", 7);
  const auto first = recognise(h.vp8(true));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->layer, incoming.find(Source::camera)->layers[1].get());
  EXPECT_EQ(first->packet.codec->codec, rtc::Codec::vp8);
  EXPECT_TRUE(first->packet.info.key_frame);
  h.announce = false;
  EXPECT_EQ(recognise(h.vp8(false))->layer, first->layer);
  EXPECT_EQ(incoming.find_ssrc(7), first->layer);
  EXPECT_EQ(incoming.find_ssrc(8), nullptr);
}

TEST_F(IncomingTest, AnnouncedSsrcsNeedNothingElse) {
  Stream screen = named("scr", "", 0x51);
  screen.announce = false;
  EXPECT_EQ(recognise(screen.vp8(true))->layer->track.publication.source, Source::screen);
}

TEST_F(IncomingTest, AnUnnamedStreamIsKnownByAPayloadTypeOfOneMLineOnly) {
  Stream mic = named("mic", "", 99);
  mic.announce = false;
  mic.payload_type = opus_in;
  EXPECT_EQ(recognise(mic.opus(30))->layer->track.publication.source, Source::microphone);
  Stream video = named("cam", "q", 98);
  video.announce = false;
  EXPECT_EQ(recognise(video.vp8(true)).error().code, Errc::not_found) << "two m-lines have VP8";
}

TEST_F(IncomingTest, RefusesWhatBelongsNowhere) {
  EXPECT_EQ(recognise(named("none", "q", 9).vp8(true)).error().code, Errc::not_found);
  EXPECT_EQ(recognise(named("cam", "x", 9).vp8(true)).error().code, Errc::not_found);
  EXPECT_EQ(recognise(named("cam", "", 9).vp8(true)).error().code, Errc::not_found);
  Stream odd = named("cam", "q", 9);
  odd.payload_type = 77;
  EXPECT_EQ(recognise(odd.vp8(true)).error().code, Errc::unsupported);
  odd.payload_type = opus_in;
  EXPECT_EQ(recognise(odd.opus(1)).error().code, Errc::unsupported) << "audio in a video m-line";
  Stream cut = named("cam", "q", 10);
  EXPECT_EQ(recognise(cut.packet(Buffer{0x90, 0xc0}, true)).error().code, Errc::truncated);
}

TEST_F(IncomingTest, ALiveLayerIsNotTakenOverByAnotherSsrc) {
  Stream q = named("cam", "q", 7), other = named("cam", "q", 70);
  arrived(q.vp8(true));
  now = now + milliseconds(499);
  EXPECT_EQ(recognise(other.vp8(true)).error().code, Errc::bad_state);
  EXPECT_FALSE(changed);
  EXPECT_TRUE(recognise(q.vp8(false)));
  now = now + milliseconds(500);
  const StreamKey before = incoming.find_ssrc(7)->stream;
  ASSERT_TRUE(recognise(other.vp8(true)));
  ASSERT_EQ(changed, incoming.find_ssrc(70));
  EXPECT_NE(changed->stream, before);
  EXPECT_EQ(incoming.find_ssrc(7), nullptr) << "the old SSRC is free";
}

TEST_F(IncomingTest, AnSsrcStaysWithItsStreamWhateverItClaimsLater) {
  Stream q = named("cam", "q", 7);
  arrived(q.vp8(true));
  q.rid = "f";
  EXPECT_EQ(recognise(q.vp8(true))->layer->index, 0u);
  Stream screen = named("cam", "q", 0x51);
  EXPECT_EQ(recognise(screen.vp8(true))->layer->track.publication.source, Source::screen);
}

TEST_F(IncomingTest, RetransmissionsAreRestored) {
  Stream h = named("cam", "h", 7);
  const Buffer lost = h.vp8(false);
  EXPECT_EQ(recognise(h.retransmission(lost, 1)).error().code, Errc::not_found)
      << "of a stream never seen";
  arrived(h.vp8(false));
  const auto restored = recognise(h.retransmission(lost, 2));
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->retransmission);
  EXPECT_EQ(restored->layer, incoming.find_ssrc(7));
  Buffer copy = lost;
  const auto original = rtc::RtpPacket::parse(copy).value();
  EXPECT_EQ(restored->packet.numbers.sequence, 65'530);
  EXPECT_EQ(restored->packet.numbers.timestamp, original.timestamp());
  EXPECT_TRUE(equal(restored->packet.payload, original.payload()));
}

TEST_F(IncomingTest, ProbesAndBrokenRetransmissions) {
  Stream h = named("cam", "h", 7);
  arrived(h.vp8(true));
  Stream rtx = named("cam", "h", 8);
  rtx.payload_type = vp8_rtx_in;
  EXPECT_TRUE(recognise(rtx.packet({}, false, {}, true))->probe);
  EXPECT_EQ(recognise(rtx.packet(Buffer{1}, false, {}, true)).error().code, Errc::truncated);
  rtx.payload_type = vp8_in;
  EXPECT_EQ(recognise(rtx.vp8(true)).error().code, Errc::unsupported) << "no original on that SSRC";
}

TEST_F(IncomingTest, NumbersDontWrap) {
  Stream q = named("cam", "q", 7);
  int64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const int64_t sequence = recognise(q.vp8(false))->packet.numbers.sequence;
    if (i > 0) {
      EXPECT_EQ(sequence, last + 1);
    }
    last = sequence;
  }
  EXPECT_GT(last, 65'535);
}

TEST_F(IncomingTest, TwoMLinesCantClaimOneSsrc) {
  auto both = publications();
  both[0].section.remote_ssrcs = {0x51};
  Incoming other({2}, both, next_stream, history);
  EXPECT_EQ(other.find_ssrc(0x51), other.find(Source::microphone)->layers[0].get());
  EXPECT_FALSE(other.find(Source::screen)->layers[0]->ssrc);
}

}  // namespace
}  // namespace vicino::sfu
