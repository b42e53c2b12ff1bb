#include "rtc/bandwidth_estimator.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "rtc/bottleneck_fixture.h"
#include "rtc/estimator_fixture.h"

namespace vicino::rtc {
namespace {

using bottleneck::Flow;
using bottleneck::World;

constexpr auto kbps = kilobits_per_second;

// Every path is tried on a few seeds; VICINO_SEEDS says on how many.
class Paths : public testing::Test {
 protected:
  template <class Run>
  static void each_seed(const Run& run) {
    const char* count = std::getenv("VICINO_SEEDS");
    const int seeds = count ? std::atoi(count) : 3;
    for (int seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      run(static_cast<uint64_t>(seed));
    }
  }
  // How long after `from` the target first was what `reached` says; a minute if never.
  template <class Reached>
  static Duration until(const Flow& flow, Instant from, const Reached& reached) {
    for (const Flow::Sample& s : flow.samples())
      if (s.at > from && reached(s.target)) return s.at - from;
    return seconds(60);
  }
};

TEST_F(Paths, StartReachesWhatIsAskedInThreeSeconds) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(5000)}, seed);
    Flow& flow = world.add({.asked = kbps(4000)});
    world.run(seconds(8));
    EXPECT_LE(until(flow, start, [](BitRate t) { return t >= kbps(4040) * 0.9; }), seconds(3));
    EXPECT_GE(flow.goodput(start + seconds(3), world.now), kbps(4040) * 0.9);
  });
}

TEST_F(Paths, AdaptsToADropInASecondAndComesBackInFive) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(3000)}, seed);
    Flow& flow = world.add();
    world.run(seconds(20));
    const Instant drop = world.now;
    world.link.rate = kbps(1000);
    world.run(seconds(20));
    const Instant rise = world.now;
    world.link.rate = kbps(3000);
    world.run(seconds(10));
    EXPECT_LE(until(flow, drop, [](BitRate t) { return t <= kbps(1000); }), seconds(1));
    EXPECT_LT(world.queue(drop, rise), milliseconds(150));
    EXPECT_GE(flow.goodput(drop + seconds(1), rise), kbps(1000) * 0.85);
    EXPECT_LE(until(flow, rise, [](BitRate t) { return t >= kbps(2700); }), seconds(5));
  });
}

TEST_F(Paths, FillsASteadyPathWithoutAQueue) {
  each_seed([](uint64_t seed) {
    for (const int rate : {300, 1000, 3000, 10'000}) {
      SCOPED_TRACE(rate);
      World world({.rate = kbps(rate)}, seed);
      Flow& flow = world.add();
      world.run(seconds(50));
      EXPECT_GE(flow.goodput(start + seconds(10), world.now), kbps(rate) * 0.9);
      EXPECT_LT(world.queue(start + seconds(10), world.now), milliseconds(60));
      EXPECT_LT(world.dropped_share(), 0.005);
    }
  });
}

TEST_F(Paths, RandomLossIsNoReasonToSendLess) {
  each_seed([](uint64_t seed) {
    for (const double loss : {0.01, 0.05, 0.1}) {
      SCOPED_TRACE(loss);
      World free({.rate = kbps(3000), .loss = loss}, seed);
      Flow& asked = free.add({.asked = kbps(2000)});
      free.run(seconds(40));
      EXPECT_GE(asked.goodput(start + seconds(10), free.now), kbps(2040) * (0.9 * (1 - loss)));
      World full({.rate = kbps(1000), .loss = loss}, seed);
      Flow& all = full.add();
      full.run(seconds(40));
      EXPECT_GE(all.goodput(start + seconds(10), full.now), kbps(1000) * (0.8 * (1 - loss)));
      EXPECT_LT(full.queue(start + seconds(10), full.now), milliseconds(100));
    }
  });
}

TEST_F(Paths, AShortQueueIsFilledWithLittleLoss) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(2000), .longest_queue = milliseconds(20)}, seed);
    Flow& flow = world.add();
    world.run(seconds(40));
    EXPECT_GE(flow.goodput(start + seconds(5), world.now), kbps(2000) * 0.8);
    EXPECT_LT(world.dropped_share(), 0.05);
  });
}

TEST_F(Paths, AudioAloneGoesOverAVerySlowPath) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(64), .longest_queue = seconds(2)}, seed);
    Flow& flow =
        world.add({.asked = kbps(1500), .audio = kbps(32), .steps = {kbps(120), kbps(500)}});
    world.run(seconds(60));
    for (const Flow::Sample& s : flow.samples()) {
      if (s.at <= start + seconds(5)) continue;
      EXPECT_LE(s.target, kbps(64));
    }
    EXPECT_GE(flow.goodput(start + seconds(10), world.now), kbps(32) * 0.98);
    EXPECT_LT(world.queue(start + seconds(10), world.now), milliseconds(60));
  });
}

TEST_F(Paths, ALayerThatCostsThreeTimesWhatIsSentIsReachedByProbing) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(3000)}, seed);
    Flow& flow = world.add({.asked = kbps(1500), .steps = {kbps(150), kbps(500), kbps(1500)}});
    world.run(seconds(10));
    EXPECT_LE(until(flow, start, [](BitRate t) { return t >= kbps(1540); }), seconds(5));
  });
}

