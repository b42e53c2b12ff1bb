#include "rtc/rtp.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/hex_fixture.h"

namespace vicino::rtc {
namespace {

TEST(Classify, FollowsRfc7983AndRfc5761) {
  EXPECT_EQ(classify(hex("0001")), DatagramKind::stun);
  EXPECT_EQ(classify(hex("16fefd")), DatagramKind::dtls);
  EXPECT_EQ(classify(hex("8060")), DatagramKind::rtp);
  EXPECT_EQ(classify(hex("80e0")), DatagramKind::rtp) << "payload type 96 with marker";
  EXPECT_EQ(classify(hex("80c8")), DatagramKind::rtcp);
  EXPECT_EQ(classify(hex("8fce")), DatagramKind::rtcp);
  EXPECT_EQ(classify(hex("40")), DatagramKind::unknown);
  EXPECT_EQ(classify(hex("80")), DatagramKind::unknown);
  EXPECT_EQ(classify({}), DatagramKind::unknown);
}

TEST(RtpPacket, ReadsFixedFieldsCsrcsExtensionsAndPadding) {
  // Two CSRCs, one-byte extensions 1 = aabb, 3 = cc behind a padding byte, payload 0102, two bytes
  // of padding.
  Buffer bytes =
      hex("b2e01234"
          "01020304"
          "0a0b0c0d"
          "11111111"
          "22222222"
          "bede0002"
          "11aabb00"
          "30cc0000"
          "0102"
          "0002");
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker());
  EXPECT_EQ(packet->payload_type(), 96);
  EXPECT_EQ(packet->sequence(), 0x1234);
  EXPECT_EQ(packet->timestamp(), 0x01020304u);
  EXPECT_EQ(packet->ssrc(), 0x0a0b0c0du);
  EXPECT_EQ(packet->header().size(), 32u);
  EXPECT_EQ(to_hex(packet->payload()), "0102");
  EXPECT_EQ(packet->padding(), 2u);
  EXPECT_EQ(to_hex(packet->extension(1).value()), "aabb");
  EXPECT_EQ(to_hex(packet->extension(3).value()), "cc");
  EXPECT_FALSE(packet->extension(2));
  EXPECT_FALSE(packet->extension(0));
}

TEST(RtpPacket, StopsAtId15OfTheOneByteForm) {
  Buffer bytes =
      hex("906012340102030400000001"
          "bede0002"
          "10aaf0bb"
          "20cc0000");
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->extension(1));
  EXPECT_FALSE(packet->extension(2)) << "behind the stop";
  EXPECT_FALSE(packet->extension(15));
}

TEST(RtpPacket, ReadsTheTwoByteForm) {
  // 16: empty, padding, 200: three bytes; the profile's low bits are free.
  Buffer bytes =
      hex("906012340102030400000001"
          "10070002"
          "100000c8"
          "03010203");
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  ASSERT_TRUE(packet->extension(16));
  EXPECT_TRUE(packet->extension(16)->empty());
  EXPECT_EQ(to_hex(packet->extension(200).value()), "010203");
}

TEST(RtpPacket, IgnoresAnElementThatRunsOverItsBlock) {
  Buffer bytes =
      hex("906012340102030400000001"
          "bede0001"
          "10aa2fbb"
          "ff");
  const auto packet = RtpPacket::parse(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->extension(1));
  EXPECT_FALSE(packet->extension(2));
}

TEST(RtpPacket, RefusesBrokenLengths) {
  const auto error = [](std::string_view text) {
    Buffer bytes = hex(text);
    const auto packet = RtpPacket::parse(bytes);
    return packet ? std::nullopt : std::optional(packet.error().code);
  };
  EXPECT_EQ(error("8060123401020304000000"), Errc::truncated);
  EXPECT_EQ(error("406012340102030400000001"), Errc::malformed) << "version 1";
  EXPECT_EQ(error("816012340102030400000001"), Errc::truncated) << "CSRC missing";
  EXPECT_EQ(error("906012340102030400000001"), Errc::truncated) << "extension header missing";
  EXPECT_EQ(error("906012340102030400000001bede0001"), Errc::truncated);
  EXPECT_EQ(error("a06012340102030400000001"), Errc::malformed) << "padding without payload";
  EXPECT_EQ(error("a06012340102030400000001aa00"), Errc::malformed) << "padding of nothing";
  EXPECT_EQ(error("a06012340102030400000001aa03"), Errc::malformed) << "padding beyond the payload";
  EXPECT_EQ(error("a06012340102030400000001aa02"), std::nullopt) << "padding only";
}

