#include "rtc/twcc.h"

#include <gmock/gmock.h>

#include "base/random.h"

namespace vicino::rtc {
namespace {

using testing::ElementsAre;

constexpr Instant start = Instant{} + milliseconds(64 * 100);

// Every report must be one that fits a packet.
std::optional<TransportFeedback> take(TwccReceiver& receiver) {
  auto feedback = receiver.take_feedback(1, 2);
  if (feedback) {
    std::array<uint8_t, 1200> memory;
    RtcpWriter writer(memory);
    EXPECT_TRUE(writer.add(*feedback));
  }
  return feedback;
}

TEST(TwccReceiver, ReportsArrivalsAndLosses) {
  TwccReceiver receiver;
  EXPECT_FALSE(take(receiver));
  receiver.received(start + microseconds(1300), 0xffff);
  receiver.received(start + microseconds(9999), 1);
  const auto feedback = take(receiver);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->sender_ssrc, 1u);
  EXPECT_EQ(feedback->media_ssrc, 2u);
  EXPECT_EQ(feedback->base_sequence, 0xffff);
  EXPECT_EQ(feedback->feedback_count, 0);
  EXPECT_EQ(feedback->reference_time_us, 6'400'000);
  EXPECT_THAT(feedback->arrivals, ElementsAre(1250, std::nullopt, 9750));
  EXPECT_FALSE(take(receiver));
}

TEST(TwccReceiver, ReportsLossesBetweenTwoReports) {
  TwccReceiver receiver;
  receiver.received(start, 10);
  EXPECT_TRUE(take(receiver));
  receiver.received(start, 13);
  const auto feedback = take(receiver);
  EXPECT_EQ(feedback->base_sequence, 11);
  EXPECT_EQ(feedback->feedback_count, 1);
  EXPECT_THAT(feedback->arrivals, ElementsAre(std::nullopt, std::nullopt, 0));
}

TEST(TwccReceiver, ReportsReorderedPacketsWithNegativeSteps) {
  TwccReceiver receiver;
  receiver.received(start + milliseconds(65), 2);
  receiver.received(start + milliseconds(70), 1);
  EXPECT_THAT(take(receiver)->arrivals, ElementsAre(6000, 1000));
}

TEST(TwccReceiver, ReportsALatePacketAloneWithoutTakingBackItsNeighbours) {
  TwccReceiver receiver;
  for (uint16_t s : std::array<uint16_t, 3>{1, 4, 5}) receiver.received(start, s);
  EXPECT_TRUE(take(receiver));
  receiver.received(start, 3);
  receiver.received(start, 7);
  const auto late = take(receiver);
  EXPECT_EQ(late->base_sequence, 3);
  EXPECT_THAT(late->arrivals, ElementsAre(0));
  const auto current = take(receiver);
  EXPECT_EQ(current->base_sequence, 6);
  EXPECT_THAT(current->arrivals, ElementsAre(std::nullopt, 0));
  EXPECT_FALSE(take(receiver));
}

TEST(TwccReceiver, SplitsWhereTimesAreTooFarApart) {
  TwccReceiver receiver;
  receiver.received(start, 1);
  receiver.received(start + seconds(9), 2);
  EXPECT_THAT(take(receiver)->arrivals, ElementsAre(0));
  const auto second = take(receiver);
  EXPECT_EQ(second->base_sequence, 2);
  EXPECT_EQ(second->reference_time_us + *second->arrivals[0], (start + seconds(9)).us);
}

TEST(TwccReceiver, SplitsWhatDoesNotFitOnePacket) {
  TwccReceiver receiver;
  for (uint16_t s = 0; s < 1000; ++s) receiver.received(start + milliseconds(s), s);
  size_t received = 0;
  while (const auto feedback = take(receiver)) {
    EXPECT_EQ(feedback->base_sequence, received);
    received += feedback->arrivals.size();
  }
  EXPECT_EQ(received, 1000u);
}

TEST(TwccReceiver, DoesNotReportAJumpAsLoss) {
  TwccReceiver receiver;
  receiver.received(start, 1);
  receiver.received(start, 5000);
  EXPECT_EQ(take(receiver)->arrivals.size(), 1u);
  EXPECT_EQ(take(receiver)->base_sequence, 5000);
  receiver.received(start, 15000);
  EXPECT_EQ(take(receiver)->base_sequence, 15000);
}

TEST(TwccReceiver, EveryReportFitsAndMemoryIsBoundedWhateverArrives) {
  SeededRandom random(4);
  for (const uint64_t jump : {3u, 20u, 300u, 900u, 65536u}) {
    TwccReceiver receiver;
    uint16_t sequence = 0;
    Instant now = start;
    for (int i = 0; i < 10'000; ++i) {
      sequence = static_cast<uint16_t>(sequence + random.next() % jump);
      now = now + microseconds(static_cast<int64_t>(random.next() % 200'000));
      receiver.received(now, sequence);
    }
    size_t received = 0;
    while (const auto feedback = take(receiver)) {
      for (const auto& arrival : feedback->arrivals) received += arrival.has_value() ? 1u : 0u;
    }
    EXPECT_GT(received, 0u);
    EXPECT_LE(received, 4096u);
  }
}

}  // namespace
}  // namespace vicino::rtc
