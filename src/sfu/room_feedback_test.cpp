// RTCP both ways and who is in which slot.
#include "base/limits.h"
#include "sfu/reception.h"
#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

using Pli = rtc::PictureLossIndication;

class FeedbackTest : public RoomTest {
 protected:
  // 1 sends its camera's layer q to 2, which shows it in slot SSRC 2008.
  void flow() {
    join(1);
    join(2);
    want(2, {camera_of(1, 320, 180)});
    ASSERT_TRUE(send(1, q.vp8(true)));
    ASSERT_EQ(video_to(2).size(), 1u);
  }
  size_t plis() { return out.items<Pli>(1).size(); }
};

TEST_F(FeedbackTest, ANackIsAnsweredFromMemoryAsRtx) {
  flow();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(1, q.vp8(false)));
  const auto sent = video_to(2);
  out.clear();
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sent[2].sequence, sent[4].sequence}}));
  const auto again = video_to(2);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].ssrc, 2508u);
  EXPECT_EQ(again[0].payload_type, vp8_rtx_out);
  EXPECT_EQ(again[0].timestamp, sent[2].timestamp);
  EXPECT_EQ(again[0].marker, sent[2].marker);
  EXPECT_EQ(load16(again[0].payload.data()), sent[2].sequence);
  EXPECT_TRUE(equal(Bytes(again[0].payload).subspan(2), sent[2].payload));
  EXPECT_EQ(load16(again[1].payload.data()), sent[4].sequence);
  EXPECT_EQ(again[1].sequence, static_cast<uint16_t>(again[0].sequence + 1));
  EXPECT_EQ(room.counts().rtx_out, 2u);
}

TEST_F(FeedbackTest, PacketsFromBeforeALayerSwitchCanStillBeAskedFor) {
  flow();
  ASSERT_TRUE(send(1, q.vp8(false)));
  want(2, {camera_of(1, 1280, 720)});
  ASSERT_TRUE(send(1, f.vp8(true)));
  const auto sent = video_to(2);
  ASSERT_EQ(sent.size(), 3u);
  out.clear();
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sent[1].sequence}}));
  ASSERT_EQ(video_to(2).size(), 1u);
  EXPECT_TRUE(equal(Bytes(video_to(2)[0].payload).subspan(2), sent[1].payload));
}

TEST_F(FeedbackTest, NacksForWhatIsNotOnesOwnOrUnknownDoNothing) {
  flow();
  join(3);
  const uint16_t sequence = video_to(2)[0].sequence;
  out.clear();
  ASSERT_TRUE(send(3, rtc::Nack{9, 2008, {sequence}}));
  ASSERT_TRUE(send(2, rtc::Nack{9, 2009, {sequence}}));
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {static_cast<uint16_t>(sequence + 1)}}));
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {static_cast<uint16_t>(sequence - 1)}}));
  EXPECT_TRUE(out.media.empty());
}

TEST_F(FeedbackTest, WithoutRtxNothingIsSentTwice) {
  join(1);
  auto two = setup(2);
  for (auto& slot : two.slots) slot.rtx_ssrc = 0;
  join(two);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  const uint16_t sequence = video_to(2)[0].sequence;
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sequence}}));
  EXPECT_EQ(video_to(2).size(), 1u);
}

TEST_F(FeedbackTest, RetransmissionsHaveALimit) {
  flow();
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(send(1, q.vp8(false)));
  const auto sent = video_to(2);
  out.clear();
  for (const RtpOut& p : sent) ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {p.sequence}}));
  EXPECT_EQ(out.media[2].size(), 256u);
  pass(milliseconds(100));
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sent.back().sequence}}));
  EXPECT_EQ(out.media[2].size(), 257u);
}

TEST_F(FeedbackTest, WhatIsStillOnItsWayIsNotSentAgain) {
  flow();
  const uint16_t sequence = video_to(2)[0].sequence;
  out.clear();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sequence}}));
  EXPECT_EQ(out.media[2].size(), 1u);
  pass(milliseconds(100));  // a round trip, as long as no report tells
  ASSERT_TRUE(send(2, rtc::Nack{9, 2008, {sequence}}));
  EXPECT_EQ(out.media[2].size(), 2u);
}

