#include "histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace vicino::load {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.at(0.5), 0u);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram h;
  for (uint64_t v = 1; v <= 100; ++v) h.add(v);
  EXPECT_EQ(h.at(0.5), 50u);
  EXPECT_EQ(h.at(0.01), 1u);
  EXPECT_EQ(h.at(1), 100u);
}

TEST(Histogram, IsNeverMoreThanASixtyFourthOff) {
  SeededRandom random(3);
  std::vector<uint64_t> values;
  Histogram h;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(random.next() >> (24 + random.next() % 38));
    h.add(values.back());
  }
  std::ranges::sort(values);
  for (const double share : {0.001, 0.1, 0.5, 0.95, 0.99, 0.999, 1.0}) {
    const auto rank =
        static_cast<size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    EXPECT_GE(h.at(share), values[rank]) << share;
    EXPECT_LE(h.at(share), values[rank] + values[rank] / 64 + 1) << share;
  }
}

TEST(Histogram, ValuesBeyondItsRangeCountAsTheLongest) {
  Histogram h;
  h.add(UINT64_MAX);
  EXPECT_EQ(h.count(), 1u);
  EXPECT_EQ(h.largest(), UINT64_MAX);
  EXPECT_GE(h.at(0.5), (uint64_t{1} << 40) - 1);
}

TEST(Histogram, TwoTogetherAreAsOne) {
  Histogram a, b, both;
  for (uint64_t v = 0; v < 1000; ++v) {
    (v % 3 == 0 ? a : b).add(v * v);
    both.add(v * v);
  }
  a.add_all(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.largest(), both.largest());
  for (const double share : {0.1, 0.5, 0.9}) EXPECT_EQ(a.at(share), both.at(share));
}

}  // namespace
}  // namespace vicino::load
