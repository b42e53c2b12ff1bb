#include "sframe/key_id.h"

#include <gtest/gtest.h>

namespace vicino::sframe {
namespace {

TEST(KeyId, IsLaidOutAsInTheRfc) {
  EXPECT_EQ(make_kid(Stream::microphone, 0, 0), 0u);
  EXPECT_EQ(make_kid(Stream::screen_audio, 1023, 255), 0x17ffffu);
  EXPECT_EQ(make_kid(Stream::camera_low, 1, 2), 0x040102u);
  EXPECT_EQ(make_kid(Stream::camera_low, 1, 0xabcdef02), 0x040102u) << "8 bits of the epoch";
}

TEST(KeyId, RoundTrips) {
  for (uint8_t stream = 0; stream < stream_count; ++stream) {
    for (uint32_t leaf = 0; leaf < max_leaves; leaf += 11) {
      for (uint64_t epoch = 0; epoch < 256; epoch += 5) {
        const auto id = parse_kid(make_kid(Stream{stream}, leaf, epoch + 256 * leaf));
        ASSERT_TRUE(id);
        EXPECT_EQ(*id, (KeyId{Stream{stream}, leaf, static_cast<uint8_t>(epoch)}));
      }
    }
  }
}

TEST(KeyId, NamesAStreamOrNothing) {
  for (const uint64_t kid : {uint64_t{stream_count} << 18, uint64_t{1} << 32, ~uint64_t{0}}) {
    const auto id = parse_kid(kid);
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().code, Errc::unknown_key);
  }
}

TEST(KeyId, EveryLayerOfACameraIsTheCamera) {
  EXPECT_EQ(source_of(Stream::microphone), Source::microphone);
  for (const Stream layer : {Stream::camera_low, Stream::camera_middle, Stream::camera_high}) {
    EXPECT_EQ(source_of(layer), Source::camera);
  }
  EXPECT_EQ(source_of(Stream::screen), Source::screen);
  EXPECT_EQ(source_of(Stream::screen_audio), Source::screen_audio);
}

}  // namespace
}  // namespace vicino::sframe
