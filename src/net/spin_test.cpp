#include "net/spin.h"

#include <gtest/gtest.h>

namespace vicino::net {
namespace {

constexpr SpinSettings settings{.longest = microseconds(20), .rest_receivers = 10};

TEST(Spin, OnlyWhileBatchesComeCloseTogether) {
  Spin spin(settings);
  EXPECT_EQ(spin.patience(), Duration{}) << "nothing has come yet";
  for (int i = 0; i < 20; ++i) spin.waited(microseconds(5));
  EXPECT_EQ(spin.patience(), settings.longest);
  spin.waited(milliseconds(30));
  EXPECT_EQ(spin.patience(), Duration{}) << "one gap is enough to sleep again";
}

// What spinning takes at most: of `count` batches that come `gap` after one another, the share of time spent in vain.
double wasted(Duration gap, int count) {
  Spin spin(settings);
  Duration spent, all;
  for (int i = 0; i < count; ++i) {
    const Duration patience = spin.patience();
    if (gap > patience) spent = spent + patience;
    all = all + gap;
    spin.waited(gap);
  }
  return static_cast<double>(spent.us) / static_cast<double>(all.us);
}

TEST(Spin, TakesNothingFromAServerWithLittleToDo) {
  for (const int64_t us : {21, 50, 100, 1000, 20'000, 1'000'000}) EXPECT_EQ(wasted(Duration{us}, 1000), 0.0) << us;
}

// The worst that can come: as many quick batches as it takes, then a pause, for ever.
TEST(Spin, PausesCostLittleEvenWhenTheyTrickIt) {
  Spin spin(settings);
  Duration spent, all;
  for (int round = 0; round < 1000; ++round) {
    while (spin.patience() == Duration{}) {
      spin.waited(microseconds(1));
      all = all + microseconds(1);
    }
    spent = spent + spin.patience();
    spin.waited(milliseconds(2));
    all = all + milliseconds(2);
  }
  EXPECT_LT(static_cast<double>(spent.us) / static_cast<double>(all.us), 0.01);
}

TEST(Spin, CanBeSwitchedOff) {
  Spin spin({.longest = Duration{}});
  for (int i = 0; i < 20; ++i) spin.waited(Duration{});
  EXPECT_EQ(spin.patience(), Duration{});
}

TEST(RestOfFrames, IsWaitedForOnlyForManyAndAsLongAsItComes) {
  RestOfFrames rest(settings);
  EXPECT_FALSE(rest.worthwhile(9));
  EXPECT_TRUE(rest.worthwhile(10));
  EXPECT_FALSE(rest.over(microseconds(14), microseconds(59)));
  EXPECT_TRUE(rest.over(microseconds(15), microseconds(15)));
  EXPECT_TRUE(rest.over(microseconds(1), microseconds(60)));
}

TEST(RestOfFrames, WhereItNeverComesItIsRarelyWaitedFor) {
  RestOfFrames rest(settings);
  const auto tries = [&](bool comes) {
    int tried = 0;
    for (int i = 0; i < 320; ++i) {
      if (!rest.worthwhile(100)) continue;
      ++tried;
      rest.waited(comes);
    }
    return tried;
  };
  tries(false);
  EXPECT_EQ(tries(false), 10);
  tries(true);
  EXPECT_EQ(tries(true), 320) << "once it comes again, it is waited for again";
}

}  // namespace
}  // namespace vicino::net
