#include "sfu/temporal_filter.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace vicino::sfu {
namespace {

class TemporalFilterTest : public testing::Test {
 protected:
  // Frames by their layer, "s" behind it for one that can be gone up with, "k" for a key frame;
  // says which pass.
  std::string pass(std::string_view frames) {
    std::string passed;
    for (size_t i = 0; i < frames.size(); ++i) {
      MediaPacket packet;
      packet.payload = memory;
      packet.numbers.timestamp = ++timestamp;
      packet.info.temporal_layer = static_cast<uint8_t>(frames[i] - '0');
      const char mark = i + 1 < frames.size() ? frames[i + 1] : ' ';
      packet.info.layer_sync = mark == 's';
      packet.info.key_frame = mark == 'k';
      if (filter.passes(packet)) passed += frames[i];
      if (mark == 's' || mark == 'k') ++i;
    }
    return passed;
  }
  std::array<uint8_t, 4> memory{};
  uint32_t timestamp = 0;
  TemporalFilter filter;
};

TEST_F(TemporalFilterTest, WithoutALimitAllPasses) {
  EXPECT_EQ(pass("0k21202120"), "021202120");
}

TEST_F(TemporalFilterTest, LessTakesEffectWithTheNextFrame) {
  filter.set_limit(1, timestamp);
  EXPECT_EQ(pass("0212021"), "0101");
  filter.set_limit(0, timestamp);
  EXPECT_EQ(pass("202120"), "00");
}

TEST_F(TemporalFilterTest, MoreWaitsForAFrameThatADecoderCanGoOnWith) {
  filter.set_limit(0, timestamp);
  EXPECT_EQ(pass("0212"), "0");
  filter.set_limit(TemporalFilter::all, timestamp);
  EXPECT_EQ(pass("0212"), "0");
  EXPECT_EQ(pass("021s202"), "010") << "the second layer, not the third";
  EXPECT_EQ(pass("02s12"), "0212");
  filter.set_limit(0, timestamp);
  EXPECT_EQ(pass("12"), "");
  filter.set_limit(1, timestamp);
  EXPECT_EQ(pass("0k212"), "01") << "after a key frame all can follow";
}

TEST_F(TemporalFilterTest, PacketsOfOneFrameShareItsFate) {
  MediaPacket packet;
  packet.payload = memory;
  packet.info.temporal_layer = 2;
  packet.numbers.timestamp = 7;
  filter.set_limit(1, {});
  EXPECT_FALSE(filter.passes(packet));
  filter.set_limit(TemporalFilter::all, timestamp);
  packet.info.layer_sync = true;
  EXPECT_FALSE(filter.passes(packet)) << "half a frame is none";
  packet.numbers.timestamp = 8;
  EXPECT_TRUE(filter.passes(packet));
  filter.set_limit(0, 8);
  EXPECT_TRUE(filter.passes(packet));
}

TEST_F(TemporalFilterTest, RemembersWhatWasLeftOut) {
  filter.set_limit(0, {});
  pass("0212");
  for (const uint32_t skipped : {2u, 3u, 4u}) EXPECT_TRUE(filter.left_out(skipped)) << skipped;
  EXPECT_FALSE(filter.left_out(1));
}

TEST_F(TemporalFilterTest, AFrameOfWhichSomeWentOutUnlookedAtIsFinished) {
  MediaPacket packet;
  packet.payload = memory;
  packet.info.temporal_layer = 2;
  packet.numbers.timestamp = 7;
  EXPECT_TRUE(filter.passes(packet));
  filter.set_limit(0, 7);
  EXPECT_TRUE(filter.passes(packet));
  packet.numbers.timestamp = 8;
  EXPECT_FALSE(filter.passes(packet));
}

}  // namespace
}  // namespace vicino::sfu
