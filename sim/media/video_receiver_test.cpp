#include "sim/media/video_receiver.h"

#include <gtest/gtest.h>

#include "sim/media/send_stream.h"

namespace vicino::sim {
namespace {

struct Screen {
  SendStream stream{{}, 1};
  VideoReceiver receiver;
  std::vector<ShownFrame> shown;
  std::vector<MediaPacket> held;
  Instant now;

  // A picture every 33 ms; packets for which `lost` is true are held.
  template <class Lost>
  void pass(uint32_t from, uint32_t to, const Lost& lost) {
    for (uint32_t i = from; i < to; ++i) {
      const EncodedFrame frame{0, 3000, i == 0, 0, false};
      for (MediaPacket& p : stream.cut(frame, {.number = i, .captured = now})) {
        lost(p) ? held.push_back(std::move(p)) : give(p);
      }
      for (int ms = 0; ms < 33; ++ms) {
        now = now + milliseconds(1);
        for (const ShownFrame& f : receiver.take_shown(now)) shown.push_back(f);
      }
    }
  }
  void give(const MediaPacket& p) {
    receiver.packet(now, p.sequence, p.timestamp, p.marker, p.payload);
  }
};

bool nothing(const MediaPacket&) {
  return false;
}

TEST(VideoReceiver, ShowsEveryFrameInOrder) {
  Screen screen;
  screen.pass(0, 100, nothing);
  ASSERT_GE(screen.shown.size(), 98u);
  for (uint32_t i = 0; i < screen.shown.size(); ++i) EXPECT_EQ(screen.shown[i].stamp.number, i);
}

TEST(VideoReceiver, AsksForWhatIsMissingAndGoesOnWithIt) {
  Screen screen;
  screen.pass(0, 50, nothing);
  screen.pass(50, 51, [](const MediaPacket& p) { return p.marker; });
  screen.pass(51, 52, nothing);
  const auto missing = screen.receiver.missing(screen.now, milliseconds(50));
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0], screen.held.at(0).sequence);
  const size_t before = screen.shown.size();
  screen.give(screen.held[0]);
  screen.pass(52, 60, nothing);
  EXPECT_GT(screen.shown.size(), before + 5);
  EXPECT_FALSE(screen.receiver.wants_key_frame(screen.now));
}

TEST(VideoReceiver, AsksForAKeyFrameWhenNothingGetsItOn) {
  Screen screen;
  screen.pass(0, 50, nothing);
  screen.pass(50, 51, [](const MediaPacket& p) { return p.marker; });
  screen.pass(51, 52, nothing);
  for (int i = 0; i < 20; ++i) {
    screen.pass(52, 53, nothing);
    (void)screen.receiver.missing(screen.now, milliseconds(20));
  }
  EXPECT_TRUE(screen.receiver.wants_key_frame(screen.now)) << "asked for ten times in vain";
  EXPECT_FALSE(screen.receiver.wants_key_frame(screen.now)) << "not at once again";
}

TEST(VideoReceiver, TellsRepetitions) {
  Screen screen;
  const auto packets = screen.stream.cut({0, 3000, true, 0, false}, {});
  const MediaPacket& p = packets[0];
  EXPECT_TRUE(screen.receiver.packet({}, p.sequence, p.timestamp, p.marker, p.payload));
  EXPECT_FALSE(screen.receiver.packet({}, p.sequence, p.timestamp, p.marker, p.payload));
}

}  // namespace
}  // namespace vicino::sim