TEST_F(FeedbackTest, KeyFramesAreAskedForNoMoreThanThriceASecondWhoeverAsks) {
  flow();
  join(3);
  pass(seconds(1));
  want(3, {camera_of(1, 320, 180)});
  EXPECT_EQ(plis(), 1u);
  EXPECT_EQ(out.items<Pli>(1)[0].media_ssrc, q.ssrc);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(send(2, Pli{9, 2008}));
  EXPECT_EQ(plis(), 1u);
  for (int i = 0; i < 24; ++i) {  // 2.4 s of delta frames
    ASSERT_TRUE(send(1, q.vp8(false)));
    pass(milliseconds(100));
  }
  EXPECT_EQ(plis(), 9u) << "again while somebody waits";
  ASSERT_TRUE(send(1, q.vp8(true)));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(send(1, q.vp8(false)));
    pass(milliseconds(100));
  }
  EXPECT_EQ(plis(), 9u) << "the key frame came";
  EXPECT_FALSE(video_to(3).empty());
}

TEST_F(FeedbackTest, AFullIntraRequestCountsAsAPli) {
  flow();
  pass(seconds(1));
  ASSERT_TRUE(send(2, rtc::FullIntraRequest{9, {{2008, 1}}}));
  EXPECT_EQ(plis(), 1u);
  ASSERT_TRUE(send(2, Pli{9, 1008}));
  ASSERT_TRUE(send(2, Pli{9, 2000}));
  EXPECT_EQ(plis(), 1u) << "of others' slots and of audio";
}

