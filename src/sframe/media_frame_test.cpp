#include "sframe/media_frame.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::sframe {
namespace {

constexpr Suite suite = Suite::aes_128_gcm_sha256_128;
constexpr EpochMember alice{5, SenderId{0x0123456789abcdef}};
constexpr uint64_t epoch = 300;
const Buffer base_key(16, 7);

struct Call {
  explicit Call(Stream stream)
      : sender(suite, make_kid(stream, alice.leaf, epoch), base_key), keys(suite) {
    EXPECT_TRUE(keys.add_epoch(epoch, base_key, {&alice, 1}));
  }
  Buffer seal(Codec codec, bool key_frame, Bytes plaintext) {
    return seal_frame(sender, codec, key_frame, plaintext).value();
  }
  std::optional<Errc> open(Codec codec, Bytes frame) {
    const auto opened = open_frame(keys, codec, frame);
    if (opened) return std::nullopt;
    return opened.error().code;
  }

  SenderContext sender;
  KeyRing keys;
};

TEST(MediaFrame, RoundTripsEveryCodecAndStream) {
  SeededRandom random(31);
  const std::pair<Stream, Codec> streams[] = {
      {Stream::microphone, Codec::opus},   {Stream::camera_low, Codec::vp8},
      {Stream::camera_middle, Codec::vp9}, {Stream::camera_high, Codec::av1},
      {Stream::screen, Codec::h264},       {Stream::screen_audio, Codec::opus}};
  for (const auto& [stream, codec] : streams) {
    Call call(stream);
    for (size_t i = 0; i < 200; ++i) {
      Buffer plaintext(i * i % 5000);
      random.fill(plaintext);
      const bool key_frame = i % 3 == 0;
      const Buffer frame = call.seal(codec, key_frame, plaintext);
      const auto opened = open_frame(call.keys, codec, frame);
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->plaintext, plaintext);
      EXPECT_EQ(opened->sender, alice.sender);
      EXPECT_EQ(opened->stream, stream);
      if (codec == Codec::vp8 || codec == Codec::av1 || codec == Codec::h264) {
        EXPECT_EQ(opened->key_frame, key_frame);
      }
    }
  }
}

// AAD as protocol.md lays it out, spelled out once.
TEST(MediaFrame, AuthenticatesVersionSourceCodecAndShim) {
  Call call(Stream::screen);
  const Buffer plaintext = {1, 2, 3};
  const Buffer frame = call.seal(Codec::vp8, false, plaintext);
  ReceiverContext receiver(suite, make_kid(Stream::screen, alice.leaf, epoch),
                           extract_secret(suite, base_key));
  Buffer out(frame.size());
  const Buffer metadata = {1, 2, 1, 0x11};  // version, source, codec, shim
  const auto opened = receiver.open(Bytes(frame).subspan(1), metadata, out);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(equal(*opened, plaintext));
}

TEST(MediaFrame, RefusesEveryFlippedBit) {
  for (const Codec codec : {Codec::vp8, Codec::vp9, Codec::av1, Codec::h264}) {
    for (const bool key_frame : {false, true}) {
      Call call(Stream::camera_low);
      const Buffer frame = call.seal(codec, key_frame, Buffer(30, 0));
      for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
        Buffer tampered = frame;
        tampered[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        EXPECT_NE(call.open(codec, tampered), std::nullopt) << bit;
      }
      EXPECT_EQ(call.open(codec, frame), std::nullopt);
    }
  }
}

TEST(MediaFrame, KeyFramesCannotBePassedOffAsDeltaFramesOrTheReverse) {
  for (const Codec codec : {Codec::vp8, Codec::av1, Codec::h264}) {
    Call call(Stream::camera_low);
    for (const bool key_frame : {false, true}) {
      const Buffer frame = call.seal(codec, key_frame, Buffer(30, 5));
      Buffer scratch(frame.size());
      const auto unwrapped = unwrap(codec, frame, scratch);
      ASSERT_TRUE(unwrapped);
      const Bytes sealed = unwrapped->sealed;
      Buffer forged(max_wrapped_size(codec, sealed.size()));
      const auto used = wrap(codec, Shim(codec, !key_frame, sealed.size()), {&sealed, 1}, forged);
      ASSERT_TRUE(used);
      EXPECT_EQ(call.open(codec, *used), Errc::unauthenticated);
    }
  }
}

TEST(MediaFrame, AFrameOfOneCodecDoesNotOpenAsAnother) {
  Call call(Stream::camera_low);
  const Buffer frame = call.seal(Codec::vp9, true, Buffer(30, 5));
  Buffer as_vp8 = {0x11};
  as_vp8.insert(as_vp8.end(), frame.begin(), frame.end());
  EXPECT_EQ(call.open(Codec::vp8, as_vp8), Errc::unauthenticated);
  EXPECT_EQ(call.open(Codec::opus, frame), Errc::malformed);
}

TEST(MediaFrame, ClearFramesAreRefused) {
  Call call(Stream::microphone);
  SeededRandom random(6);
  for (int i = 0; i < 10'000; ++i) {
    Buffer clear(random.u32() % 200);
    random.fill(clear);
    EXPECT_NE(call.open(Codec::opus, clear), std::nullopt);
    EXPECT_NE(call.open(Codec::vp9, clear), std::nullopt);
    EXPECT_NE(call.open(Codec::vp8, clear), std::nullopt);
  }
}

TEST(MediaFrame, StreamNumbersWithoutMeaningAreUnknownKeys) {
  KeyRing keys(suite);
  ASSERT_TRUE(keys.add_epoch(epoch, base_key, {&alice, 1}));
  for (uint8_t number = stream_count; number < 20; ++number) {
    SenderContext sender(suite, make_kid(Stream{number}, alice.leaf, epoch), base_key);
    EXPECT_EQ(seal_frame(sender, Codec::vp9, true, {}).error().code, Errc::unknown_key);
    Buffer frame(sender.sealed_size(0));
    ASSERT_TRUE(sender.seal({}, {}, frame));
    EXPECT_EQ(open_frame(keys, Codec::vp9, frame).error().code, Errc::unknown_key);
  }
}

TEST(MediaFrame, AudioCodecsAreForSoundOnly) {
  Call microphone(Stream::microphone), camera(Stream::camera_low);
  EXPECT_EQ(seal_frame(microphone.sender, Codec::vp8, true, {}).error().code, Errc::malformed);
  EXPECT_EQ(seal_frame(camera.sender, Codec::opus, true, {}).error().code, Errc::malformed);
}

TEST(MediaFrame, FramesTooLargeToSendAreRefused) {
  Call call(Stream::camera_low);
  EXPECT_EQ(plan_seal_frame(call.sender, Codec::vp8, true, limits::max_frame).error().code,
            Errc::too_large);
  EXPECT_EQ(plan_seal_frame(call.sender, Codec::vp8, true, SIZE_MAX).error().code, Errc::too_large);
}

}  // namespace
}  // namespace vicino::sframe
