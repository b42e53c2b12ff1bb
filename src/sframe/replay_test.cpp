#include "sframe/replay.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace vicino::sframe {
namespace {

constexpr uint64_t window_size = limits::replay_window;

TEST(ReplayWindow, AcceptsEachCounterOnceInAnyOrder) {
  ReplayWindow window;
  for (const uint64_t counter : {5u, 3u, 4u, 0u, 100u, 99u}) {
    EXPECT_TRUE(window.check(counter));
    EXPECT_TRUE(window.accept(counter));
    EXPECT_FALSE(window.check(counter));
    const Status again = window.accept(counter);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::replayed);
  }
}

TEST(ReplayWindow, EndsExactlyWhereItsLimitSays) {
  ReplayWindow window;
  ASSERT_TRUE(window.accept(10'000));
  EXPECT_TRUE(window.accept(10'000 - window_size + 1));
  EXPECT_FALSE(window.accept(10'000 - window_size));
  EXPECT_FALSE(window.accept(0));
}

TEST(ReplayWindow, LargeStepsForgetNothingTheyShouldKnow) {
  ReplayWindow window;
  ASSERT_TRUE(window.accept(7));
  ASSERT_TRUE(window.accept(7 + window_size));  // the same place in the ring
  EXPECT_FALSE(window.accept(7));
  EXPECT_TRUE(window.accept(8));
  ASSERT_TRUE(window.accept(uint64_t{1} << 40));
  EXPECT_FALSE(window.accept(7 + window_size));
  EXPECT_TRUE(window.accept((uint64_t{1} << 40) - 5));
}

TEST(ReplayWindow, WorksAtTheEndOfTheCounter) {
  ReplayWindow window;
  ASSERT_TRUE(window.accept(0));
  ASSERT_TRUE(window.accept(UINT64_MAX));
  EXPECT_FALSE(window.accept(UINT64_MAX));
  EXPECT_TRUE(window.accept(UINT64_MAX - 1));
  EXPECT_FALSE(window.accept(1));
}

TEST(ReplayWindow, AgreesWithASetOfEverythingSeen) {
  SeededRandom random(3);
  ReplayWindow window;
  std::set<uint64_t> seen;
  uint64_t newest = 0, position = 2000;
  for (int i = 0; i < 200'000; ++i) {
    position += random.u32() % 100 == 0 ? random.u32() % 3000 : random.u32() % 3;
    const uint64_t counter = position - random.u32() % 1500;
    const bool expected =
        !seen.contains(counter) && (seen.empty() || counter + window_size > newest);
    ASSERT_EQ(window.accept(counter).has_value(), expected) << counter;
    if (!expected) continue;
    seen.insert(counter);
    newest = std::max(newest, counter);
  }
  EXPECT_GT(seen.size(), 10'000u);
}

}  // namespace
}  // namespace vicino::sframe
