// Cameras that are one stream with layers inside.
#include <gmock/gmock.h>

#include "sfu/layered_fixture.h"
#include "sfu/room_path_fixture.h"

namespace vicino::sfu {
namespace {

class RoomLayersTest : public RoomTest {
 protected:
  void SetUp() override {
    ParticipantSetup s = setup(1);
    s.publications[1].section.rids.clear();
    s.follows_watched = true;
    join(std::move(s));
  }
  void look(uint32_t who, uint16_t width, uint16_t height) {
    want(who, {camera_of(1, width, height)});
  }
  // Thirty a second; of key ones the first and what is asked for.
  void send_pictures(int count = 1) {
    for (; count > 0; --count) {
      const size_t asked = keys_asked();
      const bool key = std::exchange(keys_given_, asked) != asked || key_due;
      key_due = false;
      for (Buffer& packet : camera.picture(key)) EXPECT_TRUE(send(1, std::move(packet)));
      pass(milliseconds(33));
    }
  }
  size_t keys_asked() { return out.items<rtc::PictureLossIndication>(1).size(); }
  // The layers of what came to somebody, "|" behind where a picture ends.
  std::string layers_to(uint32_t who) {
    std::string layers;
    for (const RtpOut& packet : video_to(who)) {
      layers += std::to_string(LayeredCamera::layer_of(packet));
      if (packet.marker) layers += '|';
    }
    return layers;
  }
  void expect_whole(uint32_t who) {
    std::optional<uint16_t> last;
    for (const RtpOut& packet : video_to(who)) {
      if (last) {
        EXPECT_EQ(packet.sequence, static_cast<uint16_t>(*last + 1));
      }
      last = packet.sequence;
    }
  }
  std::string watched() {
    std::string names;
    const auto all = heard<LayersWatched>();
    if (all.empty()) return "-";
    for (const WatchedLayer& layer : all.back().layers) names += layer.rid;
    return names;
  }

  LayeredCamera camera{0x41};
  bool key_due = true;

 private:
  size_t keys_given_ = 0;
};

TEST_F(RoomLayersTest, EachGetsTheLayerThatFitsItsTileAndOfTheOthersWhatThatBuildsOn) {
  join(2);
  join(3);
  join(4);
  look(2, 1280, 720);
  look(3, 640, 360);
  look(4, 320, 180);
  send_pictures(5);
  EXPECT_EQ(layers_to(2), "012|2|2|2|2|");
  EXPECT_EQ(layers_to(3), "01|1|1|1|1|");
  EXPECT_EQ(layers_to(4), "0|0|0|0|0|");
  for (const uint32_t who : {2u, 3u, 4u}) expect_whole(who);
}

TEST_F(RoomLayersTest, TheDescriptorGoesAlongAndCountsOn) {
  join(2);
  look(2, 320, 180);
  send_pictures(3);
  const auto packets = video_to(2);
  ASSERT_EQ(packets.size(), 3u);
  const Buffer first = packets[0].extension(receiver_ids.dependency_descriptor).value();
  EXPECT_EQ(Buffer(first.begin() + 3, first.end()), structure_l3t3_key);
  const Buffer second = packets[1].extension(receiver_ids.dependency_descriptor).value();
  EXPECT_EQ(second[0], 0xc3);
  EXPECT_EQ(static_cast<uint16_t>(load16(&second[1]) - load16(&first[1])), 3)
      << "frames name those that they need by their distance";
}

TEST_F(RoomLayersTest, ALargerTileAsksForAKeyFrameAndASmallerOneToo) {
  join(2);
  look(2, 320, 180);
  send_pictures(8);
  out.media.clear();
  const size_t asked = keys_asked();
  look(2, 1280, 720);
  send_pictures(20);
  EXPECT_EQ(keys_asked(), asked + 1) << "one is enough";
  EXPECT_THAT(layers_to(2), testing::MatchesRegex("(0\\|)+012\\|(2\\|)+"));
  expect_whole(2);
  out.media.clear();
  look(2, 640, 360);
  send_pictures(24);
  EXPECT_THAT(layers_to(2), testing::MatchesRegex("(2\\|)+01\\|(1\\|)+"));
}

TEST_F(RoomLayersTest, LayersThatNobodyWatchesAreNamedToTheirSender) {
  join(2);
  join(3);
  look(2, 320, 180);
  send_pictures(90);
  EXPECT_EQ(watched(), "0");
  look(3, 640, 360);
  EXPECT_EQ(watched(), "01") << "at once";
  look(3, 1280, 720);
  EXPECT_EQ(watched(), "012");
  want(2, {});
  want(3, {});
  send_pictures(90);
  EXPECT_EQ(watched(), "");
}

// A sender whose own path is narrow makes fewer layers, and says so with a key frame.
TEST_F(RoomLayersTest, ALayerThatIsNotMadeIsNotWaitedFor) {
  join(2);
  look(2, 1280, 720);
  send_pictures(8);
  out.media.clear();
  camera.layers = 2;
  key_due = true;
  send_pictures(8);
  EXPECT_EQ(layers_to(2), "01|1|1|1|1|1|1|1|");
  camera.layers = 3;
  key_due = true;
  send_pictures(4);
  EXPECT_EQ(layers_to(2), "01|1|1|1|1|1|1|1|012|2|2|2|");
  expect_whole(2);
}

TEST_F(RoomLayersTest, WhoComesLaterBeginsWithTheLastKeyFrame) {
  join(2);
  look(2, 1280, 720);
  send_pictures(4);
  join(3);
  look(3, 1280, 720);
  EXPECT_EQ(layers_to(3), "012|2|2|2|");
}

}  // namespace
}  // namespace vicino::sfu
