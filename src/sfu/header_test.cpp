#include "sfu/header.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::sfu {
namespace {

rtc::MediaSection section(rtc::ExtensionIds ids) {
  rtc::MediaSection s;
  s.mid = "v1";
  s.extensions = ids;
  s.transport_cc = true;
  s.ssrc = 5;
  return s;
}

// Whatever was written before, a header says what a fresh writer would say.
TEST(HeaderWriter, ATemplateChangesNothing) {
  const rtc::ExtensionIds one_byte{.mid = 1,
                                   .audio_level = 4,
                                   .transport_cc = 5,
                                   .abs_send_time = 6,
                                   .dependency_descriptor = 7};
  const rtc::ExtensionIds two_byte{.mid = 1,
                                   .audio_level = 40,
                                   .transport_cc = 50,
                                   .abs_send_time = 6,
                                   .dependency_descriptor = 70};
  const rtc::ExtensionIds nearly_none{.abs_send_time = 3};
  const rtc::ExtensionIds colliding{.mid = 1,
                                    .audio_level = 1,
                                    .transport_cc = 1,
                                    .abs_send_time = 1,
                                    .dependency_descriptor = 1};
  SeededRandom random(4);
  for (const auto& ids : {one_byte, two_byte, nearly_none, rtc::ExtensionIds{}, colliding}) {
    const rtc::MediaSection s = section(ids);
    HeaderWriter kept;
    for (int i = 0; i < 2000; ++i) {
      constexpr std::array<size_t, 6> sizes = {0, 0, 3, 3, 12, 120};
      Buffer level(random.u32() % 4 == 0 ? 0 : 1), descriptor(sizes[random.u32() % sizes.size()]);
      random.fill(level);
      random.fill(descriptor);
      HeaderWriter::Values values;
      values.fields = {random.u32() % 2 == 0, static_cast<uint8_t>(random.u32() % 128),
                       static_cast<uint16_t>(random.u32()), random.u32(), random.u32()};
      values.padded = random.u32() % 3 == 0;
      values.with_mid = random.u32() % 4 == 0;
      values.sent_at = random.u32() & 0xffffff;
      values.transport_sequence = static_cast<uint16_t>(random.u32());
      values.audio_level = level;
      values.dependency_descriptor = descriptor;
      std::array<uint8_t, HeaderWriter::max_size> a{}, b{};
      HeaderWriter fresh;
      const auto expected = fresh.write(s, values, a);
      const auto got = kept.write(s, values, b);
      ASSERT_TRUE(expected && got);
      ASSERT_TRUE(equal(*expected, *got)) << i;
    }
  }
}

TEST(HeaderWriter, TooLittleMemoryIsSaid) {
  const rtc::MediaSection s = section({.mid = 1, .transport_cc = 5});
  HeaderWriter writer;
  std::array<uint8_t, HeaderWriter::max_size> memory;
  for (int i = 0; i < 2; ++i) {  // with a template and without
    EXPECT_FALSE(writer.write(s, {}, MutBytes(memory).first(15)));
    EXPECT_TRUE(writer.write(s, {}, memory));
  }
}

}  // namespace
}  // namespace vicino::sfu
