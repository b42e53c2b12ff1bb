#include "core/media_frames.h"

#include <gtest/gtest.h>

namespace vicino::core {
namespace {

MediaSecret secret(uint8_t fill) { return MediaSecret(Buffer(32, fill)); }
const SenderId ada{0x1000}, bob{0x2000};
const Buffer frame(500, 9);

TEST(MediaFrames, OpenAtOthersOfTheSameSecret) {
  MediaFrames sender(secret(1), ada), receiver(secret(1), bob);
  ASSERT_TRUE(receiver.add_sender(ada));
  for (const Source source : {Source::microphone, Source::camera, Source::screen, Source::screen_audio}) {
    const bool picture = source == Source::camera || source == Source::screen;
    const auto codec = picture ? sframe::Codec::vp8 : sframe::Codec::opus;
    const auto sealed = sender.seal(source, 1, codec, true, frame);
    ASSERT_TRUE(sealed);
    const auto opened = receiver.open(codec, *sealed);
    ASSERT_TRUE(opened) << opened.error().where;
    EXPECT_EQ(opened->plaintext, frame);
    EXPECT_EQ(opened->sender, ada);
    EXPECT_EQ(sframe::source_of(opened->stream), source);
  }
}

TEST(MediaFrames, StayShutForAnotherSecretAnUnknownSenderAndOneThatLeft) {
  MediaFrames sender(secret(1), ada), other(secret(2), bob), receiver(secret(1), bob);
  const auto seal = [&] { return sender.seal(Source::camera, 1, sframe::Codec::vp8, true, frame).value(); };
  EXPECT_EQ(receiver.open(sframe::Codec::vp8, seal()).error().code, Errc::unknown_key);
  ASSERT_TRUE(other.add_sender(ada));
  EXPECT_EQ(other.open(sframe::Codec::vp8, seal()).error().code, Errc::unauthenticated);
  ASSERT_TRUE(receiver.add_sender(ada));
  const Buffer once = seal();
  EXPECT_TRUE(receiver.open(sframe::Codec::vp8, once));
  EXPECT_EQ(receiver.open(sframe::Codec::vp8, once).error().code, Errc::replayed);
  receiver.remove_sender(ada);
  EXPECT_EQ(receiver.open(sframe::Codec::vp8, seal()).error().code, Errc::unknown_key);
  ASSERT_TRUE(receiver.add_sender(ada));
  EXPECT_EQ(receiver.open(sframe::Codec::vp8, once).error().code, Errc::replayed) << "after leaving and returning";
  EXPECT_TRUE(receiver.open(sframe::Codec::vp8, seal()));
}

TEST(MediaFrames, OwnFramesAreNobodysElse) {
  MediaFrames frames(secret(1), ada);
  EXPECT_FALSE(frames.add_sender(ada));
  const Buffer own = frames.seal(Source::camera, 1, sframe::Codec::vp8, true, frame).value();
  EXPECT_EQ(frames.open(sframe::Codec::vp8, own).error().code, Errc::unknown_key);
}

TEST(MediaFrames, LayersOfACameraHaveContextsOfTheirOwnForEver) {
  MediaFrames sender(secret(1), ada), receiver(secret(1), bob);
  ASSERT_TRUE(receiver.add_sender(ada));
  EXPECT_NE(sender.stream_of(Source::camera, 11), sender.stream_of(Source::camera, 12));
  EXPECT_NE(sender.stream_of(Source::camera, 12), sender.stream_of(Source::camera, 13));
  EXPECT_EQ(sender.stream_of(Source::camera, 11), sender.stream_of(Source::camera, 11));
  // Fresh connections bring fresh SSRCs; no counter is ever used twice, so every frame still opens once.
  for (uint32_t ssrc = 1; ssrc < 50; ++ssrc) {
    const Buffer sealed = sender.seal(Source::camera, ssrc, sframe::Codec::vp9, true, frame).value();
    EXPECT_TRUE(receiver.open(sframe::Codec::vp9, sealed)) << ssrc;
  }
}

}  // namespace
}  // namespace vicino::core
