#include "sim/media/audio_receiver.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "sim/media/voice.h"

namespace vicino::sim {
namespace {

// Packets on their way to a receiver, and what it plays.
struct Line {
  AudioReceiver receiver;
  std::multimap<Instant, Stamp> under_way;
  std::vector<Played> played;

  void send(uint32_t number, Duration way, uint8_t copies = 0) {
    const Instant captured = Instant{} + voice_frame * static_cast<int64_t>(number);
    under_way.emplace(captured + way, Stamp{1, copies, 0, number, captured});
  }
  void run(Duration time) {
    const Instant end = Instant{} + time;
    for (Instant now; now < end; now = now + milliseconds(1)) {
      for (; !under_way.empty() && under_way.begin()->first <= now;
           under_way.erase(under_way.begin()))
        receiver.packet(now, under_way.begin()->second);
      for (const Played& p : receiver.take_played(now)) played.push_back(p);
    }
  }
  size_t concealed() const {
    return static_cast<size_t>(std::ranges::count_if(played, &Played::concealed));
  }
};

TEST(AudioReceiver, PlaysEverythingInOrderOverASteadyPath) {
  Line line;
  for (uint32_t i = 0; i < 500; ++i) line.send(i, milliseconds(30));
  line.run(seconds(10));
  EXPECT_EQ(line.concealed(), 0u);
  ASSERT_GT(line.played.size(), 490u);
  for (uint32_t i = 0; i < line.played.size(); ++i) EXPECT_EQ(line.played[i].stamp.number, i);
}

TEST(AudioReceiver, ConcealsWhatIsLostOnceEach) {
  Line line;
  for (uint32_t i = 0; i < 500; ++i) {
    if (i % 10 != 5) line.send(i, milliseconds(30));
  }
  line.run(seconds(10));
  EXPECT_NEAR(static_cast<double>(line.concealed()), 50, 2);
}

TEST(AudioReceiver, CopiesMakeUpForLosses) {
  Line line;
  for (uint32_t i = 0; i < 1000; ++i) {
    if (i % 10 != 5 && i % 10 != 6) line.send(i, milliseconds(30), 2);
  }
  line.run(seconds(20));
  EXPECT_LE(line.concealed(), 4u) << "until it knows how late copies are";
}

TEST(AudioReceiver, GetsUsedToJitterAndKeepsTheOrder) {
  for (const uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
    Line line;
    SeededRandom random(seed);
    for (uint32_t i = 0; i < 2000; ++i)
      line.send(i, milliseconds(20 + static_cast<int64_t>(random.next() % 80)));
    line.run(seconds(40));
    EXPECT_LT(line.concealed(), 30u) << "seed " << seed;
    for (size_t i = 1; i < line.played.size(); ++i)
      EXPECT_GE(line.played[i].stamp.number, line.played[i - 1].stamp.number);
  }
}

TEST(AudioReceiver, CatchesUpAfterAPause) {
  Line line;
  for (uint32_t i = 0; i < 1000; ++i) line.send(i, milliseconds(i == 300 ? 400 : 30));
  for (uint32_t i = 301; i < 320; ++i) line.send(i, milliseconds(400 - 20 * (i - 300)));
  line.run(seconds(20));
  const Played& last = line.played.back();
  EXPECT_LT(last.at - last.stamp.captured, milliseconds(150));
}

}  // namespace
}  // namespace vicino::sim
