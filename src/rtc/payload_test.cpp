#include "rtc/payload.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/hex_fixture.h"

namespace vicino::rtc {
namespace {

PictureInfo info_of(Codec codec, std::string_view text, std::string_view dependency = "") {
  const auto info = describe(codec, hex(text), hex(dependency));
  EXPECT_TRUE(info) << text;
  return info.value_or(PictureInfo{});
}
Errc error_of(Codec codec, std::string_view text) {
  const auto info = describe(codec, hex(text), {});
  EXPECT_FALSE(info) << text;
  return info ? Errc::bad_state : info.error().code;
}

TEST(Vp8Descriptor, ReadsChromiumsFullForm) {
  const auto key = info_of(Codec::vp8,
                           "90f092340760"
                           "100000");
  EXPECT_TRUE(key.key_frame);
  EXPECT_TRUE(key.begins_frame);
  EXPECT_EQ(key.picture_id, 0x1234);
  EXPECT_TRUE(key.picture_id_15_bits);
  EXPECT_EQ(key.tl0_picture_index, 7);
  EXPECT_EQ(key.temporal_layer, 1);
  const auto delta = info_of(Codec::vp8,
                             "90e092350780"
                             "11");
  EXPECT_FALSE(delta.key_frame);
  EXPECT_TRUE(delta.begins_frame);
  EXPECT_EQ(delta.temporal_layer, 2);
}

TEST(Vp8Descriptor, ReadsShorterForms) {
  const auto bare = info_of(Codec::vp8,
                            "10"
                            "10");
  EXPECT_TRUE(bare.key_frame);
  EXPECT_FALSE(bare.picture_id);
  const auto short_id = info_of(Codec::vp8,
                                "80"
                                "80"
                                "7f"
                                "10");
  EXPECT_EQ(short_id.picture_id, 0x7f);
  EXPECT_FALSE(short_id.picture_id_15_bits);
  EXPECT_FALSE(short_id.begins_frame) << "no S bit";
  EXPECT_FALSE(short_id.key_frame);
  EXPECT_FALSE(info_of(Codec::vp8,
                       "11"
                       "10")
                   .begins_frame)
      << "second partition";
  EXPECT_EQ(info_of(Codec::vp8,
                    "90"
                    "10"
                    "e0"
                    "10")
                .temporal_layer,
            0)
      << "K without T";
}

TEST(Vp8Descriptor, NeedsEveryByteItAnnouncesAndContent) {
  for (const std::string_view text : {"", "90", "9080", "908092", "90809234", "90f0923407", "10"}) {
    EXPECT_EQ(error_of(Codec::vp8, text), Errc::truncated);
  }
}

TEST(Vp9Descriptor, ReadsChromiumsFlexibleMode) {
  // Key frame with scalability structure: one layer 640x480, a group of one picture.
  const auto key = info_of(Codec::vp9,
                           "ba"
                           "9234"
                           "00"
                           "18"
                           "0280"
                           "01e0"
                           "01"
                           "04"
                           "01"
                           "ff");
  EXPECT_TRUE(key.key_frame);
  EXPECT_TRUE(key.begins_frame);
  EXPECT_FALSE(key.ends_frame);
  EXPECT_EQ(key.picture_id, 0x1234);
  EXPECT_FALSE(key.tl0_picture_index);
  // Delta frame of temporal layer 1, spatial layer 2, two references, last packet.
  const auto delta = info_of(Codec::vp9,
                             "f4"
                             "9235"
                             "24"
                             "0304"
                             "ff");
  EXPECT_FALSE(delta.key_frame);
  EXPECT_FALSE(delta.begins_frame);
  EXPECT_TRUE(delta.ends_frame);
  EXPECT_EQ(delta.temporal_layer, 1);
  EXPECT_EQ(delta.spatial_layer, 2);
}

TEST(Vp9Descriptor, ReadsNonFlexibleMode) {
  const auto info = info_of(Codec::vp9,
                            "ac"
                            "15"
                            "00"
                            "09"
                            "ff");
  EXPECT_TRUE(info.key_frame);
  EXPECT_EQ(info.picture_id, 0x15);
  EXPECT_FALSE(info.picture_id_15_bits);
  EXPECT_EQ(info.tl0_picture_index, 9);
}

TEST(Vp9Descriptor, AFramePredictedFromTheLayerBelowIsNoKeyFrame) {
  EXPECT_FALSE(info_of(Codec::vp9,
                       "bc"
                       "9234"
                       "03"
                       "ff")
                   .key_frame);
  EXPECT_TRUE(info_of(Codec::vp9,
                      "bc"
                      "9234"
                      "02"
                      "ff")
                  .key_frame)
      << "independent layer";
}

TEST(Vp9Descriptor, RefusesWhatEndsEarlyOrHasFourReferences) {
  EXPECT_EQ(error_of(Codec::vp9,
                     "f8"
                     "9234"
                     "00"
                     "03030302"
                     "ff"),
            Errc::malformed);
  const Buffer key =
      hex("ba923400"
          "38"
          "0280"
          "01e0"
          "0280"
          "01e0"
          "02"
          "04"
          "01"
          "08"
          "0102"
          "ff");
  EXPECT_TRUE(describe(Codec::vp9, key, {}));
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_EQ(describe(Codec::vp9, Bytes(key).first(size), {}).error().code, Errc::truncated)
        << size;
  }
}

TEST(Av1Descriptor, ReadsTheAggregationHeader) {
  const auto key = info_of(Codec::av1,
                           "0801"
                           "0a");
  EXPECT_TRUE(key.key_frame);
  EXPECT_TRUE(key.begins_frame);
  const auto continued = info_of(Codec::av1, "9032");
  EXPECT_FALSE(continued.key_frame);
  EXPECT_FALSE(continued.begins_frame);
  EXPECT_EQ(error_of(Codec::av1, "10"), Errc::truncated);
  EXPECT_EQ(error_of(Codec::av1, "8832"), Errc::malformed) << "a new sequence can't continue";
}

TEST(Av1Descriptor, TheDependencyDescriptorDecides) {
  const auto key = info_of(Codec::av1, "1032", "80000580");
  EXPECT_TRUE(key.key_frame);
  EXPECT_TRUE(key.begins_frame);
  EXPECT_FALSE(key.ends_frame);
  const auto last = info_of(Codec::av1, "1032", "410006");
  EXPECT_FALSE(last.begins_frame);
  EXPECT_TRUE(last.ends_frame);
  EXPECT_TRUE(info_of(Codec::av1, "1832", "4100").key_frame) << "too short: the header decides";
}

TEST(DependencyDescriptor, ReadsAndRewritesMandatoryFields) {
  Buffer value =
      hex("c51234"
          "80");
  const auto fields = read_dependency_fields(value);
  EXPECT_TRUE(fields->start_of_frame);
  EXPECT_TRUE(fields->end_of_frame);
  EXPECT_EQ(fields->template_id, 5);
  EXPECT_EQ(fields->frame_number, 0x1234);
  EXPECT_TRUE(fields->has_structure);
  rewrite_frame_number(value, 0xabcd);
  EXPECT_EQ(to_hex(value), "c5abcd80");
  EXPECT_FALSE(read_dependency_fields(hex("c512")));
  EXPECT_FALSE(read_dependency_fields(hex("c51234"))->has_structure);
}

TEST(H264Descriptor, SeesKeyFramesAndBeginnings) {
  EXPECT_TRUE(info_of(Codec::h264, "67424028").key_frame);
  EXPECT_TRUE(info_of(Codec::h264,
                      "18"
                      "0002"
                      "6742"
                      "0001"
                      "68")
                  .key_frame)
      << "STAP-A";
  EXPECT_TRUE(info_of(Codec::h264,
                      "18"
                      "0001"
                      "09"
                      "0002"
                      "6742")
                  .key_frame);
  EXPECT_TRUE(info_of(Codec::h264, "419a80").begins_frame);
  EXPECT_FALSE(info_of(Codec::h264, "419a80").key_frame);
  EXPECT_FALSE(info_of(Codec::h264, "411a80").begins_frame) << "not the first macroblock";
  EXPECT_TRUE(info_of(Codec::h264,
                      "7c85"
                      "88")
                  .begins_frame)
      << "FU-A, first fragment of an IDR";
  EXPECT_FALSE(info_of(Codec::h264,
                       "7c05"
                       "88")
                   .begins_frame);
  EXPECT_EQ(error_of(Codec::h264, ""), Errc::truncated);
  EXPECT_EQ(error_of(Codec::h264, "7c85"), Errc::truncated);
  EXPECT_EQ(error_of(Codec::h264, "18"), Errc::truncated);
  EXPECT_EQ(error_of(Codec::h264,
                     "18"
                     "0003"
                     "6742"),
            Errc::truncated);
  EXPECT_EQ(error_of(Codec::h264,
                     "18"
                     "0000"),
            Errc::malformed);
  EXPECT_EQ(error_of(Codec::h264, "00ff"), Errc::malformed);
  EXPECT_EQ(error_of(Codec::h264, "19ffff"), Errc::unsupported);
}

TEST(OpusDescriptor, EveryPacketStandsAlone) {
  const auto info = info_of(Codec::opus, "fc");
  EXPECT_TRUE(info.key_frame && info.begins_frame && info.ends_frame);
  EXPECT_EQ(error_of(Codec::opus, ""), Errc::truncated);
}

std::string rewritten(Codec codec, std::string_view text, uint16_t picture_id, uint8_t tl0) {
  Buffer payload = hex(text);
  rewrite_picture(codec, payload, info_of(codec, text), picture_id, tl0);
  return to_hex(payload);
}

TEST(RewritePicture, ChangesOnlyTheFieldsThatAreThere) {
  EXPECT_EQ(rewritten(Codec::vp8, "90f092340760100000", 0x7fff, 0xaa), "90f0ffffaa60100000");
  EXPECT_EQ(rewritten(Codec::vp8, "90807f10", 0x1285, 0xaa), "90800510") << "7 bits";
  EXPECT_EQ(rewritten(Codec::vp8, "9040aa10", 1, 0xbb), "9040bb10") << "TL0PICIDX alone";
  EXPECT_EQ(rewritten(Codec::vp8, "1010", 1, 2), "1010");
  EXPECT_EQ(rewritten(Codec::vp9, "f492352403040f", 0x1ff, 2), "f481ff2403040f")
      << "flexible: no TL0PICIDX";
  EXPECT_EQ(rewritten(Codec::vp9, "ac150009ff", 0x1ff, 0xaa), "ac7f00aaff");
  EXPECT_EQ(rewritten(Codec::vp9, "8c15ff", 0x1, 0xaa), "8c01ff");
  EXPECT_EQ(rewritten(Codec::vp9, "0cff", 0x1, 0xaa), "0cff");
  EXPECT_EQ(rewritten(Codec::av1, "0801320a", 1, 2), "0801320a");
}

TEST(Describe, SurvivesAnyInputAndRewritesWithinIt) {
  SeededRandom random(5);
  for (int round = 0; round < 100'000; ++round) {
    const auto codec = static_cast<Codec>(random.next() % 5);
    Buffer payload(random.next() % 24), dependency(random.next() % 6);
    random.fill(payload);
    random.fill(dependency);
    const auto info = describe(codec, payload, dependency);
    if (!info) continue;
    const uint16_t id = random.next() & 0x7fff;
    const auto tl0 = static_cast<uint8_t>(random.next());
    rewrite_picture(codec, payload, *info, id, tl0);
    const auto again = describe(codec, payload, dependency);
    ASSERT_TRUE(again);
    if (info->picture_id) {
      EXPECT_EQ(again->picture_id, info->picture_id_15_bits ? id : id & 0x7f);
    }
    if (info->tl0_picture_index) {
      EXPECT_EQ(again->tl0_picture_index, tl0);
    }
    EXPECT_EQ(again->key_frame, info->key_frame);
  }
}

}  // namespace
}  // namespace vicino::rtc
