#include "sfu/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/random.h"

namespace vicino::sfu {
namespace {

TEST(Timers, TheEarliestIsFirst) {
  TimerQueue queue;
  EXPECT_EQ(queue.first(), nullptr);
  EXPECT_EQ(queue.next(), Instant::never());
  Timer a, b;
  queue.set(a, {200});
  queue.set(b, {100});
  EXPECT_EQ(queue.first(), &b);
  queue.set(b, {300});
  EXPECT_EQ(queue.first(), &a);
  queue.set(a, Instant::never());
  EXPECT_EQ(queue.next(), Instant{300});
}

TEST(Timers, WhatGoesLeavesTheQueue) {
  TimerQueue queue;
  Timer a;
  queue.set(a, {200});
  {
    Timer b;
    queue.set(b, {100});
  }
  EXPECT_EQ(queue.first(), &a);
}

TEST(Timers, AgreeWithASortedListWhateverHappens) {
  TimerQueue queue;
  std::vector<std::unique_ptr<Timer>> timers;
  SeededRandom random(5);
  for (int step = 0; step < 20'000; ++step) {
    if (timers.size() < 40 && random.u32() % 3 == 0) timers.push_back(std::make_unique<Timer>());
    if (timers.empty()) continue;
    const size_t i = random.u32() % timers.size();
    if (random.u32() % 10 == 0) {
      timers.erase(timers.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      const int64_t due = random.u32() % 50;
      queue.set(*timers[i], due == 0 ? Instant::never() : Instant{due});
    }
    Instant earliest = Instant::never();
    for (const auto& t : timers) earliest = std::min(earliest, t->due());
    ASSERT_EQ(queue.next(), earliest) << "step " << step;
  }
}

}  // namespace
}  // namespace vicino::sfu
