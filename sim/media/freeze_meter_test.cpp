#include "sim/media/freeze_meter.h"

#include <gtest/gtest.h>

namespace vicino::sim {
namespace {

struct Picture {
  FreezeMeter meter;
  Instant now;

  // Frames at 30 a second.
  Picture& plays(Duration time) {
    for (const Instant end = now + time; now < end; now = now + milliseconds(33)) meter.shown(now);
    return *this;
  }
  Picture& stands(Duration time) {
    now = now + time - milliseconds(33);
    return *this;
  }
};

TEST(FreezeMeter, AGapIsAFreezeFrom150MillisecondsOverTheAverage) {
  EXPECT_TRUE(Picture()
                  .plays(seconds(2))
                  .stands(milliseconds(182))
                  .plays(seconds(1))
                  .meter.freezes(Instant{10'000'000})
                  .size() == 1)
      << "only the one at the end";
  const Picture frozen = Picture().plays(seconds(2)).stands(milliseconds(190)).plays(seconds(1));
  const auto freezes = frozen.meter.freezes(frozen.now);
  ASSERT_EQ(freezes.size(), 1u);
  EXPECT_EQ(freezes[0].to - freezes[0].from, milliseconds(190));
}

TEST(FreezeMeter, AtFewFramesThreeTimesTheAverageCounts) {
  FreezeMeter meter;
  Instant now;
  for (int i = 0; i < 40; ++i) meter.shown(now = now + milliseconds(200));
  meter.shown(now = now + milliseconds(590));
  EXPECT_TRUE(meter.freezes(now).empty());
  meter.shown(now = now + milliseconds(700));
  EXPECT_EQ(meter.freezes(now).size(), 1u);
}

TEST(FreezeMeter, TheShareCountsWhatIsWithinTheTime) {
  Picture picture;
  picture.plays(seconds(1)).stands(seconds(2)).plays(seconds(1));
  const Instant end = picture.now;
  EXPECT_NEAR(picture.meter.share(Instant{}, end), 2.0 / 4.0, 0.02);
  EXPECT_NEAR(picture.meter.share(Instant{} + seconds(2), Instant{} + seconds(3)), 1, 0.05);
  EXPECT_EQ(picture.meter.share(end - milliseconds(500), end), 0);
}

TEST(FreezeMeter, WhatIsPausedIsNotFrozen) {
  Picture picture;
  picture.plays(seconds(1)).meter.pause(picture.now);
  picture.stands(seconds(5)).plays(seconds(1));
  EXPECT_TRUE(picture.meter.freezes(picture.now).empty());
}

}  // namespace
}  // namespace vicino::sim
