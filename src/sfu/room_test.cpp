#include "sfu/room.h"

#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

using Slots = std::map<std::string, std::pair<std::optional<uint32_t>, Source>>;

TEST_F(RoomTest, NobodyGetsVideoThatNobodyAskedFor) {
  join(1);
  join(2);
  ASSERT_TRUE(send(1, q.vp8(true)));
  EXPECT_TRUE(out.media.empty());
  EXPECT_EQ(slots_of(2), (Slots{{"s0", {1, Source::microphone}}}));
}

TEST_F(RoomTest, StartsOnAKeyFrameAndNumbersGoOnFromThere) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  EXPECT_EQ(slots_of(2)["s8"], (std::pair{std::optional(1u), Source::camera}));
  ASSERT_TRUE(send(1, q.vp8(false)));
  EXPECT_TRUE(video_to(2).empty());
  ASSERT_TRUE(send(1, q.vp8(true, true, false)));
  ASSERT_TRUE(send(1, q.vp8(true, false, true)));
  ASSERT_TRUE(send(1, q.vp8(false)));
  const auto got = video_to(2);
  ASSERT_EQ(got.size(), 3u);
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].ssrc, 2008u);
    EXPECT_EQ(got[i].payload_type, vp8_out);
    EXPECT_EQ(got[i].sequence, static_cast<uint16_t>(got[0].sequence + i));
    EXPECT_EQ(got[i].marker, i > 0);
    EXPECT_EQ(picture_of(got[i]), (picture_of(got[0]) + i / 2) & 0x7fff);
    EXPECT_EQ(got[i].timestamp, got[0].timestamp + 3000 * (i / 2));
  }
}

}  // namespace
}  // namespace vicino::sfu
