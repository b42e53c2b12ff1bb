#include "sfu/layer_filter.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace vicino::sfu {
namespace {

class LayerFilterTest : public testing::Test {
 protected:
  // Frames by their layer, "s" behind it for one that can be gone up with, "k" for a key frame;
  // says which pass.
  std::string pass(std::string_view frames) {
    std::string passed;
    for (size_t i = 0; i < frames.size(); ++i) {
      MediaPacket packet;
      packet.payload = memory;
      packet.numbers.timestamp = ++timestamp;
      packet.info.temporal_layer = static_cast<uint8_t>(frames[i] - '0');
      const char mark = i + 1 < frames.size() ? frames[i + 1] : ' ';
      packet.info.layer_sync = mark == 's';
      packet.info.key_frame = mark == 'k';
      if (filter.passes(packet)) passed += frames[i];
      if (mark == 's' || mark == 'k') ++i;
    }
    return passed;
  }
  bool left_out(uint32_t frame) const {
    MediaPacket packet;
    packet.numbers.timestamp = frame;
    return filter.left_out(packet);
  }
  std::array<uint8_t, 4> memory{};
  uint32_t timestamp = 0;
  LayerFilter filter;
};

TEST_F(LayerFilterTest, WithoutALimitAllPasses) {
  EXPECT_EQ(pass("0k21202120"), "021202120");
}

TEST_F(LayerFilterTest, LessTakesEffectWithTheNextFrame) {
  filter.set_limit({.temporal = 1}, timestamp);
  EXPECT_EQ(pass("0212021"), "0101");
  filter.set_limit({.temporal = 0}, timestamp);
  EXPECT_EQ(pass("202120"), "00");
}

TEST_F(LayerFilterTest, MoreWaitsForAFrameThatADecoderCanGoOnWith) {
  filter.set_limit({.temporal = 0}, timestamp);
  EXPECT_EQ(pass("0212"), "0");
  filter.set_limit({.temporal = Target::all}, timestamp);
  EXPECT_EQ(pass("0212"), "0");
  EXPECT_EQ(pass("021s202"), "010") << "the second layer, not the third";
  EXPECT_EQ(pass("02s12"), "0212");
  filter.set_limit({.temporal = 0}, timestamp);
  EXPECT_EQ(pass("12"), "");
  filter.set_limit({.temporal = 1}, timestamp);
  EXPECT_EQ(pass("0k212"), "01") << "after a key frame all can follow";
}

TEST_F(LayerFilterTest, PacketsOfOneFrameShareItsFate) {
  MediaPacket packet;
  packet.payload = memory;
  packet.info.temporal_layer = 2;
  packet.numbers.timestamp = 7;
  filter.set_limit({.temporal = 1}, {});
  EXPECT_FALSE(filter.passes(packet));
  filter.set_limit({.temporal = Target::all}, timestamp);
  packet.info.layer_sync = true;
  EXPECT_FALSE(filter.passes(packet)) << "half a frame is none";
  packet.numbers.timestamp = 8;
  EXPECT_TRUE(filter.passes(packet));
  filter.set_limit({.temporal = 0}, 8);
  EXPECT_TRUE(filter.passes(packet));
}

TEST_F(LayerFilterTest, RemembersWhatWasLeftOut) {
  filter.set_limit({.temporal = 0}, {});
  pass("0212");
  for (const uint32_t skipped : {2u, 3u, 4u}) EXPECT_TRUE(left_out(skipped)) << skipped;
  EXPECT_FALSE(left_out(1));
}

TEST_F(LayerFilterTest, AFrameOfWhichSomeWentOutUnlookedAtIsFinished) {
  MediaPacket packet;
  packet.payload = memory;
  packet.info.temporal_layer = 2;
  packet.numbers.timestamp = 7;
  EXPECT_TRUE(filter.passes(packet));
  filter.set_limit({.temporal = 0}, 7);
  EXPECT_TRUE(filter.passes(packet));
  packet.numbers.timestamp = 8;
  EXPECT_FALSE(filter.passes(packet));
}

// Three spatial and three temporal layers, as browsers make them. Pictures by their temporal layer,
// "k" behind it for a key picture: there the larger layers build on the smaller ones of the same
// moment, elsewhere ("key" in the mode's name) or everywhere.
class SpatialFilterTest : public testing::Test {
 protected:
  // Says which frames pass, spatial and temporal layer, pictures apart; "-" where none does.
  std::string pass(std::string_view pictures, size_t layers = 3) {
    std::string passed;
    for (size_t i = 0; i < pictures.size(); ++i) {
      const auto temporal = static_cast<uint8_t>(pictures[i] - '0');
      const bool key = i + 1 < pictures.size() && pictures[i + 1] == 'k';
      if (key) ++i;
      if (!passed.empty()) passed += ' ';
      const size_t before = passed.size();
      for (uint8_t s = 0; s < layers; ++s) passed += frame(key, s, temporal);
      if (passed.size() == before) passed += '-';
    }
    return passed;
  }
  std::string frame(bool key, uint8_t spatial, uint8_t temporal) {
    MediaPacket packet;
    packet.payload = memory;
    packet.numbers.frame_number = ++number;
    packet.info = {.key_frame = key && spatial == 0, .ends_frame = true, .spatial_layer = spatial};
    packet.targets = {.offered = offered, .needed = 0, .switching = 0, .chain = {}};
    const bool together = key || !only_keys_build_on_others;
    for (uint8_t s = spatial; s <= (together ? 2 : spatial); ++s) {
      for (uint8_t t = temporal; t < 3; ++t) packet.targets.needed |= bit_of({s, t});
      // Of a larger layer that builds on its own earlier pictures, only key pictures begin it.
      const bool begins = s == spatial ? key || only_keys_build_on_others || s == 0 : key;
      if (begins && temporal == 0) packet.targets.switching |= packet.targets.needed;
      if (temporal == 1) packet.targets.switching |= bit_of({s, 2});
      const uint16_t before = last_of_chain[s];
      packet.targets.chain[s] =
          key && spatial == 0 ? uint8_t{0} : static_cast<uint8_t>(number - before);
      if (temporal == 0) last_of_chain[s] = number;
    }
    if (!filter.passes(packet)) return "";
    ended = filter.ends_picture(packet);
    return std::to_string(spatial) + std::to_string(temporal);
  }
  std::array<uint8_t, 4> memory{};
  bool only_keys_build_on_others = true;
  Targets offered = 0x777;
  bool ended = false;
  uint16_t number = 65'530;
  std::array<uint16_t, 3> last_of_chain{};
  LayerFilter filter;
};

TEST_F(SpatialFilterTest, OfAKeyPictureAllThatItIsMadeOfPassesAndThenTheLargestAlone) {
  EXPECT_EQ(pass("0k212021"), "001020 22 21 22 20 22 21");
  EXPECT_TRUE(ended);
}

TEST_F(SpatialFilterTest, ASmallerPictureBeginsWithTheNextKeyFrameAndUntilThenThereAreFewer) {
  pass("0k2120");
  filter.set_limit({.spatial = 1}, {});
  EXPECT_EQ(pass("212021202"), "22 21 22 20 - - - 20 -");
  EXPECT_TRUE(filter.waits_for_key_frame());
  EXPECT_EQ(pass("120k21"), "- - 0010 12 11");
  EXPECT_FALSE(filter.waits_for_key_frame());
  EXPECT_TRUE(ended) << "of the layers sent it is the last";
}

TEST_F(SpatialFilterTest, RightAfterAKeyPictureASmallerOneIsAtHand) {
  pass("0k");
  filter.set_limit({.spatial = 0}, {});
  EXPECT_EQ(pass("2120"), "22 01 02 00");
  EXPECT_FALSE(filter.waits_for_key_frame());
}

TEST_F(SpatialFilterTest, ALargerPictureWaitsForAKeyFrame) {
  filter.set_limit({.spatial = 0}, {});
  EXPECT_EQ(pass("0k2120"), "00 02 01 02 00");
  filter.set_limit({}, {});
  EXPECT_EQ(pass("2120"), "02 01 02 00");
  EXPECT_TRUE(filter.waits_for_key_frame());
  EXPECT_EQ(pass("0k2"), "001020 22");
  EXPECT_FALSE(filter.waits_for_key_frame());
}

TEST_F(SpatialFilterTest, FewerPicturesOfTheSameSizeWaitForNoKeyFrame) {
  pass("0k2120");
  filter.set_limit({.temporal = 1}, {});
  EXPECT_EQ(pass("21202120"), "22 21 22 20 - 21 - 20");
  filter.set_limit({.temporal = 0}, {});
  EXPECT_EQ(pass("21202120"), "- 21 - 20 - - - 20");
  filter.set_limit({}, {});
  EXPECT_EQ(pass("2120212"), "- 21 22 20 22 21 22");
  EXPECT_FALSE(filter.waits_for_key_frame());
}

TEST_F(SpatialFilterTest, WhereLayersAlwaysBuildOnSmallerOnesTheseAreSentToo) {
  only_keys_build_on_others = false;
  EXPECT_EQ(pass("0k20"), "001020 021222 001020");
  filter.set_limit({.spatial = 1}, {});
  EXPECT_EQ(pass("2021"), "021222 0010 0212 0111") << "all that it builds on was sent";
  EXPECT_FALSE(filter.waits_for_key_frame());
  filter.set_limit({.spatial = 2}, {});
  EXPECT_EQ(pass("200k2"), "0212 0010 001020 021222");
}

TEST_F(SpatialFilterTest, AfterALayerThatIsMadeNoMoreTheNextBeginsWithAKeyFrame) {
  pass("0k2120");
  offered = 0x077;
  EXPECT_EQ(pass("20", 2), "- -");
  EXPECT_TRUE(filter.waits_for_key_frame());
  EXPECT_EQ(pass("0k20", 2), "0010 12 10");
}

}  // namespace
}  // namespace vicino::sfu
