#include "net/trains.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace vicino::net {
namespace {

Address receiver(uint8_t n) { return Address::v4({10, 0, 0, n}, 1000); }

TEST(Trains, SameReceiverAndSizeRideTogetherWithAShorterLast) {
  rtc::Outbox out;
  for (const auto& [to, size] : std::vector<std::pair<int, size_t>>{
           {1, 1000}, {2, 1000}, {1, 1000}, {2, 1000}, {1, 700}, {1, 1000}, {2, 1200}}) {
    out.reserve(size);
    out.commit(receiver(static_cast<uint8_t>(to)), size);
  }
  TrainPlanner planner;
  planner.plan(out.datagrams(), true);
  EXPECT_EQ(planner.order(), (std::vector<uint32_t>{0, 2, 4, 5, 1, 3, 6}));
  std::vector<size_t> counts;
  for (const auto& train : planner.trains()) counts.push_back(train.count);
  EXPECT_EQ(counts, (std::vector<size_t>{3, 1, 2, 1}));

  planner.plan(out.datagrams(), false);
  EXPECT_EQ(planner.trains().size(), 7u);
}

TEST(Trains, AnyOutboxIsCoveredOnceInOrderWithinTheKernelsLimits) {
  SeededRandom random(3);
  TrainPlanner planner;
  for (int round = 0; round < 300; ++round) {
    rtc::Outbox out;
    const size_t count = random.u32() % 500;
    for (size_t i = 0; i < count; ++i) {
      const size_t size = random.u32() % 3 != 0 ? 1200 : 1 + random.u32() % 1400;
      out.reserve(size);
      out.commit(receiver(static_cast<uint8_t>(random.u32() % 7)), size);
    }
    planner.plan(out.datagrams(), true);
    std::vector<bool> seen(count);
    std::map<uint8_t, uint32_t> newest;
    for (const auto& train : planner.trains()) {
      size_t bytes = 0;
      ASSERT_LE(train.count, TrainPlanner::max_segments);
      for (size_t i = 0; i < train.count; ++i) {
        const uint32_t index = planner.order()[train.first + i];
        const auto& datagram = out.datagrams()[index];
        ASSERT_FALSE(seen[index]);
        seen[index] = true;
        ASSERT_EQ(datagram.to, out.datagrams()[planner.order()[train.first]].to);
        ASSERT_TRUE(datagram.size == train.segment_size ||
                    (i + 1 == train.count && datagram.size < train.segment_size));
        const uint8_t to = datagram.to.ip[15];
        ASSERT_TRUE(!newest.contains(to) || newest[to] < index) << "order per receiver";
        newest[to] = index;
        bytes += datagram.size;
      }
      ASSERT_LE(bytes, TrainPlanner::max_bytes);
    }
    ASSERT_EQ(std::ranges::count(seen, true), static_cast<ptrdiff_t>(count));
  }
}

}  // namespace
}  // namespace vicino::net
