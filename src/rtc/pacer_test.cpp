#include "rtc/pacer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/estimator_fixture.h"

namespace vicino::rtc {
namespace {

struct Sent {
  Duration time;  // until everything is out
  size_t wakeups;
};

// One frame of `bytes`, in packets of at most 1200, as a caller would send it.
Sent send(Pacer& pacer, size_t bytes) {
  Sent sent{};
  Instant now = start;
  while (bytes > 0) {
    ++sent.wakeups;
    size_t allowed = pacer.allowance(now, bytes, start);
    EXPECT_GT(allowed, 0u) << "next() is when something may go";
    while (allowed > 0 && bytes > 0) {
      const size_t packet = std::min<size_t>(1200, bytes);
      pacer.sent(now, packet);
      bytes -= packet;
      allowed -= std::min(allowed, packet);
    }
    if (bytes > 0) now = pacer.next(now, bytes, start);
  }
  sent.time = now - start;
  return sent;
}

TEST(Pacer, SpreadsAFrameOverTheTimeItsRateTakes) {
  Pacer pacer;
  pacer.set_rate(start, kilobits_per_second(1000));
  const Sent sent = send(pacer, 12'500);  // 100 ms at the target
  EXPECT_GT(sent.time, milliseconds(55));
  EXPECT_LT(sent.time, milliseconds(80));
}

TEST(Pacer, SendsOnePacketAtOnceWhenItOwesNothing) {
  Pacer pacer;
  pacer.set_rate(start, kilobits_per_second(30));
  EXPECT_EQ(send(pacer, 1200).time, Duration{});
}

TEST(Pacer, LetsNothingWaitForLong) {
  for (const int kbps : {1, 30, 300, 10'000}) {
    Pacer pacer;
    pacer.set_rate(start, kilobits_per_second(kbps));
    const Sent sent = send(pacer, 500'000);
    EXPECT_LE(sent.time, milliseconds(260)) << kbps;
    EXPECT_LT(sent.wakeups, 300u) << kbps;
  }
}

TEST(Pacer, CountsAudioButForgetsWhatIsTooMuch) {
  Pacer pacer;
  pacer.set_rate(start, kilobits_per_second(100));
  pacer.sent(start, 1'000'000);
  EXPECT_EQ(pacer.allowance(start, 1200, start), 0u);
  EXPECT_LE(pacer.next(start, 1200, start), start + milliseconds(250));
  EXPECT_GT(pacer.allowance(start + milliseconds(500), 1200, start + milliseconds(500)), 0u);
}

TEST(Pacer, NeverSaysNowWhenNothingMayGo) {
  Pacer pacer;
  pacer.set_rate(start, kilobits_per_second(3000));
  const Instant late = start + milliseconds(300);
  pacer.sent(late, 100'000);
  ASSERT_EQ(pacer.allowance(late, 1200, start), 0u);
  EXPECT_GT(pacer.next(late, 1200, start), late);
}

TEST(Pacer, HasNothingToDoWhenNothingWaits) {
  Pacer pacer;
  EXPECT_EQ(pacer.allowance(start, 0, Instant::never()), 0u);
  EXPECT_EQ(pacer.next(start, 0, Instant::never()), Instant::never());
}

TEST(Pacer, WhatDrainsInTwentyMillisecondsPasses) {
  Pacer pacer;
  const Instant now = Instant{} + seconds(1);
  pacer.set_rate(now, kilobits_per_second(4000));
  EXPECT_TRUE(pacer.passes(now, 12'000));
  EXPECT_FALSE(pacer.passes(now, 14'000)) << "1.3 times 10 kB";
  pacer.sent(now, 12'000);
  EXPECT_FALSE(pacer.passes(now, 12'000));
  EXPECT_TRUE(pacer.passes(now + milliseconds(20), 12'000));
}

TEST(Pacer, OnARoomyPathMorePasses) {
  Pacer pacer;
  const Instant now = Instant{} + seconds(1);
  pacer.set_rate(now, kilobits_per_second(4000), true);
  EXPECT_TRUE(pacer.passes(now, 24'000));
  EXPECT_FALSE(pacer.passes(now, 26'000)) << "2.5 times 10 kB";
}

}  // namespace
}  // namespace vicino::rtc
