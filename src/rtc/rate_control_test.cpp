#include "rtc/rate_control.h"

#include <gtest/gtest.h>

namespace vicino::rtc {
namespace {

constexpr auto kbps = kilobits_per_second;

// A path of 3 Mbit/s, reported ten times a second, with whatever queue the test says.
struct Reports {
  RateControl control{kbps(2800), {kbps(30), kbps(50'000)}};
  Instant now = Instant{} + seconds(100);

  void report(DelaySignal signal, BitRate acked, Duration queue, BitRate proven = {},
              bool limited = false) {
    now = now + milliseconds(100);
    control.update(now, {.signal = signal,
                         .acked = acked,
                         .acked_recently = acked,
                         .rtt = milliseconds(50),
                         .queued_bytes = acked.bytes_in(queue),
                         .queue_delay = queue,
                         .proven = proven,
                         .limited = limited});
  }
};

TEST(RateControl, AQueueThatGivingWayDoesntShortenIsAnothers) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(2800), milliseconds(300));
  EXPECT_LT(reports.control.target(), kbps(2600));
  for (int i = 0; i < 40; ++i)
    reports.report(DelaySignal::normal, reports.control.target(), milliseconds(300));
  EXPECT_TRUE(reports.control.queue_is_foreign());
  EXPECT_GE(reports.control.target(), kbps(1400)) << "half of what it was, at least";
  const BitRate before = reports.control.target();
  reports.report(DelaySignal::overuse, before, milliseconds(320));
  EXPECT_GE(reports.control.target(), before) << "no reason to give way again";
}

TEST(RateControl, AQueueIsAnothersAlsoWhileItGrows) {
  Reports reports;
  for (int i = 0; i < 30; ++i)
    reports.report(DelaySignal::overuse, reports.control.target(), milliseconds(300 + 3 * i));
  EXPECT_TRUE(reports.control.queue_is_foreign());
  EXPECT_GE(reports.control.target(), kbps(1000)) << "what there was when it began counts";
}

// The other's burst may just be there when it is looked.
TEST(RateControl, AQueueThatJustCameIsNobodys) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(2800), milliseconds(300));
  for (int i = 0; i < 9; ++i)
    reports.report(DelaySignal::normal, reports.control.target(), milliseconds(300));
  EXPECT_FALSE(reports.control.queue_is_foreign());
}

TEST(RateControl, AQueueThatLastsAndThatAProbePassesIsAnothers) {
  Reports reports;
  const Duration queue = milliseconds(150);
  for (int i = 0; i < 40; ++i) reports.report(DelaySignal::normal, kbps(60), queue);
  EXPECT_FALSE(reports.control.queue_lasts(reports.now, queue));
  for (int i = 0; i < 20; ++i) reports.report(DelaySignal::normal, kbps(60), queue);
  EXPECT_TRUE(reports.control.queue_lasts(reports.now, queue));
  EXPECT_FALSE(reports.control.queue_lasts(reports.now, milliseconds(30))) << "a short one";
  reports.control.passed(reports.now, kbps(120));
  EXPECT_TRUE(reports.control.queue_is_foreign());
  EXPECT_GE(reports.control.target(), kbps(120));
}

TEST(RateControl, TheOwnQueueIsEmptied) {
  Reports reports;
  Duration queue = milliseconds(300);
  reports.report(DelaySignal::overuse, kbps(1000), queue);
  const BitRate target = reports.control.target();
  while (queue > Duration{}) {
    reports.report(DelaySignal::normal, kbps(1000), queue);
    const double emptied = 1 - reports.control.target() / kbps(1000);
    queue = queue - microseconds(static_cast<int64_t>(1e5 * std::max(emptied, 0.1)));
  }
  EXPECT_LT(target, kbps(850));
  EXPECT_LE(reports.control.planned(), kbps(1000)) << "what the path carries";
}

TEST(RateControl, AQueueThatNothingWasTakenOutOfIsNotTakenForAnothers) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(2800), milliseconds(300));
  for (int i = 0; i < 100; ++i) reports.report(DelaySignal::normal, kbps(2800), milliseconds(300));
  EXPECT_FALSE(reports.control.queue_is_foreign());
}

TEST(RateControl, GivesWayAgainOnceTheOtherIsGone) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(2800), milliseconds(300));
  for (int i = 0; i < 40; ++i)
    reports.report(DelaySignal::normal, reports.control.target(), milliseconds(300));
  reports.report(DelaySignal::normal, reports.control.target(), milliseconds(5));
  const BitRate before = reports.control.planned();
  reports.report(DelaySignal::overuse, before, milliseconds(60));
  EXPECT_LT(reports.control.planned(), before);
}

TEST(RateControl, WhoLooksAtPacketsLateHasNoQueue) {
  Reports reports;
  const BitRate before = reports.control.planned();
  for (int i = 0; i < 20; ++i) reports.report(DelaySignal::overuse, kbps(300), milliseconds(3));
  EXPECT_GE(reports.control.planned(), before);
}

TEST(RateControl, WhoSendsLittleGoesDownInStepsUnlessTheQueueIsLong) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(300), milliseconds(40), {}, true);
  EXPECT_GE(reports.control.planned(), kbps(2300));
  reports.report(DelaySignal::overuse, kbps(300), milliseconds(150), {}, true);
  EXPECT_LE(reports.control.planned(), kbps(300));
}

TEST(RateControl, WhatArrivesWithoutAQueueIsCarried) {
  Reports reports;
  reports.control.set(kbps(50));
  reports.report(DelaySignal::normal, kbps(400), milliseconds(60), kbps(400));
  EXPECT_LT(reports.control.planned(), kbps(100)) << "with a queue: it may be growing";
  reports.report(DelaySignal::normal, kbps(400), milliseconds(1), kbps(400));
  EXPECT_GE(reports.control.planned(), kbps(400));
}

TEST(RateControl, NoCallLivesWithALongQueueWhoeverFillsIt) {
  Reports reports;
  reports.report(DelaySignal::overuse, kbps(2800), milliseconds(300));
  for (int i = 0; i < 40; ++i)
    reports.report(DelaySignal::normal, reports.control.target(), milliseconds(300));
  const BitRate before = reports.control.planned();
  reports.report(DelaySignal::overuse, before, milliseconds(700));
  EXPECT_LT(reports.control.planned(), before);
}

}  // namespace
}  // namespace vicino::rtc
