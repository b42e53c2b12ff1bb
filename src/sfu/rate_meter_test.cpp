#include "sfu/rate_meter.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

class RateMeterTest : public testing::Test {
 protected:
  // Ten packets of 924 bytes and what surrounds them each second and layer.
  void run(Duration time, std::initializer_list<uint8_t> layers) {
    for (const Instant end = now + time; now < end;) {
      now = now + milliseconds(100);
      for (const uint8_t layer : layers)
        meter.add(targets_above(layer), 1000 - packet_overhead, true);
      meter.tick(now, layers.size() > 0);
    }
  }
  Instant now{5'000'000};
  RateMeter meter;
};

TEST_F(RateMeterTest, MeasuresEachTemporalLayerWithThoseBelow) {
  EXPECT_FALSE(meter.known());
  run(seconds(5), {0, 1, 1, 2, 2, 2, 2});
  EXPECT_TRUE(meter.known());
  ASSERT_EQ(meter.temporal_layers(), 3u);
  EXPECT_NEAR(static_cast<double>(meter.up_to({0, 0}).bps), 80'000, 4000);
  EXPECT_NEAR(static_cast<double>(meter.up_to({0, 1}).bps), 240'000, 8000);
  EXPECT_NEAR(static_cast<double>(meter.all().bps), 560'000, 16'000);
  EXPECT_NEAR(meter.pictures_per_second(), 70, 2);
}

TEST_F(RateMeterTest, KnowsAStreamAfterAThirdOfASecond) {
  run(milliseconds(500), {0});
  EXPECT_TRUE(meter.known());
  EXPECT_NEAR(static_cast<double>(meter.all().bps), 80'000, 20'000);
}

TEST_F(RateMeterTest, RemembersAStreamThatPauses) {
  run(seconds(5), {0});
  const rtc::BitRate before = meter.all();
  run(seconds(60), {});
  EXPECT_EQ(meter.all(), before);
  run(milliseconds(200), {0, 0});
  EXPECT_GE(meter.all(), before);
}

// A stream counts as flowing for some time after its last packet.
TEST_F(RateMeterTest, AStreamThatStopsDoesntSeemToTakeLess) {
  run(seconds(5), {0});
  const rtc::BitRate before = meter.all();
  for (int i = 0; i < 10; ++i) meter.tick(now = now + milliseconds(100), true);
  EXPECT_EQ(meter.all(), before);
  meter.tick(now, false);
  EXPECT_EQ(meter.all(), before);
}

TEST_F(RateMeterTest, ASlowStreamIsMeasuredOverItsPauses) {
  for (int i = 0; i < 10; ++i) {
    meter.add(targets_above(0), 1000 - packet_overhead, true);
    meter.tick(now = now + milliseconds(100), true);
    for (int idle = 0; idle < 9; ++idle) meter.tick(now = now + milliseconds(100), true);
  }
  meter.add(targets_above(0), 1000 - packet_overhead, true);
  meter.tick(now + milliseconds(100), true);
  EXPECT_NEAR(static_cast<double>(meter.all().bps), 8000, 1000);
}

TEST_F(RateMeterTest, HigherTemporalLayersThanItCountsAreInTheLast) {
  run(seconds(2), {0, 7, 200});
  EXPECT_EQ(meter.temporal_layers(), Target::temporal_layers);
  EXPECT_NEAR(static_cast<double>(meter.all().bps), 240'000, 12'000);
}

}  // namespace
}  // namespace vicino::sfu
