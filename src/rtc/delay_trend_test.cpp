#include "rtc/delay_trend.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::rtc {
namespace {

// Packets every 10 ms whose way grows by `growth` each time; the signal after `count` of them.
class Path {
 public:
  DelaySignal send(int count, Duration growth, Duration jitter = {}) {
    for (int i = 0; i < count; ++i) {
      sent_ = sent_ + milliseconds(10);
      way_ = way_ + growth;
      Duration extra;
      if (jitter.us > 0)
        extra = {static_cast<int64_t>(random_.next() % static_cast<uint64_t>(jitter.us))};
      trend.arrived(sent_, sent_ + way_ + extra);
      overused += trend.signal() == DelaySignal::overuse;
    }
    return trend.signal();
  }
  DelayTrend trend;
  int overused = 0;

 private:
  SeededRandom random_{1};
  Instant sent_ = Instant{} + seconds(1);
  Duration way_ = seconds(-5000);  // the receiver's clock is another one
};

TEST(DelayTrend, SeesAQueueGrowStandAndEmpty) {
  Path path;
  EXPECT_EQ(path.send(100, {}), DelaySignal::normal);
  EXPECT_EQ(path.send(20, milliseconds(2)), DelaySignal::overuse);
  path.send(100, {});
  EXPECT_EQ(path.send(1, {}), DelaySignal::normal) << "a queue that stands is no trend";
  EXPECT_EQ(path.send(15, milliseconds(-2)), DelaySignal::underuse);
}

TEST(DelayTrend, TakesJitterForNoQueue) {
  Path path;
  path.send(3000, {}, milliseconds(8));
  EXPECT_LT(path.overused, 30);
}

TEST(DelayTrend, BeginsAnewAfterAGapOrAJump) {
  Path path;
  path.send(100, {});
  path.send(1, seconds(5));
  EXPECT_EQ(path.send(60, {}), DelaySignal::normal);
  path.send(1, seconds(-3600));
  EXPECT_EQ(path.send(60, {}), DelaySignal::normal);
}

TEST(DelayTrend, TakesAnyTimes) {
  SeededRandom random(2);
  DelayTrend trend;
  for (int i = 0; i < 100'000; ++i) {
    const auto any = [&] { return Instant{static_cast<int64_t>(random.next() % 20'000'000)}; };
    trend.arrived(any(), any());
  }
  trend.restart();
  EXPECT_EQ(trend.signal(), DelaySignal::normal);
}

}  // namespace
}  // namespace vicino::rtc
