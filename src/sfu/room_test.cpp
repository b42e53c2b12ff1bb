#include "sfu/room.h"

#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

using Slots = std::map<std::string, std::pair<std::optional<uint32_t>, Source>>;

TEST_F(RoomTest, NobodyGetsVideoThatNobodyAskedFor) {
  join(1);
  join(2);
  ASSERT_TRUE(send(1, q.vp8(true)));
  EXPECT_TRUE(out.media.empty());
  EXPECT_EQ(slots_of(2), (Slots{{"s0", {1, Source::microphone}}}));
}

TEST_F(RoomTest, StartsOnAKeyFrameAndNumbersGoOnFromThere) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  EXPECT_EQ(slots_of(2)["s8"], (std::pair{std::optional(1u), Source::camera}));
  ASSERT_TRUE(send(1, q.vp8(false)));
  EXPECT_TRUE(video_to(2).empty());
  ASSERT_TRUE(send(1, q.vp8(true, true, false)));
  ASSERT_TRUE(send(1, q.vp8(true, false, true)));
  ASSERT_TRUE(send(1, q.vp8(false)));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 3u);
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].ssrc, 2008u);
    EXPECT_EQ(got[i].payload_type, vp8_out);
    EXPECT_EQ(got[i].sequence, static_cast<uint16_t>(got[0].sequence + i));
    EXPECT_EQ(got[i].marker, i > 0);
    EXPECT_EQ(picture_of(got[i]), (picture_of(got[0]) + i / 2) & 0x7fff);
    EXPECT_EQ(got[i].timestamp, got[0].timestamp + 3000 * (i / 2));
  }
}

TEST_F(RoomTest, HeadersAreTheReceiversOwn) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  Stream mic{"mic", "", 5, 0, opus_in};
  ASSERT_TRUE(send(1, mic.opus(33)));
  const RtpOut video = out.media[2][0], audio = out.media[2][1];
  EXPECT_EQ(as_text(video.extension(receiver_ids.mid).value()), "s8");
  EXPECT_EQ(as_text(audio.extension(receiver_ids.mid).value()), "s0");
  EXPECT_EQ(audio.extension(receiver_ids.audio_level), (Buffer{33}));
  EXPECT_TRUE(audio.marker) << "a talk spurt begins";
  EXPECT_EQ(load24(video.extension(receiver_ids.abs_send_time)->data()),
            rtc::abs_send_time(now.us));
  EXPECT_EQ(load16(video.extension(receiver_ids.transport_cc)->data()), 0);
  EXPECT_EQ(load16(audio.extension(receiver_ids.transport_cc)->data()), 1);
  for (const uint8_t id : {publisher_ids.rid, publisher_ids.transport_cc})
    EXPECT_FALSE(video.extension(id));
  // Once the receiver has spoken of the stream, the mid isn't repeated.
  rtc::ReceiverReport report{99, {}};
  report.blocks.push_back({.ssrc = 2008});
  ASSERT_TRUE(send(2, report));
  ASSERT_TRUE(send(1, q.vp8(false)));
  ASSERT_TRUE(send(1, mic.opus(33)));
  EXPECT_FALSE(out.media[2][2].extension(receiver_ids.mid));
  EXPECT_TRUE(out.media[2][3].extension(receiver_ids.mid));
  EXPECT_FALSE(out.media[2][3].marker);
}

TEST_F(RoomTest, OneParticipantsPacketsReachOthersUnchangedByEachOther) {
  join(1);
  join(2);
  join(3);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  want(3, {camera_of(1, 320, 180)});
  const Buffer key = q.vp8(true);
  Buffer copy = key;
  const Bytes sent = rtc::RtpPacket::parse(copy).value().payload();
  ASSERT_TRUE(send(1, key));
  const RtpOut two = out.media[2].back(), three = out.media[3].back();
  EXPECT_TRUE(equal(Bytes(two.payload).subspan(5), sent.subspan(5)));
  EXPECT_TRUE(equal(Bytes(three.payload).subspan(5), sent.subspan(5)));
  EXPECT_NE(two.ssrc, three.ssrc);
}

