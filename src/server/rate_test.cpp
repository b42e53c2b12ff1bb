#include "server/rate.h"

#include <gtest/gtest.h>

namespace vicino::server {
namespace {

TEST(RateLimit, AveragesOverItsWindow) {
  Instant now{5};
  RateLimit limit(3, seconds(2), now);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limit.take(now, 1));
  EXPECT_FALSE(limit.take(now, 1));
  now = now + milliseconds(333);
  EXPECT_FALSE(limit.take(now, 1)) << "a thousandth of a second early";
  now = now + milliseconds(1);
  EXPECT_TRUE(limit.take(now, 1));
  EXPECT_FALSE(limit.take(now, 1));
  now = now + seconds(1'000'000'000);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limit.take(now, 1));
  EXPECT_FALSE(limit.take(now, 1)) << "a long silence saves no more than the window";
}

TEST(RateLimit, WhatCostsMoreThanTheBucketTakesAllOfIt) {
  Instant now{};
  RateLimit limit(2, seconds(2), now);
  EXPECT_TRUE(limit.take(now, 100));
  EXPECT_FALSE(limit.take(now, 1));
  now = now + seconds(1);
  EXPECT_FALSE(limit.take(now, 100));
  now = now + seconds(1);
  EXPECT_TRUE(limit.take(now, 100));
}

TEST(RateLimit, ATimeBeforeTheLastAddsNothing) {
  RateLimit limit(1, seconds(1), Instant{1000});
  EXPECT_TRUE(limit.take(Instant{1000}, 1));
  EXPECT_FALSE(limit.take(Instant{0}, 1));
  EXPECT_FALSE(limit.take(Instant{1000}, 1));
}

}  // namespace
}  // namespace vicino::server
