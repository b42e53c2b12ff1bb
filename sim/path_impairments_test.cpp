// What the wire does to packets, and outages.
#include "sim/path_fixture.h"

namespace vicino::sim {
namespace {

constexpr uint64_t many = 100'000;

// How long the runs of packets are that didn't come.
std::vector<uint64_t> gaps(const std::vector<Arrived>& arrived) {
  std::vector<uint64_t> lengths;
  uint64_t expected = 0;
  for (const Arrived& a : arrived) {
    if (a.number > expected) lengths.push_back(a.number - expected);
    expected = a.number + 1;
  }
  return lengths;
}

TEST(PathImpairments, IndependentLossComesToTheShareThatWasSet) {
  for (const double loss : {0.01, 0.05, 0.1, 0.5}) {
    Path path(11, {.loss = loss});
    const auto arrived = through(path, many, 10, microseconds(10));
    const double lost = 1 - static_cast<double>(arrived.size()) / many;
    // Four standard deviations.
    EXPECT_NEAR(lost, loss, 4 * std::sqrt(loss * (1 - loss) / many)) << loss;
    const auto runs = gaps(arrived);
    const double mean =
        static_cast<double>(many - arrived.size()) / static_cast<double>(runs.size());
    EXPECT_NEAR(mean, 1 / (1 - loss), 0.05 / (1 - loss)) << "no more in a row than chance makes";
    expect_accounted(path);
  }
}

TEST(PathImpairments, BurstsHaveTheMeanLengthAndTheShareThatWereSet) {
  for (const double burst : {1.0, 3.0, 10.0}) {
    Path path(12, {.loss = 0.05, .burst = burst});
    const auto arrived = through(path, many, 10, microseconds(10));
    const auto lost = static_cast<double>(many - arrived.size());
    EXPECT_NEAR(lost / many, 0.05, 0.006) << burst;
    const auto runs = gaps(arrived);
    EXPECT_NEAR(lost / static_cast<double>(runs.size()), burst, burst * 0.1);
  }
}

TEST(PathImpairments, AllOrNothingIsExact) {
  Path nothing(1, {.loss = 0, .burst = 5});
  EXPECT_EQ(through(nothing, 1000, 10, microseconds(10)).size(), 1000u);
  Path all(1, {.loss = 1, .burst = 5});
  EXPECT_EQ(through(all, 1000, 10, microseconds(10)).size(), 0u);
  EXPECT_EQ(all.statistics().dropped_loss, 1000u);
}

TEST(PathImpairments, JitterKeepsTheOrderAndItsBounds) {
  Path path(13, {.delay = milliseconds(10), .jitter = milliseconds(20)});
  const auto arrived = through(path, 5000, 100, milliseconds(1));
  ASSERT_EQ(arrived.size(), 5000u);
  EXPECT_TRUE(in_order(arrived));
  Duration shortest = seconds(1), longest{};
  for (const Arrived& a : arrived) {
    const Duration took = a.at - (start + milliseconds(static_cast<int64_t>(a.number)));
    shortest = std::min(shortest, took);
    longest = std::max(longest, took);
  }
  EXPECT_GE(shortest, milliseconds(10));
  EXPECT_LE(longest, milliseconds(30));
  EXPECT_GT(longest, milliseconds(29));
}

TEST(PathImpairments, JitterReordersWhenAskedTo) {
  Path path(13, {.jitter = milliseconds(20), .jitter_reorders = true});
  const auto arrived = through(path, 5000, 100, milliseconds(1));
  EXPECT_EQ(arrived.size(), 5000u);
  EXPECT_FALSE(in_order(arrived));
}

TEST(PathImpairments, WhoIsLostSaysNothingAboutWhoIsLate) {
  Path path(13, {.jitter = milliseconds(20), .jitter_reorders = true, .loss = 0.5});
  double late = 0;
  const auto arrived = through(path, 5000, 100, milliseconds(1));
  for (const Arrived& a : arrived) {
    late += static_cast<double>((a.at - start - milliseconds(static_cast<int64_t>(a.number))).us);
  }
  EXPECT_NEAR(late / static_cast<double>(arrived.size()), 10'000, 500) << "microseconds";
}

TEST(PathImpairments, AShorterDelayDoesNotReorder) {
  Path path(1, {.delay = milliseconds(500)});
  auto arrived = push_many(path, 100, 100, milliseconds(1));
  path.set(start + milliseconds(100), {.delay = milliseconds(1)});
  push_many(path, 100, 100, milliseconds(1), start + milliseconds(100), 100);
  arrived = take_all(path, start + seconds(1));
  EXPECT_EQ(arrived.size(), 200u);
  EXPECT_TRUE(in_order(arrived));
}

TEST(PathImpairments, ReorderedPacketsComeLaterByAsMuchAndTheOthersInOrder) {
  Path path(14, {.delay = milliseconds(10), .reorder = 0.1, .reorder_by = milliseconds(5)});
  const auto arrived = through(path, 10'000, 100, milliseconds(1));
  ASSERT_EQ(arrived.size(), 10'000u);
  std::vector<Arrived> punctual;
  uint64_t late = 0;
  for (const Arrived& a : arrived) {
    const Duration took = a.at - (start + milliseconds(static_cast<int64_t>(a.number)));
    if (took == milliseconds(10)) {
      punctual.push_back(a);
    } else {
      EXPECT_EQ(took, milliseconds(15));
      ++late;
    }
  }
  EXPECT_TRUE(in_order(punctual));
  EXPECT_EQ(path.statistics().reordered, late);
  EXPECT_NEAR(static_cast<double>(late), 1000, 120);
}

TEST(PathImpairments, DuplicatesComeTwiceAndAreCounted) {
  Path path(15, {.duplicate = 0.2});
  const auto arrived = through(path, 10'000, 100, milliseconds(1));
  EXPECT_EQ(numbers(arrived).size(), 10'000u);
  EXPECT_EQ(arrived.size(), 10'000 + path.statistics().duplicated);
  EXPECT_NEAR(static_cast<double>(path.statistics().duplicated), 2000, 160);
  expect_accounted(path);
}

TEST(PathImpairments, AnOutageDeliversNothingAndEnds) {
  PathSettings settings = plain();
  settings.rate = 8'000'000;
  settings.delay = milliseconds(50);
  Path path(1, settings);
  const Instant from = start + seconds(1), to = start + seconds(3);
  ASSERT_TRUE(path.add_outage(from, to));
  const auto arrived = through(path, 5000, 500, milliseconds(1));
  for (const Arrived& a : arrived) {
    EXPECT_TRUE(a.at <= from || a.at >= to + milliseconds(50)) << a.number;
  }
  // 0.5 ms to send and 50 ms to come: what was pushed in the last 50 ms before is lost, too.
  EXPECT_EQ(arrived.size(), 5000u - 2000 - 50);
  EXPECT_EQ(path.statistics().dropped_outage, 2050u);
  EXPECT_EQ(arrived.back().number, 4999u);
  expect_accounted(path);
}

TEST(PathImpairments, AnOutageEmptiesTheQueue) {
  PathSettings settings = plain();
  settings.rate = 80'000;  // 100 ms a packet
  settings.queue = seconds(10);
  Path path(1, settings);
  push_many(path, 50, 1000, {});
  ASSERT_TRUE(path.add_outage(start + milliseconds(250), start + milliseconds(300)));
  path.push(start + milliseconds(300), Buffer(1000), 50);
  const auto arrived = take_all(path, start + seconds(10));
  EXPECT_EQ(numbers(arrived), (std::set<uint64_t>{0, 1, 50}));
  EXPECT_EQ(arrived.back().at, start + milliseconds(400)) << "it begins anew";
}

TEST(PathImpairments, OutagesMayOverlap) {
  Path path(1);
  ASSERT_TRUE(path.add_outage(start, start + seconds(3)));
  ASSERT_TRUE(path.add_outage(start + seconds(1), start + seconds(2)));
  path.push(start + milliseconds(2500), Buffer(1));
  EXPECT_FALSE(path.take(start + milliseconds(2500)));
  path.push(start + seconds(3), Buffer(1));
  EXPECT_TRUE(path.take(start + seconds(3)));
}

TEST(PathImpairments, WhatHasComeOutBeforeAnOutageIsThereHoweverLateItIsTaken) {
  Path path(1, {.delay = milliseconds(10)});
  path.push(start, Buffer(1));
  ASSERT_TRUE(path.add_outage(start + milliseconds(11), start + seconds(1)));
  const auto delivery = path.take(start + milliseconds(500));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->at, start + milliseconds(10));
}

TEST(PathImpairments, ABlockedPathPassesNothingUntilItIsUnblocked) {
  Path path(1, {.delay = milliseconds(10)});
  path.push(start, Buffer(1));
  path.set(start + milliseconds(5), {.delay = milliseconds(10), .blocked = true});
  path.push(start + milliseconds(6), Buffer(1));
  EXPECT_EQ(path.next_deadline(), Instant::never());
  EXPECT_EQ(path.statistics().dropped_outage, 2u);
  path.set(start + seconds(1), {.delay = milliseconds(10)});
  path.push(start + seconds(1), Buffer(1));
  EXPECT_TRUE(path.take(start + seconds(1) + milliseconds(10)));
  expect_accounted(path);
}

TEST(PathImpairments, StatisticsBeginAgainWhenTheyAreReset) {
  Path path(1, {.loss = 0.5});
  through(path, 100, 10, milliseconds(1));
  path.reset_statistics();
  EXPECT_EQ(path.statistics().pushed, 0u);
  EXPECT_EQ(path.statistics().queue_delay.count(), 0u);
  PathStatistics sum;
  through(path, 100, 10, milliseconds(1));
  sum.merge(path.statistics());
  sum.merge(path.statistics());
  EXPECT_EQ(sum.pushed, 200u);
  EXPECT_EQ(sum.dropped_loss, 2 * path.statistics().dropped_loss);
}

}  // namespace
}  // namespace vicino::sim
