#include "rtc/loss_bound.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::rtc {
namespace {

constexpr BitRate floor = kilobits_per_second(30);

// One observation of 250 ms at `rate`, of which `share` is lost.
void observe(LossBound& bound, Instant& now, BitRate rate, double share, BitRate target) {
  const auto packets = static_cast<size_t>(rate.bytes_in(milliseconds(250)) / 1000);
  bound.update(now, target, floor);
  bound.sent(packets, packets * 1000, static_cast<size_t>(static_cast<double>(packets) * share), 0);
  now = now + milliseconds(250);
  bound.update(now, target, floor);
}

// At rates from 1 to 2.2 Mbit/s.
void observe_many(LossBound& bound, int times, double share) {
  Instant now;
  for (int i = 0; i < times; ++i) {
    const BitRate rate = kilobits_per_second(1000 + 400 * (i % 4));
    observe(bound, now, rate, share, kilobits_per_second(2200));
  }
}

TEST(LossBound, HasNothingToSayWithoutLoss) {
  LossBound bound;
  Instant now;
  for (int i = 0; i < 40; ++i)
    observe(bound, now, kilobits_per_second(2000), 0.015, kilobits_per_second(2000));
  EXPECT_FALSE(bound.bound());
  EXPECT_TRUE(bound.may_grow());
}

TEST(LossBound, ToleratesLossThatIsTheSameAtAnyRate) {
  LossBound bound;
  observe_many(bound, 60, 0.10);
  EXPECT_GT(bound.bound().value_or(kilobits_per_second(9999)), kilobits_per_second(2000));
  EXPECT_NEAR(bound.inherent(), 0.10, 0.03);
}

TEST(LossBound, FindsThePathThatDropsWhatDoesNotFit) {
  LossBound bound;
  Instant now;
  BitRate target = kilobits_per_second(2000);
  for (int i = 0; i < 40; ++i) {
    const BitRate rate = std::min(target, bound.bound().value_or(target));
    observe(bound, now, rate, std::max(0.0, 1 - kilobits_per_second(1000) / rate), target);
  }
  ASSERT_TRUE(bound.bound());
  EXPECT_LT(*bound.bound(), kilobits_per_second(1200));
  EXPECT_GT(*bound.bound(), kilobits_per_second(800));
}

TEST(LossBound, NoPathLosesHalfOfEverythingByItself) {
  LossBound bound;
  observe_many(bound, 12, 0.5);
  EXPECT_LT(bound.bound().value_or(kilobits_per_second(9999)), kilobits_per_second(1200));
  EXPECT_FALSE(bound.may_grow());
}

TEST(LossBound, NeverGoesBelowTheFloor) {
  LossBound bound;
  Instant now;
  for (int i = 0; i < 100; ++i) {
    const BitRate rate =
        std::min(kilobits_per_second(500), bound.bound().value_or(kilobits_per_second(500)));
    observe(bound, now, std::max(rate, kilobits_per_second(400)), 1.0, kilobits_per_second(500));
    EXPECT_GE(bound.bound().value_or(floor), floor);
  }
}

TEST(LossBound, TakesBackLossOfPacketsThatCameLate) {
  LossBound bound;
  Instant now;
  bound.update(now, kilobits_per_second(1000), floor);
  bound.sent(100, 100'000, 50, 0);
  bound.sent(0, 0, 0, 60);
  bound.update(now + milliseconds(250), kilobits_per_second(1000), floor);
  EXPECT_EQ(bound.recent(), 0);
}

}  // namespace
}  // namespace vicino::rtc
