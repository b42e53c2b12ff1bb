#include "rtc/sent_packets.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "rtc/estimator_fixture.h"

namespace vicino::rtc {
namespace {

TransportFeedback report(uint16_t base, std::vector<std::optional<int64_t>> arrivals,
                         int64_t reference_us = 64'000) {
  return {
      .reference_time_us = reference_us, .base_sequence = base, .arrivals = std::move(arrivals)};
}

TEST(SentPackets, SaysWhatBecameOfEachPacket) {
  SentPackets packets;
  for (uint16_t i = 0; i < 3; ++i)
    packets.sent(start + milliseconds(i), static_cast<uint16_t>(0xffff + i), 100u + i, i);
  EXPECT_EQ(packets.bytes_in_flight(), 303u);
  EXPECT_EQ(packets.oldest_in_flight(), start);
  const auto results = packets.feedback(report(0xffff, {250, std::nullopt, 1000}));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].sent, start);
  EXPECT_EQ(results[0].arrived, Instant{64'250});
  EXPECT_EQ(results[1].arrived, std::nullopt);
  EXPECT_EQ(results[1].size, 101);
  EXPECT_EQ(results[2].probe, 2u);
  EXPECT_EQ(packets.bytes_in_flight(), 0u);
  EXPECT_FALSE(packets.oldest_in_flight());
}

TEST(SentPackets, PassesOverRepeatedReportsAndTakesLateArrivals) {
  SentPackets packets;
  for (uint16_t i = 0; i < 3; ++i) packets.sent(start, i, 100, 0);
  EXPECT_EQ(packets.feedback(report(0, {0, std::nullopt})).size(), 2u);
  EXPECT_TRUE(packets.feedback(report(0, {0, std::nullopt})).empty());
  EXPECT_TRUE(packets.feedback(report(0, {std::nullopt})).empty()) << "arrived is arrived";
  const auto late = packets.feedback(report(1, {500, 500}));
  ASSERT_EQ(late.size(), 2u);
  EXPECT_TRUE(late[0].late);
  EXPECT_FALSE(late[1].late);
}

TEST(SentPackets, PassesOverWhatWasNeverSent) {
  SentPackets packets;
  EXPECT_TRUE(packets.feedback(report(0, {0})).empty());
  packets.sent(start, 10, 100, 0);
  EXPECT_TRUE(packets.feedback(report(11, {0, 0})).empty());
  EXPECT_TRUE(packets.feedback(report(0, {0})).empty());
  EXPECT_EQ(packets.feedback(report(9, {0, 0, 0})).size(), 1u);
}

TEST(SentPackets, UnwrapsTheReceiversClock) {
  SentPackets packets;
  constexpr int64_t range = int64_t{64'000} << 24;
  for (uint16_t i = 0; i < 3; ++i) packets.sent(start, i, 100, 0);
  const Instant before = *packets.feedback(report(0, {0}, range / 2 - 64'000))[0].arrived;
  EXPECT_EQ(*packets.feedback(report(1, {0}, -range / 2))[0].arrived, before + milliseconds(64));
  EXPECT_FALSE(packets.take_new_clock());
  packets.feedback(report(2, {0}, 0));
  EXPECT_TRUE(packets.take_new_clock());
  EXPECT_FALSE(packets.take_new_clock());
}

TEST(SentPackets, ForgetsTheOldestWithoutFeedback) {
  SentPackets packets;
  for (uint32_t i = 0; i < 100'000; ++i) packets.sent(start, static_cast<uint16_t>(i), 10, 0);
  EXPECT_EQ(packets.bytes_in_flight(), 10 * SentPackets::max_packets);
}

TEST(SentPackets, TakesAnyFeedback) {
  SeededRandom random(7);
  for (const uint64_t step : {1u, 2u, 500u, 30'000u}) {
    SentPackets packets;
    uint16_t sequence = 0;
    for (int i = 0; i < 3000; ++i) {
      sequence = static_cast<uint16_t>(sequence + 1 + random.next() % step);
      packets.sent(start + milliseconds(i), sequence, 100, 0);
      if (random.next() % 8 != 0) continue;
      TransportFeedback feedback =
          report(static_cast<uint16_t>(sequence - random.next() % 100), {});
      if (random.next() % 8 == 0) feedback.base_sequence = static_cast<uint16_t>(random.next());
      feedback.reference_time_us = static_cast<int64_t>(random.next() >> 32) * 64'000;
      feedback.arrivals.resize(1 + random.next() % (random.next() % 64 == 0 ? 8192 : 50));
      for (auto& arrival : feedback.arrivals) {
        if (random.next() % 3 == 0) continue;
        arrival = static_cast<int64_t>(random.next() % 16'000'000) - 8'000'000;
      }
      const auto results = packets.feedback(feedback);
      EXPECT_LE(results.size(), std::min(feedback.arrivals.size(), SentPackets::max_packets));
      EXPECT_LE(packets.bytes_in_flight(), 100 * SentPackets::max_packets);
    }
  }
}

}  // namespace
}  // namespace vicino::rtc
