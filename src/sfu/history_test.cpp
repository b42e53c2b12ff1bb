#include "sfu/history.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace vicino::sfu {
namespace {

class HistoryTest : public testing::Test {
 protected:
  Status insert(int64_t sequence) {
    Buffer payload(100, static_cast<uint8_t>(sequence));
    Buffer dd = {1, 2, 3};
    const Buffer level = {9};
    MediaPacket packet;
    packet.numbers.sequence = sequence;
    packet.payload = payload;
    packet.dependency_descriptor = dd;
    packet.audio_level = level;
    return history.insert(now, packet);
  }
  bool has(int64_t sequence) { return history.find(sequence, memory).has_value(); }

  Instant now{1'000'000};
  PacketHistory history{limits::max_rtx_packets};
  std::array<uint8_t, limits::max_datagram> memory;
};

TEST_F(HistoryTest, GivesPacketsBackAsTheyCame) {
  ASSERT_TRUE(insert(7));
  const auto packet = history.find(7, memory);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(equal(packet->payload, Buffer(100, 7)));
  EXPECT_TRUE(equal(packet->dependency_descriptor, Buffer{1, 2, 3}));
  EXPECT_TRUE(equal(packet->audio_level, Buffer{9}));
  EXPECT_FALSE(has(8));
  EXPECT_FALSE(has(7 - static_cast<int64_t>(PacketHistory::min_packets)));
}

TEST_F(HistoryTest, RefusesWhatItHasAndWhatIsTooOld) {
  ASSERT_TRUE(insert(1000));
  EXPECT_EQ(insert(1000).error().code, Errc::replayed);
  EXPECT_TRUE(insert(1000 - 63));
  EXPECT_EQ(insert(1000 - 64).error().code, Errc::replayed);
  history.clear();
  EXPECT_TRUE(insert(2));
  EXPECT_TRUE(insert(-3)) << "first packets may be out of order around zero";
}

TEST_F(HistoryTest, ASlowStreamStaysSmall) {
  for (int64_t s = 0; s < 1000; ++s) {
    ASSERT_TRUE(insert(s));
    now = now + milliseconds(20);
  }
  EXPECT_TRUE(has(999 - 63));
  EXPECT_FALSE(has(999 - 64));
}

TEST_F(HistoryTest, AFastStreamKeepsAsMuchAsTheLimitSays) {
  for (int64_t s = 0; s < 5000; ++s) {
    ASSERT_TRUE(insert(s));
    now = now + microseconds(100);
  }
  constexpr auto kept = static_cast<int64_t>(limits::max_rtx_packets);
  for (int64_t s = 5000 - kept; s < 5000; ++s) ASSERT_TRUE(has(s)) << s;
  EXPECT_FALSE(has(4999 - kept));
}

}  // namespace
}  // namespace vicino::sfu
