#include "rtc/outbox.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace vicino::rtc {
namespace {

Address receiver(uint8_t n) {
  return Address::v4({10, 0, 0, n}, 1000);
}
void put(Outbox& out, uint8_t to, size_t size, uint8_t filling) {
  std::ranges::fill(out.reserve(size), filling);
  out.commit(receiver(to), size);
}

TEST(Outbox, SameReceiverAndSizeRideTogetherWithAShorterLast) {
  Outbox out;
  for (const size_t size : {1000u, 1000u, 700u, 1000u}) put(out, 1, size, 1);
  for (const size_t size : {1000u, 1200u}) put(out, 2, size, 1);
  std::vector<size_t> counts;
  for (const auto& train : out.trains()) counts.push_back(train.count);
  EXPECT_EQ(counts, (std::vector<size_t>{3, 1, 1, 1}));
  EXPECT_EQ(out.trains()[0].size, 2700u);
}

TEST(Outbox, AnyDatagramsAreCoveredOnceInOrderWithinTheKernelsLimits) {
  SeededRandom random(3);
  Outbox out;
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<uint8_t, Buffer>> expected;
    const size_t count = random.u32() % 400;
    uint8_t to = 0;
    for (size_t i = 0; i < count; ++i) {
      if (random.u32() % 20 == 0) to = static_cast<uint8_t>(random.u32() % 7);
      const size_t size = random.u32() % 6 != 0 ? 1200 : 1 + random.u32() % 1400;
      put(out, to, size, static_cast<uint8_t>(i));
      expected.emplace_back(to, Buffer(size, static_cast<uint8_t>(i)));
    }
    for (const auto& train : out.trains()) {
      ASSERT_LE(train.count, Outbox::max_segments);
      ASSERT_LE(train.size, Outbox::max_train_size);
      ASSERT_GT(train.size, (train.count - 1) * train.segment);
      ASSERT_LE(train.size, train.count * train.segment);
    }
    const auto datagrams = out.datagrams();
    ASSERT_EQ(datagrams.size(), count);
    for (size_t i = 0; i < count; ++i) {
      ASSERT_EQ(datagrams[i].to, receiver(expected[i].first));
      ASSERT_TRUE(equal(out.bytes(datagrams[i]), expected[i].second));
    }
    out.clear();
    EXPECT_TRUE(out.empty());
  }
}

TEST(Outbox, GoesOutInPartsOnceItIsFull) {
  std::vector<size_t> parts;
  Outbox out(5000, [&](const Outbox& full) { parts.push_back(full.datagrams().size()); });
  for (int i = 0; i < 13; ++i) {
    out.make_way();
    put(out, static_cast<uint8_t>(i), 1000, 0);
  }
  EXPECT_EQ(parts, (std::vector<size_t>{5, 5}));
  EXPECT_EQ(out.datagrams().size(), 3u);
}

}  // namespace
}  // namespace vicino::rtc