TEST_F(FeedbackTest, GapsAreAskedForUpstreamAndFilledInOrder) {
  flow();
  const Buffer lost = q.vp8(false);
  ASSERT_TRUE(send(1, q.vp8(false)));
  out.clear();
  pass(milliseconds(15));
  const auto nacks = out.items<rtc::Nack>(1);
  ASSERT_EQ(nacks.size(), 1u);
  EXPECT_EQ(nacks[0].media_ssrc, q.ssrc);
  EXPECT_EQ(nacks[0].sequences, std::vector<uint16_t>{65'531});
  ASSERT_TRUE(send(1, q.retransmission(lost, 1)));
  ASSERT_EQ(out.media[2].size(), 1u);
  ASSERT_TRUE(send(1, q.vp8(false)));
  EXPECT_EQ(out.media[2][1].sequence, static_cast<uint16_t>(out.media[2][0].sequence + 2));
  EXPECT_TRUE(send(1, q.retransmission(lost, 2))) << "a repetition that only measures bandwidth";
  EXPECT_EQ(out.media[2].size(), 2u);
  out.clear();
  pass(seconds(1));
  EXPECT_TRUE(out.items<rtc::Nack>(1).empty());
}

TEST_F(FeedbackTest, NobodyAsksForGapsInStreamsNobodyGets) {
  flow();
  ASSERT_TRUE(send(1, f.vp8(true)));
  f.sequence = static_cast<uint16_t>(f.sequence + 5);
  ASSERT_TRUE(send(1, f.vp8(false)));
  pass(seconds(1));
  EXPECT_TRUE(out.items<rtc::Nack>(1).empty());
}

TEST_F(FeedbackTest, SenderReportsComeInTheSlotsOwnNumbers) {
  flow();
  const uint32_t timestamp = video_to(2)[0].timestamp;
  ASSERT_TRUE(send(1, rtc::SenderReport{q.ssrc, uint64_t{500} << 32, 1000, 1, 1, {}}));
  const auto first = out.items<rtc::SenderReport>(2);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].ssrc, 2008u);
  EXPECT_EQ(first[0].rtp_timestamp, timestamp);
  EXPECT_EQ(first[0].ntp, server_ntp(now));
  EXPECT_EQ(first[0].packets, 1u);
  EXPECT_EQ(out.items<rtc::SourceDescription>(2).at(0).cname, "participant-1");
  // A report that took 20 ms longer moves nothing: NTP and timestamp advance together.
  pass(milliseconds(1020));
  ASSERT_TRUE(send(1, rtc::SenderReport{q.ssrc, uint64_t{501} << 32, 91'000, 1, 1, {}}));
  const auto second = out.items<rtc::SenderReport>(2).at(1);
  EXPECT_EQ(second.rtp_timestamp, timestamp + 91'800);
  EXPECT_EQ(second.ntp, server_ntp(now));
  ASSERT_TRUE(send(2, rtc::SenderReport{q.ssrc, uint64_t{501} << 32, 91'000, 1, 1, {}}));
  EXPECT_EQ(out.items<rtc::SenderReport>(2).size(), 2u) << "a stream of somebody else";
}

TEST_F(FeedbackTest, PublishersHearHowTheirStreamsArrive) {
  flow();
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(send(1, q.vp8(false)));
    q.sequence = static_cast<uint16_t>(q.sequence + (i % 4 == 3));
    pass(milliseconds(33));
  }
  const auto reports = out.items<rtc::ReceiverReport>(1);
  std::vector<rtc::ReportBlock> blocks;
  for (const auto& report : reports)
    blocks.insert(blocks.end(), report.blocks.begin(), report.blocks.end());
  ASSERT_EQ(blocks.size(), 1u) << "one in the first two seconds";
  EXPECT_EQ(blocks[0].ssrc, q.ssrc);
  EXPECT_NEAR(blocks[0].fraction_lost, 256 / 5, 6);
}

TEST_F(FeedbackTest, EveryArrivalIsInTheTransportFeedback) {
  flow();
  q.transport = 100;
  std::map<uint16_t, int64_t> reported;
  for (int i = 0; i < 50; ++i) {
    if (i % 10 == 4) ++q.transport;  // lost
    ASSERT_TRUE(send(1, q.vp8(false)));
    pass(milliseconds(10));
  }
  Stream rtx = q;
  rtx.ssrc = q.rtx_ssrc;
  rtx.payload_type = vp8_rtx_in;
  ASSERT_TRUE(send(1, rtx.packet({}, false, {}, true))) << "a probe";
  EXPECT_FALSE(send(1, Stream{"none", "", 77, 0, 33, 1, 1, 1, 1, 156}.vp8(true))) << "unknown";
  pass(milliseconds(200));
  const auto feedback = out.items<rtc::TransportFeedback>(1);
  EXPECT_NEAR(static_cast<double>(feedback.size()), 6, 1.1);
  for (const auto& one : feedback) {
    for (size_t i = 0; i < one.arrivals.size(); ++i) {
      if (one.arrivals[i])
        reported[static_cast<uint16_t>(one.base_sequence + i)] = *one.arrivals[i];
    }
  }
  for (uint16_t s = 100; s <= 156; ++s) {
    const bool lost = s == 104 || s == 115 || s == 126 || s == 137 || s == 148;
    EXPECT_EQ(reported.contains(s), !lost) << s;
  }
}

TEST_F(FeedbackTest, GarbageInRtcpIsAnErrorAndNothingElse) {
  flow();
  out.clear();
  EXPECT_FALSE(room.handle_rtcp(now, {1}, Buffer{0x80, 200, 0, 9, 1, 2}, out));
  EXPECT_FALSE(room.handle_rtcp(now, {77}, Buffer{0x80, 201, 0, 1, 0, 0, 0, 9}, out));
  SeededRandom noise(4);
  for (int i = 0; i < 20'000; ++i) {
    Buffer bytes(noise.u32() % 80);
    noise.fill(bytes);
    if (bytes.size() > 4) {
      bytes[0] = static_cast<uint8_t>(0x80 | (bytes[0] & 0x1f));
      bytes[1] = static_cast<uint8_t>(200 + bytes[1] % 8);
      store16(&bytes[2], static_cast<uint16_t>(bytes.size() / 4 - 1));
    }
    (void)room.handle_rtcp(now, {1 + noise.u32() % 2}, bytes, out);
  }
  EXPECT_TRUE(out.media.empty());
}

TEST_F(FeedbackTest, HostileRtpIsRefused) {
  flow();
  const size_t before = video_to(2).size();
  const Buffer again = q.vp8(false);
  ASSERT_TRUE(send(1, again));
  EXPECT_EQ(send(1, again).error().code, Errc::replayed);
  EXPECT_EQ(send(1, Buffer{}).error().code, Errc::truncated);
  EXPECT_EQ(send(9, again).error().code, Errc::not_found) << "nobody in the room";
  Stream unknown = q;
  unknown.ssrc = 0xdead;
  unknown.announce = false;
  EXPECT_EQ(send(1, unknown.vp8(true)).error().code, Errc::not_found);
  // 2 uses the SSRC of 1's stream: it is taken for 2's own, and nobody asked for that.
  ASSERT_TRUE(send(2, q.vp8(true)));
  // 1 tries to send its layer under another SSRC while it flows.
  Stream second = q;
  second.ssrc = 0xbeef;
  EXPECT_EQ(send(1, second.vp8(true)).error().code, Errc::bad_state);
  EXPECT_EQ(video_to(2).size(), before + 1);
}

TEST_F(FeedbackTest, MutilatedPacketsDoNoHarm) {
  flow();
  SeededRandom noise(9);
  for (int i = 0; i < 20'000; ++i) {
    Buffer bytes = q.vp8(noise.u32() % 8 == 0);
    bytes.resize(bytes.size() - noise.u32() % 8 * (noise.u32() % 4));
    for (uint32_t flips = noise.u32() % 4; flips > 0; --flips)
      bytes[noise.u32() % bytes.size()] ^= static_cast<uint8_t>(1 << noise.u32() % 8);
    (void)send(1 + noise.u32() % 2, bytes);
    if (i % 16 == 0) pass(milliseconds(20));
    out.clear();
  }
}

}  // namespace
}  // namespace vicino::sfu
