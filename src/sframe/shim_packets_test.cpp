// Sealed frames through the payload formats: what the SFU sees of them, and that they come out of
// a depacketiser as they went in.
#include <gtest/gtest.h>

#include "base/random.h"
#include "rtc/payload.h"
#include "sframe/media_frame.h"

namespace vicino::sframe {
namespace {

constexpr Suite suite = Suite::aes_128_gcm_sha256_128;
constexpr SenderId alice{0x7777777777777777};
const Buffer base_key(32, 3);

struct Case {
  Codec codec;
  rtc::Codec on_wire;
};
constexpr Case video[] = {{Codec::vp8, rtc::Codec::vp8},
                          {Codec::vp9, rtc::Codec::vp9},
                          {Codec::av1, rtc::Codec::av1},
                          {Codec::h264, rtc::Codec::h264}};

TEST(ShimPackets, NumbersOfTheCodecsAgree) {
  for (const Case& c : video) EXPECT_EQ(static_cast<int>(c.codec), static_cast<int>(c.on_wire));
  EXPECT_EQ(static_cast<int>(Codec::opus), static_cast<int>(rtc::Codec::opus));
}

TEST(ShimPackets, ForwardersSeeKeyFramesAndReceiversGetTheSealedFrameBack) {
  SeededRandom random(41);
  for (const Case& c : video) {
    SenderContext sender(suite, make_kid(Stream::camera_low, 2, 9), base_key);
    KeyRing keys(suite);
    ASSERT_TRUE(keys.add_epoch(9, base_key, std::array{EpochMember{2, alice}}));
    rtc::Packetizer packetizer(c.on_wire, 200, 0);
    rtc::FrameAssembler assembler(c.on_wire);
    uint16_t sequence = 65'000;
    for (uint32_t i = 0; i < 100; ++i) {
      const bool key_frame = i % 10 == 0;
      Buffer plaintext(random.u32() % 3000);
      random.fill(plaintext);
      const Buffer frame = seal_frame(sender, c.codec, key_frame, plaintext).value();
      bool seen_as_key_frame = false, first = true;
      const Status status = packetizer.packetize(frame, key_frame, [&](Bytes payload, bool last) {
        const auto info = rtc::describe(c.on_wire, payload, {});
        ASSERT_TRUE(info);
        EXPECT_TRUE(!std::exchange(first, false) || info->begins_frame);
        seen_as_key_frame |= info->key_frame;
        assembler.add(sequence++, i * 3000, last, payload, {});
      });
      ASSERT_TRUE(status);
      EXPECT_EQ(seen_as_key_frame, key_frame) << static_cast<int>(c.codec);
      const auto assembled = assembler.take();
      ASSERT_TRUE(assembled);
      EXPECT_EQ(assembled->data, frame);
      const auto opened = open_frame(keys, c.codec, assembled->data);
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->plaintext, plaintext);
    }
  }
}

}  // namespace
}  // namespace vicino::sframe
