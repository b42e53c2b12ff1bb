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
  HistoryMemory held;
  PacketHistory history{limits::max_rtx_packets, held};
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

TEST_F(HistoryTest, AFastStreamGetsMoreOnlyWhileTheRoomHasMemory) {
  const auto kept = [&] {
    history.clear();
    for (int64_t s = 1; s <= 400; ++s) EXPECT_TRUE(insert(s));
    int64_t oldest = 400;
    while (oldest > 1 && has(oldest - 1)) --oldest;
    return 401 - oldest;
  };
  held.limit = 1;
  EXPECT_EQ(kept(), static_cast<int64_t>(PacketHistory::min_packets));
  const size_t least = held.used;
  held.limit = SIZE_MAX;
  EXPECT_EQ(kept(), 400);
  EXPECT_GT(held.used, 4 * least);
}

TEST_F(HistoryTest, GivesItsMemoryBack) {
  {
    PacketHistory other{limits::max_rtx_packets, held};
    MediaPacket packet;
    Buffer payload(1000);
    packet.payload = payload;
    ASSERT_TRUE(other.insert(now, packet));
    EXPECT_GT(held.used, 1000u);
  }
  EXPECT_EQ(held.used, 0u);
}

}  // namespace
}  // namespace vicino::sfu
