#include "arrivals.h"

#include <gtest/gtest.h>

namespace vicino::load {
namespace {

TEST(Arrivals, AReportSaysWhatCameAndWhatDidNot) {
  Arrivals arrivals;
  EXPECT_FALSE(arrivals.take(1, 2));
  const Instant start{64'000 * 10};
  arrivals.received(start, 65'534);
  arrivals.received(start + microseconds(500), 65'535);
  arrivals.received(start + microseconds(1000), 1);
  const auto report = arrivals.take(1, 2);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->base_sequence, 65'534);
  EXPECT_EQ(report->reference_time_us, start.us);
  EXPECT_EQ(report->arrivals, (std::vector<std::optional<int64_t>>{0, 500, std::nullopt, 1000}));
  EXPECT_FALSE(arrivals.take(1, 2)) << "each packet is reported once";
}

TEST(Arrivals, TheNextReportGoesOnWhereTheLastEnded) {
  Arrivals arrivals;
  arrivals.received({1'000'000}, 10);
  ASSERT_TRUE(arrivals.take(1, 2));
  arrivals.received({1'000'000}, 9);  // too late
  arrivals.received({1'100'000}, 12);
  const auto report = arrivals.take(1, 2);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->base_sequence, 12);
  EXPECT_EQ(report->arrivals.size(), 1u);
  EXPECT_EQ(report->feedback_count, 1);
}

TEST(Arrivals, MuchIsReportedInParts) {
  Arrivals arrivals;
  for (uint16_t i = 0; i < 1000; ++i) arrivals.received({1'000'000 + i * 250}, i);
  size_t reported = 0;
  while (const auto report = arrivals.take(1, 2)) {
    std::array<uint8_t, 1200> memory;
    rtc::RtcpWriter writer(memory);
    EXPECT_TRUE(writer.add(*report)) << "it fits a packet";
    reported += report->arrivals.size();
  }
  EXPECT_EQ(reported, 1000u);
}

}  // namespace
}  // namespace vicino::load