TEST_F(Paths, RaisedDemandIsProbedForAtOnceAndThreeTimesAsMuchIsRoomEnough) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(5000)}, seed);
    Flow& flow = world.add({.asked = kbps(400)});
    world.run(seconds(20));
    for (const Flow::Sample& s : flow.samples()) EXPECT_LE(s.target, kbps(440) * 3);
    EXPECT_GE(flow.estimator().target(), kbps(440) * 2) << "a key frame passes";
    EXPECT_TRUE(flow.estimator().roomy());
    const auto before = flow.padding();
    world.run(seconds(20));
    EXPECT_LE(flow.padding() - before, 20'000) << "it was found once";
    flow.config().asked = kbps(3000);
    flow.estimator().set_demand(world.now, kbps(3040));
    const Instant asked = world.now;
    world.run(seconds(5));
    EXPECT_LE(until(flow, asked, [](BitRate t) { return t >= kbps(2736); }), seconds(3));
    EXPECT_FALSE(flow.estimator().roomy()) << "5 Mbit/s are less than twice as much";
  });
}

TEST_F(Paths, ComesBackTwoSecondsAfterAnOutage) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(3000)}, seed);
    Flow& flow = world.add({.asked = kbps(2000)});
    world.run(seconds(10));
    world.link.rate = {};
    world.run(seconds(30));
    EXPECT_EQ(flow.estimator().target(), kbps(30)) << "the floor";
    const Instant back = world.now;
    world.link.rate = kbps(3000);
    world.run(seconds(5));
    EXPECT_LE(until(flow, back, [](BitRate t) { return t >= kbps(2040) * 0.9; }), seconds(2));
  });
}

TEST_F(Paths, TwoFlowsShareOnePath) {
  each_seed([](uint64_t seed) {
    for (const Duration later : {milliseconds(700), seconds(20)}) {
      World world({.rate = kbps(3000)}, seed);
      Flow& first = world.add();
      Flow& second = world.add({.start = start + later});
      world.run(seconds(120));
      const Instant settled = start + seconds(60);
      const BitRate a = first.goodput(settled, world.now);
      const BitRate b = second.goodput(settled, world.now);
      EXPECT_LE(std::max(a / b, b / a), 1.75);
      EXPECT_GE(a + b, kbps(3000) * 0.85);
      EXPECT_LT(world.queue(settled, world.now), milliseconds(150));
    }
  });
}

TEST_F(Paths, WhoFillsThePathAndMeetsItsQueueDoesNotProbe) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(1000)}, seed);
    Flow& follows = world.add();
    world.run(seconds(20));
    const auto before = follows.padding();
    world.run(seconds(60));
    EXPECT_LE(follows.padding() - before, 50'000) << "a probe now and then";
    EXPECT_LT(world.queue(start + seconds(20), world.now), milliseconds(50));
  });
}

// Nothing is left to give up, so that giving up tells nothing.
TEST_F(Paths, AVoiceBehindAQueueThatIsAnothersFindsOut) {
  each_seed([](uint64_t seed) {
    World world({.rate = kbps(3000)}, seed);
    Flow& flow = world.add({.estimator = {.follows = false},
                            .asked = kbps(1500),
                            .steps = {kbps(150), kbps(500), kbps(1500)}});
    world.run(seconds(10));
    for (int tenths = 0; tenths < 300; ++tenths) {
      // As TCP does after a loss.
      world.link.one_way = milliseconds(125 + tenths);
      world.run(milliseconds(100));
    }
    EXPECT_GE(flow.goodput(start + seconds(25), world.now), kbps(500));
  });
}

TEST(BandwidthEstimator, TakesAnyFeedbackAndStaysWithinItsLimits) {
  SeededRandom random(5);
  BandwidthEstimator estimator;
  estimator.set_demand(start, kbps(5000));
  uint16_t sequence = 0;
  Instant now = start;
  for (int i = 0; i < 50'000; ++i) {
    now = now + microseconds(static_cast<int64_t>(random.next() % 20'000));
    estimator.sent(now, sequence++, random.next() % 1500, static_cast<ProbeId>(random.next() % 9));
    if (now >= estimator.next_due()) estimator.tick(now);
    estimator.take_probe();
    if (random.next() % 6 != 0) continue;
    TransportFeedback feedback;
    feedback.base_sequence = static_cast<uint16_t>(sequence - random.next() % 40);
    feedback.reference_time_us = static_cast<int64_t>(random.next() % (1 << 24)) * 64'000;
    feedback.arrivals.resize(1 + random.next() % 60);
    for (auto& arrival : feedback.arrivals)
      if (random.next() % 4 != 0) arrival = static_cast<int64_t>(random.next() % 90'000);
    estimator.feedback(now, feedback);
    EXPECT_GE(estimator.target(), kbps(30));
    EXPECT_LE(estimator.target(), kbps(50'000));
    EXPECT_GE(estimator.planned(), estimator.target());
  }
}

}  // namespace
}  // namespace vicino::rtc