TEST(WriteRtpHeader, RoundTripsInBothForms) {
  const Buffer value = hex("0102030405060708090a0b0c0d0e0f1011");
  for (const uint8_t id : {uint8_t{1}, uint8_t{14}, uint8_t{15}, uint8_t{255}}) {
    for (const size_t size : {size_t{1}, size_t{16}, size_t{17}}) {
      std::array<uint8_t, 128> memory;
      const std::array<RtpExtension, 3> extensions = {RtpExtension{id, Bytes(value).first(size)},
                                                      RtpExtension{0, value}, RtpExtension{7, {}}};
      const auto header = write_rtp_header(
          memory, {.marker = true, .payload_type = 111, .sequence = 9, .timestamp = 8, .ssrc = 7},
          extensions);
      ASSERT_TRUE(header);
      EXPECT_EQ(load16(&(*header)[12]), id < 15 && size <= 16 ? 0xbede : 0x1000);
      const auto packet = RtpPacket::parse(*header);
      ASSERT_TRUE(packet);
      EXPECT_TRUE(packet->payload().empty());
      EXPECT_TRUE(packet->marker());
      EXPECT_EQ(packet->payload_type(), 111);
      EXPECT_EQ(packet->sequence(), 9);
      EXPECT_EQ(packet->timestamp(), 8u);
      EXPECT_EQ(packet->ssrc(), 7u);
      ASSERT_TRUE(packet->extension(id));
      EXPECT_TRUE(equal(*packet->extension(id), Bytes(value).first(size)));
      EXPECT_FALSE(packet->extension(7));
    }
  }
}

TEST(WriteRtpHeader, SaysWhenThereIsNoRoom) {
  std::array<uint8_t, 19> memory;
  const Buffer value(256);
  const std::array<RtpExtension, 1> one = {RtpExtension{1, Bytes(value).first(4)}};
  EXPECT_EQ(write_rtp_header(memory, {}, one).error().code, Errc::too_large);
  const std::array<RtpExtension, 1> huge = {RtpExtension{1, value}};
  EXPECT_EQ(write_rtp_header(memory, {}, huge).error().code, Errc::too_large);
  EXPECT_EQ(write_rtp_header(memory, {}, {}).value().size(), 12u) << "no extension block at all";
}

TEST(RtpExtensions, AudioLevelAndAbsoluteSendTime) {
  EXPECT_FALSE(read_audio_level({}));
  const auto level = read_audio_level(hex("9f"));
  EXPECT_TRUE(level->voice);
  EXPECT_EQ(level->level, 31);
  EXPECT_EQ(abs_send_time(0), 0u);
  EXPECT_EQ(abs_send_time(1'500'000), 0x60000u);
  EXPECT_EQ(abs_send_time(65'000'000), 0x40000u) << "wraps after 64 s";
  EXPECT_EQ(abs_send_time(-1'000'000), 63u << 18);
}

TEST(SequenceNumbers, CompareModulo) {
  EXPECT_TRUE(sequence_newer(0, 0xffff));
  EXPECT_FALSE(sequence_newer(0xffff, 0));
  EXPECT_FALSE(sequence_newer(5, 5));
}

TEST(SequenceUnwrapper, FollowsTheNewestAcrossWrapsAndReordering) {
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(0xfffe), 0xfffe);
  EXPECT_EQ(unwrapper.unwrap(1), 0x10001);
  EXPECT_EQ(unwrapper.unwrap(0xffff), 0xffff);
  EXPECT_EQ(unwrapper.unwrap(0x7000), 0x17000);
  EXPECT_EQ(unwrapper.unwrap(0xe000), 0x1e000);
  EXPECT_EQ(unwrapper.unwrap(0x6100), 0x16100) << "old";
  EXPECT_EQ(unwrapper.unwrap(0xe200), 0x1e200) << "counted from the newest, not from the last";
  EXPECT_EQ(unwrapper.unwrap(2), 0x20002);
}

TEST(RtpPacket, SurvivesMutatedAndCutInput) {
  SeededRandom random(1);
  const Buffer valid =
      hex("b2e01234010203040a0b0c0d1111111122222222bede000211aabb0030cc000001020002");
  for (int round = 0; round < 20'000; ++round) {
    Buffer bytes(valid.begin(),
                 valid.begin() + static_cast<std::ptrdiff_t>(random.next() % (valid.size() + 1)));
    for (int flips = 0; flips < 3 && !bytes.empty(); ++flips) {
      bytes[random.next() % bytes.size()] = static_cast<uint8_t>(random.next());
    }
    const auto packet = RtpPacket::parse(bytes);
    if (!packet) continue;
    EXPECT_EQ(packet->header().size() + packet->payload().size() + packet->padding(), bytes.size());
    for (int id = 0; id < 256; ++id) {
      const auto value = packet->extension(static_cast<uint8_t>(id));
      if (value && !value->empty()) {
        EXPECT_GE(value->data(), bytes.data());
        EXPECT_LE(value->data() + value->size(), packet->header().data() + packet->header().size());
      }
    }
  }
}

}  // namespace
}  // namespace vicino::rtc
