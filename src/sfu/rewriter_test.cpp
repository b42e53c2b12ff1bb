#include "sfu/rewriter.h"

#include <gtest/gtest.h>

#include <map>

namespace vicino::sfu {
namespace {

class RewriterTest : public testing::Test {
 protected:
  PacketNumbers send(int64_t sequence, uint32_t timestamp, uint16_t picture = 0, uint8_t tl0 = 0,
                     uint16_t frame = 0) {
    return rewriter.rewrite(now, {sequence, timestamp, picture, tl0, frame}).value();
  }
  Instant now{1'000'000};
  SeededRandom random{3};
  Rewriter rewriter{random};
};

TEST_F(RewriterTest, APieceKeepsItsDistances) {
  rewriter.begin(1, {70'000, 5000, 32'767, 255, 65'535}, 90'000);
  const PacketNumbers first = send(70'000, 5000, 32'767, 255, 65'535);
  const PacketNumbers later = send(70'003, 8000, 0, 0, 0);
  EXPECT_EQ(first.timestamp, 90'000u);
  EXPECT_EQ(later.sequence, first.sequence + 3);
  EXPECT_EQ(later.timestamp, 93'000u);
  EXPECT_EQ(later.picture_id, (first.picture_id + 1) & 0x7fff);
  EXPECT_EQ(later.tl0_picture_index, static_cast<uint8_t>(first.tl0_picture_index + 1));
  EXPECT_EQ(later.frame_number, static_cast<uint16_t>(first.frame_number + 1));
}

TEST_F(RewriterTest, APieceGoesOnWhereTheLastOneEnded) {
  rewriter.begin(1, {10, 100, 7, 7, 7}, 1000);
  send(10, 100, 7, 7, 7);
  const PacketNumbers last = send(12, 6100, 9, 8, 9);
  send(11, 3100, 8, 7, 8);  // late: not where the next piece goes on
  now = now + milliseconds(40);
  rewriter.begin(2, {65'000, 4'000'000'000, 20'000, 200, 40'000},
                 rewriter.timestamp_at(now, rtc::MediaKind::video));
  const PacketNumbers next = send(65'000, 4'000'000'000, 20'000, 200, 40'000);
  EXPECT_EQ(next.sequence, last.sequence + 1);
  EXPECT_EQ(next.timestamp, last.timestamp + 3600);
  EXPECT_EQ(next.picture_id, (last.picture_id + 1) & 0x7fff);
  EXPECT_EQ(next.tl0_picture_index, static_cast<uint8_t>(last.tl0_picture_index + 1));
  EXPECT_EQ(next.frame_number, static_cast<uint16_t>(last.frame_number + 1));
}

TEST_F(RewriterTest, PacketsFromBeforeAPieceStayOut) {
  EXPECT_FALSE(rewriter.rewrite(now, {1, 1, 0, 0, 0}));
  rewriter.begin(1, {10, 100, 0, 0, 0}, 0);
  EXPECT_FALSE(rewriter.rewrite(now, {9, 100, 0, 0, 0}));
  EXPECT_TRUE(rewriter.rewrite(now, {10, 100, 0, 0, 0}));
}

TEST_F(RewriterTest, TimestampsAlwaysMoveOn) {
  rewriter.begin(1, {10, 100, 0, 0, 0}, 0xffffffff);
  send(10, 100);
  EXPECT_EQ(rewriter.timestamp_at(now, rtc::MediaKind::audio), 959u);
  EXPECT_EQ(rewriter.timestamp_at(now, rtc::MediaKind::video), 899u);
  EXPECT_EQ(rewriter.timestamp_at(now + seconds(1), rtc::MediaKind::audio), 47'999u);
  EXPECT_TRUE(rewriter.plausible(now + seconds(2), rtc::MediaKind::video, 180'000));
  EXPECT_FALSE(rewriter.plausible(now + seconds(2), rtc::MediaKind::video, 180'000 + 95'000));
  EXPECT_FALSE(rewriter.plausible(now, rtc::MediaKind::video, 0xfffffff0)) << "the past";
}

TEST_F(RewriterTest, FindsWhereSentPacketsCameFrom) {
  EXPECT_FALSE(rewriter.origin_of(0));
  rewriter.begin(1, {100, 0, 0, 0, 0}, 0);
  const int64_t first = send(100, 0).sequence;
  send(101, 0);
  rewriter.begin(2, {5000, 0, 0, 0, 0}, 3000);
  send(5000, 0);
  const auto old = rewriter.origin_of(static_cast<uint16_t>(first + 1));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->stream, 1u);
  EXPECT_EQ(old->sequence, 101);
  EXPECT_EQ(rewriter.rewrite_again(*old, {101, 50, 0, 0, 0}).timestamp, 50u);
  const auto fresh = rewriter.origin_of(static_cast<uint16_t>(first + 2));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->stream, 2u);
  EXPECT_EQ(fresh->sequence, 5000);
  EXPECT_FALSE(rewriter.origin_of(static_cast<uint16_t>(first + 3))) << "not sent yet";
  EXPECT_FALSE(rewriter.origin_of(static_cast<uint16_t>(first - 1))) << "before everything";
  for (StreamKey key = 3; key < 6; ++key) {
    rewriter.begin(key, {0, 0, 0, 0, 0}, 0);
    send(0, 0);
  }
  EXPECT_FALSE(rewriter.origin_of(static_cast<uint16_t>(first))) << "that piece is forgotten";
}

TEST_F(RewriterTest, WhatIsSkippedLeavesNoGap) {
  rewriter.begin(1, {100, 0, 50, 0, 0}, 0);
  const PacketNumbers first = send(100, 0, 50);
  rewriter.skip({101, 3000, 51, 0, 0}, true);
  rewriter.skip({102, 3000, 51, 0, 0}, true);  // the same picture
  rewriter.skip({103, 6000, 52, 0, 0}, true);
  const PacketNumbers next = send(104, 9000, 53);
  EXPECT_EQ(next.sequence, first.sequence + 1);
  EXPECT_EQ(next.picture_id, (first.picture_id + 1) & 0x7fff);
  EXPECT_EQ(next.timestamp, first.timestamp + 9000);
  EXPECT_FALSE(rewriter.ahead({104, 9000, 53, 0, 0}));
  EXPECT_TRUE(rewriter.ahead({105, 9000, 53, 0, 0}));
}

TEST_F(RewriterTest, PicturesKeepTheirNumbersWhereTheyNameEachOther) {
  rewriter.begin(1, {100, 0, 50, 0, 0}, 0);
  const PacketNumbers first = send(100, 0, 50);
  rewriter.skip({101, 3000, 51, 0, 0}, false);
  EXPECT_EQ(send(102, 6000, 52).picture_id, (first.picture_id + 2) & 0x7fff);
}

// A packet that was lost on its way here may be of what is skipped, or not: its number stays free.
TEST_F(RewriterTest, WhatComesLateHasANumberOfItsOwn) {
  rewriter.begin(1, {100, 0, 50, 0, 0}, 0);
  const PacketNumbers first = send(100, 0, 50);
  rewriter.skip({101, 3000, 51, 0, 0}, true);
  // 102 is late.
  rewriter.skip({103, 3000, 51, 0, 0}, true);
  const PacketNumbers next = send(104, 6000, 52);
  EXPECT_EQ(next.sequence, first.sequence + 2);
  EXPECT_EQ(send(102, 3000, 51).sequence, first.sequence + 1);
}

TEST_F(RewriterTest, WhatWasSentBetweenSkippedOnesCanBeFoundAgain) {
  rewriter.begin(7, {100, 0, 0, 0, 0}, 0);
  std::map<uint16_t, int64_t> sent;
  for (int64_t in = 100; in < 140; ++in) {
    if (in % 3 == 2) {
      rewriter.skip({in, 0, static_cast<uint16_t>(in), 0, 0}, true);
    } else {
      sent[static_cast<uint16_t>(send(in, 0, static_cast<uint16_t>(in)).sequence)] = in;
    }
  }
  for (const auto& [out, in] : sent) {
    const auto origin = rewriter.origin_of(out);
    ASSERT_TRUE(origin);
    EXPECT_EQ(origin->stream, 7u);
    EXPECT_EQ(origin->sequence, in);
    const auto again = rewriter.rewrite_again(*origin, {in, 0, static_cast<uint16_t>(in), 0, 0});
    EXPECT_EQ(static_cast<uint16_t>(again.sequence), out);
  }
}

}  // namespace
}  // namespace vicino::sfu