// Everything a decoder sees of the slot, over layer switches, source switches and 16-bit wraps.
TEST_F(RoomTest, LayersSwitchOnKeyFramesOnlyAndNumbersGoOn) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  f.picture_id = 32'000;
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(send(1, q.vp8(i == 0)));
    ASSERT_TRUE(send(1, f.vp8(i == 0)));
    pass(milliseconds(33));
    if (i == 9) want(2, {camera_of(1, 1280, 720)});
  }
  EXPECT_EQ(video_to(2).size(), 30u) << "no key frame of f yet: q goes on";
  ASSERT_TRUE(send(1, f.vp8(true)));
  ASSERT_TRUE(send(1, q.vp8(true)));
  ASSERT_TRUE(send(1, f.vp8(false)));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 32u);
  for (size_t i = 1; i < got.size(); ++i) {
    EXPECT_EQ(got[i].ssrc, got[0].ssrc);
    EXPECT_EQ(got[i].sequence, static_cast<uint16_t>(got[i - 1].sequence + 1)) << i;
    EXPECT_EQ(picture_of(got[i]), (picture_of(got[i - 1]) + 1) & 0x7fff) << i;
    EXPECT_EQ(tl0_of(got[i]), static_cast<uint8_t>(tl0_of(got[i - 1]) + 1)) << i;
    const uint32_t step = got[i].timestamp - got[i - 1].timestamp;
    EXPECT_GE(step, 900u) << i;
    EXPECT_LE(step, 3100u) << i;
  }
}

TEST_F(RoomTest, LayersOfOneTrackShareAClock) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  q.timestamp = 1000;
  f.timestamp = 700'000;
  ASSERT_TRUE(send(1, q.vp8(true)));
  ASSERT_TRUE(send(1, f.vp8(true)));
  // Both layers' reports name the moment of the first frame.
  ASSERT_TRUE(send(1, rtc::SenderReport{q.ssrc, uint64_t{77} << 32, 1000, 1, 1, {}}));
  ASSERT_TRUE(send(1, rtc::SenderReport{f.ssrc, uint64_t{77} << 32, 700'000, 1, 1, {}}));
  want(2, {camera_of(1, 1280, 720)});
  pass(milliseconds(45));  // 12 ms late: the switch shows the capture time all the same
  ASSERT_TRUE(send(1, f.vp8(true)));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1].timestamp, got[0].timestamp + 3000);
}

TEST_F(RoomTest, AnotherPersonInTheSlotContinuesTheStream) {
  join(1);
  join(2);
  join(setup(3, 8, 1));
  want(3, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  ASSERT_TRUE(send(1, q.vp8(false)));
  pass(milliseconds(100));
  want(3, {camera_of(2, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true))) << "nobody sees this one";
  Stream theirs{"cam", "q", 0x11, 0x12};  // the same SSRC, of another connection
  theirs.sequence = 17;
  theirs.timestamp = 4'000'000'000;
  theirs.picture_id = 5;
  ASSERT_TRUE(send(2, theirs.vp8(true)));
  const auto got = video_to(3);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2].sequence, static_cast<uint16_t>(got[1].sequence + 1));
  EXPECT_EQ(got[2].timestamp, got[1].timestamp + 9000);
  EXPECT_EQ(picture_of(got[2]), (picture_of(got[1]) + 1) & 0x7fff);
  EXPECT_EQ(slots_of(3)["s8"].first, 2u);
}

TEST_F(RoomTest, ALayerThatDriesUpIsReplacedByTheBestThatFlows) {
  join(1);
  join(2);
  want(2, {camera_of(1, 1280, 720)});
  const auto frames = [&](int count, bool with_f, bool key) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(send(1, q.vp8(key)));
      ASSERT_TRUE(send(1, h.vp8(key)));
      if (with_f) {
        ASSERT_TRUE(send(1, f.vp8(key)));
      }
      pass(milliseconds(33));
    }
  };
  frames(1, true, true);
  frames(5, true, false);
  out.clear();
  frames(10, false, false);
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty()) << "may be only late";
  frames(7, false, false);
  const auto asked = out.items<rtc::PictureLossIndication>(1);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].media_ssrc, h.ssrc) << "the best smaller one";
  frames(1, false, true);
  EXPECT_EQ(out.media[2].size(), 1u);
  out.clear();
  ASSERT_TRUE(send(1, f.vp8(true)));
  EXPECT_EQ(out.media[2].size(), 1u) << "back at once, with its first key frame";
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty());
}

TEST_F(RoomTest, AMutedTrackLeavesItsLayersAlone) {
  join(1);
  join(2);
  want(2, {camera_of(1, 1280, 720)});
  for (Stream* s : {&q, &h, &f}) ASSERT_TRUE(send(1, s->vp8(true)));
  pass(seconds(30));
  out.clear();
  for (Stream* s : {&q, &h, &f}) ASSERT_TRUE(send(1, s->vp8(false)));
  EXPECT_EQ(out.media[2].size(), 1u);
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty());
}

