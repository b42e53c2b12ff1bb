#include "sfu/reception.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

TEST(Reception, ReportsLossSinceTheLastReportAndInAll) {
  Reception reception;
  Instant now{1'000'000};
  EXPECT_FALSE(reception.report(now, 5));
  for (int64_t s = 65'530; s < 65'550; ++s) {
    if (s % 4 != 0) reception.received(now, s, 0, 90'000);
  }
  auto block = reception.report(now, 5).value();
  EXPECT_EQ(block.ssrc, 5u);
  EXPECT_EQ(block.cumulative_lost, 5);
  EXPECT_EQ(block.fraction_lost, 5 * 256 / 20);
  EXPECT_EQ(block.highest_sequence, 65'549u);
  for (int64_t s = 65'550; s < 65'560; ++s) reception.received(now, s, 0, 90'000);
  block = reception.report(now, 5).value();
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.cumulative_lost, 5);
}

TEST(Reception, JitterIsHowMuchTransitTimesDiffer) {
  Reception even, uneven;
  Instant now{1'000'000};
  for (int64_t s = 0; s < 200; ++s) {
    const auto timestamp = static_cast<uint32_t>(0xfffff000 + s * 960);
    even.received(now + milliseconds(20 * s), s, timestamp, 48'000);
    uneven.received(now + milliseconds(20 * s + (s % 2) * 5), s, timestamp, 48'000);
  }
  EXPECT_EQ(even.report(now, 1)->jitter, 0u);
  EXPECT_NEAR(uneven.report(now, 1)->jitter, 240, 10);  // 5 ms
}

TEST(Reception, SaysHowLongAgoTheLastSenderReportCame) {
  Reception reception;
  Instant now{1'000'000};
  reception.received(now, 1, 0, 48'000);
  EXPECT_EQ(reception.report(now, 1)->last_sr, 0u);
  reception.sender_report(now, 0x1122334455667788);
  const auto block = reception.report(now + milliseconds(500), 1).value();
  EXPECT_EQ(block.last_sr, 0x33445566u);
  EXPECT_EQ(block.delay_since_last_sr, 32'768u);
}

TEST(Reception, NtpTimesConvert) {
  EXPECT_EQ(ntp_to_microseconds(uint64_t{10} << 32 | 0x80000000), 10'500'000);
  const uint64_t a = server_ntp(Instant{0}), b = server_ntp(Instant{1'250'000});
  EXPECT_EQ(b - a, uint64_t{1} << 32 | 0x40000000);
}

}  // namespace
}  // namespace vicino::sfu
