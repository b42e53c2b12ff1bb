#include "rtc/rtcp.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/rtcp_fixture.h"

namespace vicino::rtc {
namespace {

// The items of a compound packet; an unreadable one fails the test.
std::vector<RtcpItem> read_all(Bytes compound) {
  std::vector<RtcpItem> items;
  RtcpReader reader(compound);
  while (true) {
    auto item = reader.next();
    EXPECT_TRUE(item) << item.error().where;
    if (!item || !*item) return items;
    items.push_back(std::move(**item));
  }
}

Buffer write(const std::vector<RtcpItem>& items) {
  std::array<uint8_t, 1500> memory;
  RtcpWriter writer(memory);
  for (const auto& item : items) EXPECT_TRUE(writer.add(item));
  return {writer.packet().begin(), writer.packet().end()};
}

template <class Item>
Item round_trip(const Item& item) {
  const auto items = read_all(write({item}));
  EXPECT_EQ(items.size(), 1u);
  return std::get<Item>(items.at(0));
}

TEST(Rtcp, ReadsACompoundPacketAsABrowserSendsIt) {
  // SR with one block, SDES with CNAME "ab", PLI.
  const Buffer bytes =
      hex("81c8000c"
          "00000001"
          "e6a1b2c3d4e5f607"
          "00010203"
          "00000064"
          "00002710"
          "00000002"
          "80fffffe"
          "0001abcd"
          "00000011"
          "b2c3d4e5"
          "00008000"
          "81ca0003"
          "00000001"
          "01026162"
          "00000000"
          "81ce0002"
          "00000001"
          "00000002");
  const auto items = read_all(bytes);
  ASSERT_EQ(items.size(), 3u);
  const auto& sr = std::get<SenderReport>(items[0]);
  EXPECT_EQ(sr.ssrc, 1u);
  EXPECT_EQ(sr.ntp, 0xe6a1b2c3d4e5f607u);
  EXPECT_EQ(sr.rtp_timestamp, 0x10203u);
  EXPECT_EQ(sr.packets, 100u);
  EXPECT_EQ(sr.bytes, 10000u);
  ASSERT_EQ(sr.blocks.size(), 1u);
  EXPECT_EQ(sr.blocks[0].ssrc, 2u);
  EXPECT_EQ(sr.blocks[0].fraction_lost, 128);
  EXPECT_EQ(sr.blocks[0].cumulative_lost, -2) << "24 bits, signed";
  EXPECT_EQ(sr.blocks[0].highest_sequence, 0x1abcdu);
  EXPECT_EQ(sr.blocks[0].jitter, 17u);
  EXPECT_EQ(sr.blocks[0].last_sr, 0xb2c3d4e5u);
  EXPECT_EQ(sr.blocks[0].delay_since_last_sr, 0x8000u);
  EXPECT_EQ(std::get<SourceDescription>(items[1]).cname, "ab");
  EXPECT_EQ(std::get<PictureLossIndication>(items[2]).media_ssrc, 2u);
  EXPECT_EQ(to_hex(write(items)), to_hex(bytes)) << "writing gives the same bytes";
}

TEST(Rtcp, RoundTripsReceiverReportByeAndFir) {
  const ReportBlock block{1, 2, -3, 4, 5, 6, 7};
  const auto rr = round_trip(ReceiverReport{9, {block, block}});
  EXPECT_EQ(rr.ssrc, 9u);
  ASSERT_EQ(rr.blocks.size(), 2u);
  EXPECT_EQ(rr.blocks[1].cumulative_lost, -3);
  EXPECT_EQ(rr.blocks[1].delay_since_last_sr, 7u);
  EXPECT_EQ(round_trip(Bye{{1, 2, 3}}).ssrcs, (std::vector<uint32_t>{1, 2, 3}));
  const auto fir = round_trip(FullIntraRequest{1, {{2, 3}, {4, 5}}});
  EXPECT_EQ(fir.sender_ssrc, 1u);
  ASSERT_EQ(fir.entries.size(), 2u);
  EXPECT_EQ(fir.entries[1].ssrc, 4u);
  EXPECT_EQ(fir.entries[1].sequence, 5);
  for (const std::string cname : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(round_trip(SourceDescription{1, cname}).cname, cname);
  }
}

TEST(Rtcp, PacksAndUnpacksNacks) {
  const Nack nack{1, 2, {0xfffe, 0xffff, 0, 14, 15, 1000}};
  const Buffer bytes = write({nack});
  // 14 is 16 after 0xfffe and fits its mask, 15 does not.
  EXPECT_EQ(to_hex(bytes),
            "81cd0005"
            "00000001"
            "00000002"
            "fffe8003"
            "000f0000"
            "03e80000");
  EXPECT_EQ(round_trip(nack).sequences, nack.sequences);
}

TEST(Rtcp, BoundsWhatANackCanNameAndPassesOverTheRest) {
  Buffer bytes =
      hex("81cd0000"
          "00000001"
          "00000002");
  for (int i = 0; i < 300; ++i) bytes.insert(bytes.end(), {0x10, 0x00, 0xff, 0xff});
  store16(&bytes[2], static_cast<uint16_t>(bytes.size() / 4 - 1));
  const auto items = read_all(bytes);
  EXPECT_EQ(std::get<Nack>(items.at(0)).sequences.size(), max_nack_sequences);
}

TEST(Rtcp, ReadsAFullNackTheSameHoweverItsEntriesAreGrouped) {
  Buffer bytes =
      hex("81cd0000"
          "00000001"
          "00000002");
  const auto entry = [&](uint16_t first, uint16_t mask) {
    bytes.resize(bytes.size() + 4);
    store16(&bytes[bytes.size() - 4], first);
    store16(&bytes[bytes.size() - 2], mask);
  };
  for (uint16_t i = 0; i < 62; ++i) entry(static_cast<uint16_t>(100 * i), 0xffff);
  for (uint16_t i = 0; i < 17; ++i) entry(static_cast<uint16_t>(10'000 + 100 * i), 0);
  entry(11'610, 0xffff);  // 11600 and part of this one are written as one entry
  store16(&bytes[2], static_cast<uint16_t>(bytes.size() / 4 - 1));
  const Nack nack = std::get<Nack>(read_all(bytes).at(0));
  EXPECT_LE(nack.sequences.size(), max_nack_sequences);
  EXPECT_EQ(round_trip(nack).sequences, nack.sequences);
}

TEST(Rtcp, PassesOverUnknownTypesAndFormats) {
  const Buffer bytes =
      hex("80cc0001"
          "aaaaaaaa"  // APP
          "8fce0002"
          "00000001"
          "00000002"  // PSFB format 15
          "82cd0002"
          "00000001"
          "00000002"  // RTPFB format 2
          "80ca0000"  // SDES without chunks
          "81ca0002"
          "00000001"
          "00000000"  // SDES without CNAME
          "81ce0002"
          "00000001"
          "00000002");
  const auto items = read_all(bytes);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<PictureLossIndication>(items[0]));
}

TEST(Rtcp, StripsPadding) {
  const Buffer bytes =
      hex("a1ce0003"
          "00000001"
          "00000002"
          "00000004");
  EXPECT_EQ(read_all(bytes).size(), 1u);
  EXPECT_EQ(first_error("a1ce0000"), Errc::malformed);
  EXPECT_EQ(first_error("a1ce0002"
                        "00000001"
                        "00000000"),
            Errc::malformed)
      << "padding of nothing";
  EXPECT_EQ(first_error("a1ce0002"
                        "00000001"
                        "00000009"),
            Errc::malformed)
      << "beyond the packet";
  EXPECT_EQ(first_error("a1ce0002"
                        "00000001"
                        "00000004"),
            Errc::truncated)
      << "padding eats the item";
}

TEST(Rtcp, RefusesWhatEndsEarlyOrBreaksTheFormat) {
  EXPECT_EQ(first_error("81ce00"), Errc::truncated);
  EXPECT_EQ(first_error("41ce0002"
                        "00000001"
                        "00000002"),
            Errc::malformed)
      << "version";
  EXPECT_EQ(first_error("81ce0002"
                        "00000001"),
            Errc::truncated);
  EXPECT_EQ(first_error("81ce0001"
                        "00000001"),
            Errc::truncated);
  EXPECT_EQ(first_error("81c90001"
                        "00000001"),
            Errc::truncated)
      << "RR announces a block";
  EXPECT_EQ(first_error("82cb0001"
                        "00000001"),
            Errc::truncated)
      << "BYE announces two";
  EXPECT_EQ(first_error("81ca0002"
                        "00000001"
                        "01ff6161"),
            Errc::truncated)
      << "CNAME too long";
  EXPECT_EQ(first_error("84ce0003"
                        "00000001"
                        "00000000"
                        "00000002"),
            Errc::truncated)
      << "FIR entry";
}

TEST(Rtcp, AfterAnErrorTheRestIsUnreadable) {
  const Buffer bytes =
      hex("81c90001"
          "00000001"
          "81ce0002"
          "00000001"
          "00000002");
  RtcpReader reader(bytes);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(RtcpWriter, WritesNothingOfAnItemThatDoesNotFit) {
  std::array<uint8_t, 20> memory;
  RtcpWriter writer(memory);
  EXPECT_TRUE(writer.add(PictureLossIndication{1, 2}));
  EXPECT_FALSE(writer.add(PictureLossIndication{1, 2}));
  EXPECT_EQ(writer.packet().size(), 12u);
  EXPECT_TRUE(writer.add(Bye{{1}})) << "a smaller one still fits";
  EXPECT_FALSE(writer.add(ReceiverReport{1, std::vector<ReportBlock>(max_report_blocks + 1)}));
  EXPECT_FALSE(writer.add(SourceDescription{1, std::string(256, 'a')}));
  EXPECT_FALSE(writer.add(Nack{}));
}

TEST(Rtcp, SurvivesMutatedAndCutInput) {
  SeededRandom random(3);
  const Buffer valid =
      write({SenderReport{1, 2, 3, 4, 5, {ReportBlock{}}}, SourceDescription{1, "name"},
             Nack{1, 2, {3, 4, 5, 100}}, FullIntraRequest{1, {{2, 3}}}, Bye{{1}},
             TransportFeedback{.arrivals = {0, 250, std::nullopt, 100'000, 500}}});
  for (int round = 0; round < 50'000; ++round) {
    Buffer bytes(valid.begin(), valid.end() - static_cast<std::ptrdiff_t>(random.next() % 20));
    for (int flips = 0; flips < 4; ++flips) {
      bytes[random.next() % bytes.size()] = static_cast<uint8_t>(random.next());
    }
    RtcpReader reader(bytes);
    size_t items = 0;
    for (auto item = reader.next(); item && *item; item = reader.next()) ++items;
    EXPECT_LE(items, bytes.size() / 4);
  }
}

}  // namespace
}  // namespace vicino::rtc