TEST_F(RoomTest, WhatOvertookTheKeyFramesFirstPacketIsNotLost) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(false)));
  const Buffer first = q.vp8(true, true, false), second = q.vp8(true, false, true);
  ASSERT_TRUE(send(1, second));
  EXPECT_TRUE(video_to(2).empty());
  ASSERT_TRUE(send(1, first));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[1].sequence, static_cast<uint16_t>(got[0].sequence + 1));
  EXPECT_TRUE(got[1].marker);
}

TEST_F(RoomTest, ALateJoinerStartsFromARecentKeyFrame) {
  join(1);
  join(2);
  join(3);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  pass(milliseconds(33));
  ASSERT_TRUE(send(1, q.vp8(false)));
  pass(milliseconds(33));
  out.clear();
  want(3, {camera_of(1, 320, 180)});
  EXPECT_EQ(video_to(3).size(), 2u);
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty());
  ASSERT_TRUE(send(1, q.vp8(false)));
  EXPECT_EQ(video_to(3).size(), 3u);
  // An older one would make the picture stay behind.
  pass(seconds(1));
  out.clear();
  want(3, {});
  want(3, {camera_of(1, 320, 180)});
  EXPECT_TRUE(video_to(3).empty());
  EXPECT_EQ(out.items<rtc::PictureLossIndication>(1).size(), 1u);
}

TEST_F(RoomTest, OtherCodecsAreForwardedToo) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  q.payload_type = vp9_in;
  Buffer vp9 = {0x80 | 0x08, 0x80, 0x07, 0x55};  // picture id, begins; not predicted: a key frame
  ASSERT_TRUE(send(1, q.packet(vp9, true)));
  ASSERT_EQ(video_to(2).size(), 1u);
  EXPECT_EQ(video_to(2)[0].payload_type, vp9_out);
  // AV1 comes with a dependency descriptor: the frame number goes on, the rest passes.
  q.payload_type = av1_in;
  const Buffer structure = {0xc0, 0x12, 0x34, 0x80, 1, 2}, plain = {0xc1, 0x12, 0x35};
  for (const Buffer& dd : {structure, plain}) {
    ++q.sequence;
    ASSERT_TRUE(send(1, q.packet(Buffer{0x00, 0x32, 0x01, 0x02}, true, {}, false, dd)));
  }
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[1].payload_type, av1_out);
  const Buffer one = got[1].extension(receiver_ids.dependency_descriptor).value();
  const Buffer two = got[2].extension(receiver_ids.dependency_descriptor).value();
  EXPECT_TRUE(equal(Bytes(one).subspan(3), Bytes(structure).subspan(3)));
  EXPECT_EQ(one[0], structure[0]);
  EXPECT_EQ(load16(&two[1]), static_cast<uint16_t>(load16(&one[1]) + 1));
}

TEST_F(RoomTest, ACodecTheReceiverDidntNegotiateIsNeitherSentNorAskedFor) {
  join(1);
  auto two = setup(2);
  for (auto& slot : two.slots) {
    if (slot.kind == rtc::MediaKind::video) slot.codecs.resize(1);
  }
  join(two);
  want(2, {camera_of(1, 320, 180)});
  q.payload_type = vp9_in;
  const Buffer vp9 = {0x80 | 0x08, 0x80, 0x07, 0x55};
  ASSERT_TRUE(send(1, q.packet(vp9, true)));
  pass(seconds(10));
  EXPECT_TRUE(video_to(2).empty());
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty());
}

TEST_F(RoomTest, PaddingIsPassedOnSoThatNumbersHaveNoHoles) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.packet({}, false))) << "padding starts nothing";
  ++q.sequence;
  ASSERT_TRUE(send(1, q.vp8(true)));
  Buffer padded = q.packet({}, false);
  padded[0] |= 0x20;
  padded.insert(padded.end(), {0, 0, 0, 4});
  ++q.sequence;
  ASSERT_TRUE(send(1, padded));
  ASSERT_TRUE(send(1, q.vp8(false)));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_TRUE(got[1].payload.empty());
  EXPECT_EQ(got[2].sequence, static_cast<uint16_t>(got[0].sequence + 2));
}

}  // namespace
}  // namespace vicino::sfu
