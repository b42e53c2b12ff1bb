// What arrives in one batch leaves receiver by receiver; nobody sees that in any stream.
#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

using Runs = std::vector<Recorder::Run>;

class RoomBatchTest : public RoomTest {
 protected:
  RoomBatchTest() {
    for (uint32_t id = 1; id <= 3; ++id) join(id);
    for (const uint32_t id : {2u, 3u}) want(id, {camera_of(1, 320, 180)});
    send(1, q.vp8(true));
    send(1, mic.opus(30));
    out.clear();
    batching = true;
  }
  void flush() { room.flush(now, out); }

  Stream mic{"mic", "", 5, 0, opus_in};
};

TEST_F(RoomBatchTest, EachReceiverGetsItInOnePiece) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(1, q.vp8(false)));
    ASSERT_TRUE(send(1, mic.opus(30)));
  }
  EXPECT_TRUE(out.runs.empty());
  flush();
  EXPECT_EQ(out.runs, (Runs{{2, 3}, {2, 3}, {3, 3}, {3, 3}}));
  flush();
  EXPECT_EQ(out.runs.size(), 4u);
}

TEST_F(RoomBatchTest, ABatchOfAnySizeComesWholeAndInOrder) {
  const uint16_t before = 65'531;
  size_t sent = 0;
  for (const size_t batch : {1u, 15u, 16u, 17u, 64u, 65u, 200u}) {
    for (size_t i = 0; i < batch; ++i) ASSERT_TRUE(send(1, q.vp8(false, i % 2 == 0, i % 2 == 1)));
    flush();
    sent += batch;
    for (const uint32_t id : {2u, 3u}) ASSERT_EQ(video_to(id).size(), sent);
  }
  for (const uint32_t id : {2u, 3u}) {
    const auto got = video_to(id);
    for (size_t i = 1; i < got.size(); ++i) {
      ASSERT_EQ(got[i].sequence, static_cast<uint16_t>(got[i - 1].sequence + 1));
      ASSERT_EQ(got[i].payload.back(), static_cast<uint8_t>(before + i)) << "the content's order";
    }
  }
}

TEST_F(RoomBatchTest, WhoWaitsStartsAtAKeyFrameInsideABatch) {
  pass(seconds(1));  // the first key frame is too old to start from then
  join(4);
  want(4, {camera_of(1, 320, 180)});
  out.clear();
  ASSERT_TRUE(send(1, q.vp8(false)));
  ASSERT_TRUE(send(1, q.vp8(true)));
  ASSERT_TRUE(send(1, q.vp8(false)));
  flush();
  for (const uint32_t id : {2u, 3u}) {
    const auto got = video_to(id);
    ASSERT_EQ(got.size(), 3u);
    for (size_t i = 1; i < 3; ++i)
      EXPECT_EQ(got[i].sequence, static_cast<uint16_t>(got[i - 1].sequence + 1));
  }
  const auto got = video_to(4);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].payload[5], 0x10) << "the key frame";
  EXPECT_EQ(got[1].sequence, static_cast<uint16_t>(got[0].sequence + 1));
}

TEST_F(RoomBatchTest, WhatWasQueuedGoesBeforeSlotsChange) {
  ASSERT_TRUE(send(1, q.vp8(false)));
  want(2, {});
  EXPECT_EQ(video_to(2).size(), 1u);
  EXPECT_EQ(video_to(3).size(), 1u);
  ASSERT_TRUE(send(1, q.vp8(false)));
  room.remove(now, {1}, out);
  EXPECT_EQ(video_to(2).size(), 1u);
  EXPECT_EQ(video_to(3).size(), 2u);
  flush();
  EXPECT_EQ(video_to(3).size(), 2u);
}

TEST_F(RoomBatchTest, ALateOneInABatchKeepsItsNumber) {
  const Buffer first = q.vp8(false), second = q.vp8(false), third = q.vp8(false);
  ASSERT_TRUE(send(1, first));
  ASSERT_TRUE(send(1, third));
  ASSERT_TRUE(send(1, second));
  flush();
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[1].sequence, static_cast<uint16_t>(got[0].sequence + 2));
  EXPECT_EQ(got[2].sequence, static_cast<uint16_t>(got[0].sequence + 1));
}

TEST_F(RoomBatchTest, SaysWhoWaitsForTheRestOfAFrame) {
  EXPECT_EQ(room.unfinished(), 0u);
  ASSERT_TRUE(send(1, mic.opus(30)));
  EXPECT_EQ(room.unfinished(), 0u) << "audio has no rest";
  ASSERT_TRUE(send(1, q.vp8(false, true, false)));
  EXPECT_EQ(room.unfinished(), 2u);
  ASSERT_TRUE(send(1, q.vp8(false, false, true)));
  EXPECT_EQ(room.unfinished(), 0u);
  flush();
  EXPECT_EQ(room.unfinished(), 0u);
}

TEST_F(RoomBatchTest, PaddingMakesSizesEqualAndIsNoContent) {
  for (const size_t size : {900u, 899u, 900u, 899u}) {
    Buffer payload(size, 3);
    payload[0] = 0x80;
    payload[1] = 0x80;
    store16(&payload[2], static_cast<uint16_t>(0x8000 | q.picture_id));
    ASSERT_TRUE(send(1, q.packet(payload, false)));
    ++q.sequence;
  }
  flush();
  const auto got = video_to(3);
  ASSERT_EQ(got.size(), 4u);
  std::vector<size_t> whole;
  for (const RtpOut& p : got) whole.push_back(p.header.size() + p.payload.size() + p.padding);
  EXPECT_EQ(whole[1], whole[0]);
  EXPECT_EQ(whole[2], whole[0]);
  EXPECT_EQ(whole[3], whole[0] - 1) << "a train's last one may be shorter";
  EXPECT_EQ(got[1].payload.size(), 899u);
  // Asked for again, it comes without.
  send(3, rtc::Nack{1, got[1].ssrc, {got[1].sequence}});
  const RtpOut again = video_to(3).back();
  EXPECT_EQ(again.payload_type, vp8_rtx_out);
  EXPECT_EQ(again.padding, 0u);
  EXPECT_EQ(again.payload.size(), 901u);
}

}  // namespace
}  // namespace vicino::sfu
