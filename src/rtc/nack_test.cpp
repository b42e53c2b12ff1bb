#include "rtc/nack.h"

#include <gmock/gmock.h>

namespace vicino::rtc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Instant start = Instant{} + seconds(100);
constexpr Duration rtt = milliseconds(50);

Instant at(int64_t ms) {
  return start + milliseconds(ms);
}

TEST(NackGenerator, AsksForAGapAfterTheReorderingDelayThenEveryRoundTrip) {
  NackGenerator nack;
  nack.received(at(0), 0xfffe);
  nack.received(at(0), 1);
  EXPECT_EQ(nack.next_due(), at(10));
  EXPECT_THAT(nack.due(at(9), rtt), IsEmpty());
  EXPECT_THAT(nack.due(at(10), rtt), ElementsAre(0xffff, 0));
  EXPECT_THAT(nack.due(at(59), rtt), IsEmpty());
  EXPECT_EQ(nack.next_due(), at(60));
  EXPECT_THAT(nack.due(at(60), rtt), ElementsAre(0xffff, 0));
}

TEST(NackGenerator, ForgetsWhatArrives) {
  NackGenerator nack;
  nack.received(at(0), 1);
  nack.received(at(0), 4);
  nack.received(at(5), 3);
  EXPECT_THAT(nack.due(at(10), rtt), ElementsAre(2));
  nack.received(at(20), 2);
  EXPECT_EQ(nack.next_due(), Instant::never());
  EXPECT_THAT(nack.due(at(1000), rtt), IsEmpty());
  EXPECT_FALSE(nack.take_lost_sync());
}

TEST(NackGenerator, IgnoresDuplicatesAndPacketsBeforeTheFirst) {
  NackGenerator nack;
  nack.received(at(0), 10);
  nack.received(at(0), 9);
  nack.received(at(0), 10);
  nack.received(at(0), 11);
  EXPECT_EQ(nack.next_due(), Instant::never());
}

TEST(NackGenerator, GivesUpAfterTenTimes) {
  NackGenerator nack;
  nack.received(at(0), 1);
  nack.received(at(0), 3);
  for (int i = 0; i < 10; ++i) EXPECT_THAT(nack.due(at(10 + 50 * i), rtt), ElementsAre(2));
  EXPECT_FALSE(nack.take_lost_sync());
  EXPECT_THAT(nack.due(at(510), rtt), IsEmpty());
  EXPECT_TRUE(nack.take_lost_sync());
  EXPECT_FALSE(nack.take_lost_sync()) << "told once";
  EXPECT_EQ(nack.next_due(), Instant::never());
}

TEST(NackGenerator, AsksNoFasterThanEvery20MillisecondsHoweverShortTheRoundTrip) {
  NackGenerator nack;
  nack.received(at(0), 1);
  nack.received(at(0), 3);
  EXPECT_THAT(nack.due(at(10), {}), ElementsAre(2));
  EXPECT_EQ(nack.next_due(), at(30));
}

TEST(NackGenerator, GivesUpLongGaps) {
  NackGenerator nack;
  nack.received(at(0), 0);
  nack.received(at(0), 257);
  EXPECT_FALSE(nack.take_lost_sync());
  EXPECT_EQ(nack.due(at(10), rtt).size(), 256u);
  nack.received(at(20), 257 + 258);
  EXPECT_TRUE(nack.take_lost_sync());
  EXPECT_THAT(nack.due(at(1000), rtt), IsEmpty());
}

TEST(NackGenerator, BoundsWhatIsMissingTogether) {
  NackGenerator nack;
  uint16_t sequence = 0;
  nack.received(at(0), sequence);
  for (int i = 0; i < 100; ++i)
    nack.received(at(0), sequence = static_cast<uint16_t>(sequence + 200));
  EXPECT_TRUE(nack.take_lost_sync());
  const auto asked = nack.due(at(10), rtt);
  EXPECT_EQ(asked.size(), 512u);
  EXPECT_EQ(asked.back(), sequence - 1) << "the newest are kept";
}

}  // namespace
}  // namespace vicino::rtc
