#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "rtc/hex_fixture.h"
#include "rtc/payload.h"

namespace vicino::rtc {
namespace {

PictureInfo info_of(Codec codec, Bytes payload) {
  return describe(codec, payload, {}).value();
}

struct Cut {
  std::vector<Buffer> payloads;
  std::vector<bool> last;
};
Cut cut(Codec codec, Bytes frame, bool key, size_t max_payload = 40) {
  Packetizer packetizer(codec, max_payload, 0x7fff);
  Cut result;
  EXPECT_TRUE(packetizer.packetize(frame, key, [&](Bytes payload, bool last) {
    EXPECT_LE(payload.size(), max_payload);
    result.payloads.emplace_back(payload.begin(), payload.end());
    result.last.push_back(last);
  }));
  return result;
}

TEST(Packetizer, Vp8WritesStartBitAndRunningPictureId) {
  const Buffer frame =
      hex("100000"
          "9d012a08000800"
          "01020304050607080910111213141516171819202122232425262728");
  const auto packets = cut(Codec::vp8, frame, true, 36);
  ASSERT_EQ(packets.payloads.size(), 2u);
  EXPECT_EQ(to_hex(packets.payloads[0]).substr(0, 14),
            "9080ffff"
            "100000");
  EXPECT_EQ(to_hex(packets.payloads[1]).substr(0, 8), "8080ffff");
  EXPECT_EQ(packets.last, (std::vector<bool>{false, true}));
  EXPECT_TRUE(info_of(Codec::vp8, packets.payloads[0]).key_frame);

  Packetizer packetizer(Codec::vp8, 1200, 0x7fff);
  std::vector<uint16_t> ids;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(packetizer.packetize(hex("11"), false, [&](Bytes payload, bool) {
      ids.push_back(*describe(Codec::vp8, payload, {})->picture_id);
    }));
  }
  EXPECT_EQ(ids, (std::vector<uint16_t>{0x7fff, 0, 1}));
}

TEST(Packetizer, Vp9SaysKeyOrDeltaAsItIsTold) {
  const Buffer frame(80, 0xee);
  for (const bool key : {true, false}) {
    const auto packets = cut(Codec::vp9, frame, key);
    ASSERT_EQ(packets.payloads.size(), 3u);
    EXPECT_EQ(packets.payloads[0][0], key ? 0xb8 : 0xf8);
    const auto first = info_of(Codec::vp9, packets.payloads[0]);
    EXPECT_EQ(first.key_frame, key);
    EXPECT_TRUE(first.begins_frame);
    EXPECT_FALSE(first.ends_frame);
    EXPECT_EQ(first.picture_id, 0x7fff);
    EXPECT_TRUE(info_of(Codec::vp9, packets.payloads[2]).ends_frame);
  }
}

TEST(Packetizer, Av1RemovesSizeFieldsAndTemporalDelimiters) {
  const auto packets = cut(Codec::av1,
                           hex("1200"
                               "0a0a0000000cc4ff67006802"
                               "3203aabbcc"),
                           true);
  ASSERT_EQ(packets.payloads.size(), 1u);
  EXPECT_EQ(to_hex(packets.payloads[0]),
            "08"
            "0b08"
            "0000000cc4ff67006802"
            "04"
            "30aabbcc");
  const auto delta = cut(Codec::av1, hex("3201aa"), false);
  EXPECT_EQ(to_hex(delta.payloads[0]),
            "00"
            "0230aa");
}

TEST(Packetizer, Av1MarksContinuationOnBothSides) {
  Buffer frame = hex("3264");
  frame.resize(2 + 100, 0x55);
  const auto packets = cut(Codec::av1, frame, true);
  ASSERT_EQ(packets.payloads.size(), 3u);
  EXPECT_EQ(packets.payloads[0][0], 0x48);
  EXPECT_EQ(packets.payloads[1][0], 0xc0);
  EXPECT_EQ(packets.payloads[2][0], 0x80);
  EXPECT_EQ(packets.last, (std::vector<bool>{false, false, true}));
}

TEST(Packetizer, H264CutsLongUnits) {
  Buffer frame =
      hex("00000001"
          "6742"
          "00000001"
          "68ce"
          "00000001"
          "65");
  frame.resize(frame.size() + 60, 0x88);
  const auto packets = cut(Codec::h264, frame, true);
  ASSERT_EQ(packets.payloads.size(), 4u);
  EXPECT_EQ(to_hex(packets.payloads[0]), "6742");
  EXPECT_EQ(to_hex(packets.payloads[1]), "68ce");
  EXPECT_EQ(to_hex(packets.payloads[2]).substr(0, 6), "7c8588");
  EXPECT_EQ(to_hex(packets.payloads[3]).substr(0, 6), "7c4588");
  EXPECT_EQ(packets.last, (std::vector<bool>{false, false, false, true}));
}

TEST(Packetizer, RefusesWhatItCannotSend) {
  const auto error = [](Codec codec, Bytes frame) {
    Packetizer packetizer(codec, 40, 0);
    const auto status = packetizer.packetize(frame, true, [](Bytes, bool) { ADD_FAILURE(); });
    return status ? std::nullopt : std::optional(status.error().code);
  };
  EXPECT_EQ(error(Codec::vp8, {}), Errc::malformed);
  EXPECT_EQ(error(Codec::vp8, Buffer(limits::max_frame + 1)), Errc::too_large);
  EXPECT_EQ(error(Codec::opus, Buffer(41)), Errc::too_large);
  EXPECT_EQ(error(Codec::av1, hex("30aa")), Errc::malformed) << "no size field";
  EXPECT_EQ(error(Codec::av1, hex("3205aa")), Errc::truncated);
  EXPECT_EQ(error(Codec::av1, hex("1200")), Errc::malformed) << "nothing but a delimiter";
  EXPECT_EQ(error(Codec::av1, hex("32ffffffffffff01")), Errc::malformed);
  EXPECT_EQ(error(Codec::h264, hex("6742")), Errc::malformed) << "no start code";
  EXPECT_EQ(error(Codec::h264, hex("ff00000167")), Errc::malformed);
  EXPECT_EQ(error(Codec::h264, hex("00000001")), Errc::malformed);
  EXPECT_EQ(error(Codec::h264, hex("0000000178aa")), Errc::malformed) << "would read as STAP-A";
}

}  // namespace
}  // namespace vicino::rtc
