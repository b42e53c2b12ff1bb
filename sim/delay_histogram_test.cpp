#include "sim/delay_histogram.h"

#include <gtest/gtest.h>

namespace vicino::sim {
namespace {

TEST(DelayHistogram, SaysWhatAShareOfTheDelaysDoesNotExceed) {
  DelayHistogram delays;
  for (int64_t i = 1; i <= 100; ++i) delays.add(milliseconds(i));
  EXPECT_EQ(delays.at(0.5), milliseconds(50));
  EXPECT_EQ(delays.at(0.95), milliseconds(95));
  EXPECT_EQ(delays.at(1), milliseconds(100));
  EXPECT_EQ(delays.at(0), milliseconds(1)) << "the smallest";
}

TEST(DelayHistogram, RoundsUpAndLeavesZeroZero) {
  DelayHistogram delays;
  EXPECT_EQ(delays.at(0.95), Duration{}) << "nothing was measured";
  delays.add({});
  EXPECT_EQ(delays.at(0.95), Duration{});
  delays.add(microseconds(1));
  EXPECT_EQ(delays.at(1), milliseconds(1));
  EXPECT_EQ(delays.largest(), microseconds(1));
}

TEST(DelayHistogram, WhatIsTooLongForItIsTheLongest) {
  DelayHistogram delays;
  delays.add(seconds(3600));
  EXPECT_EQ(delays.at(0.5), seconds(3600));
}

TEST(DelayHistogram, MergedIsAsIfAddedToOne) {
  DelayHistogram a, b;
  for (int64_t i = 0; i < 50; ++i) a.add(milliseconds(i));
  for (int64_t i = 50; i < 100; ++i) b.add(milliseconds(i));
  a.merge(b);
  EXPECT_EQ(a.count(), 100u);
  EXPECT_EQ(a.at(0.95), milliseconds(94));
  EXPECT_EQ(a.largest(), milliseconds(99));
}

}  // namespace
}  // namespace vicino::sim
