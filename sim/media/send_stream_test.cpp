#include "sim/media/send_stream.h"

#include <gtest/gtest.h>

#include "rtc/payload.h"

namespace vicino::sim {
namespace {

EncodedFrame frame_of(size_t bytes, bool key, uint8_t temporal = 0) {
  return {.layer = 0, .bytes = bytes, .key = key, .temporal = temporal, .sync = false};
}

TEST(SendStream, CutsWhatTheServersParserReads) {
  SendStream stream({}, 1);
  const Instant at{5'000'000};
  const auto key = stream.cut(frame_of(3000, true), {.captured = at});
  const auto next = stream.cut(frame_of(500, false, 2), {.captured = at});
  ASSERT_EQ(key.size(), 3u);
  ASSERT_EQ(next.size(), 1u);
  const auto first = rtc::describe(rtc::Codec::vp8, key[0].payload, {}).value();
  EXPECT_TRUE(first.key_frame && first.begins_frame);
  EXPECT_EQ(first.temporal_layer, 0);
  EXPECT_FALSE(rtc::describe(rtc::Codec::vp8, key[1].payload, {}).value().begins_frame);
  EXPECT_TRUE(key[2].marker && !key[1].marker);
  const auto second = rtc::describe(rtc::Codec::vp8, next[0].payload, {}).value();
  EXPECT_FALSE(second.key_frame);
  EXPECT_EQ(second.temporal_layer, 2);
  EXPECT_EQ(second.tl0_picture_index, first.tl0_picture_index);
  EXPECT_EQ(*second.picture_id, (*first.picture_id + 1) & 0x7fff);
}

TEST(SendStream, FramesOfAnySizeComeTogetherAgainWithTheirStamps) {
  SendStream stream({}, 2);
  rtc::FrameAssembler assembler(rtc::Codec::vp8);
  SeededRandom random(3);
  for (uint32_t i = 0; i < 300; ++i) {
    const Stamp stamp{7, 0, 720, i, Instant{} + milliseconds(33 * i)};
    const size_t bytes = 1 + random.next() % 5000;
    for (const MediaPacket& p : stream.cut(frame_of(bytes, i % 50 == 0), stamp))
      assembler.add(p.sequence, p.timestamp, p.marker, p.payload, {});
    const auto frame = assembler.take();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->data.size(), std::max(bytes, 1 + Stamp::size));
    const Stamp read = Stamp::read(Bytes(frame->data).subspan(1)).value();
    EXPECT_EQ(read.number, i);
    EXPECT_EQ(read.captured, stamp.captured);
    EXPECT_EQ(read.height, 720);
  }
}

TEST(SendStream, RepairsAPacketOnceInARoundTrip) {
  SendStream stream({}, 4);
  uint16_t sequence = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    for (MediaPacket& p : stream.cut(frame_of(100, false), Stamp{1, 0, 0, i, {}})) {
      sequence = p.sequence;
      stream.keep(std::move(p));
    }
  }
  const Instant now{1'000'000};
  EXPECT_EQ(stream.take_repair(now, sequence, milliseconds(50))->sequence, sequence);
  EXPECT_FALSE(stream.take_repair(now + milliseconds(49), sequence, milliseconds(50)));
  EXPECT_TRUE(stream.take_repair(now + milliseconds(50), sequence, milliseconds(50)));
  EXPECT_FALSE(stream.take_repair(now, static_cast<uint16_t>(sequence + 1), {})) << "never sent";
  EXPECT_FALSE(stream.take_repair(now, static_cast<uint16_t>(sequence - 900), {})) << "forgotten";
}

}  // namespace
}  // namespace vicino::sim
