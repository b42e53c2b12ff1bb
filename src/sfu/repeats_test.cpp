#include "sfu/repeats.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

TEST(Repeats, NothingGoesAgainBeforeItCanHaveCome) {
  Repeats repeats;
  const Instant now{5'000'000};
  const Duration rtt = milliseconds(80);
  EXPECT_TRUE(repeats.may(now, 7, rtt));
  EXPECT_TRUE(repeats.may(now, 8, rtt));
  EXPECT_FALSE(repeats.may(now + milliseconds(79), 7, rtt));
  EXPECT_TRUE(repeats.may(now + milliseconds(80), 7, rtt));
  EXPECT_FALSE(repeats.may(now + milliseconds(90), 7, rtt)) << "the second copy counts, too";
}

TEST(Repeats, OthersAreNotHeldUp) {
  Repeats repeats;
  const Instant now{5'000'000};
  for (uint32_t s = 0; s <= UINT16_MAX; ++s)
    EXPECT_TRUE(repeats.may(now, static_cast<uint16_t>(s), seconds(1)));
}

}  // namespace
}  // namespace vicino::sfu
