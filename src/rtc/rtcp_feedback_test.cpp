#include "rtc/rtcp_feedback.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/rtcp_fixture.h"

namespace vicino::rtc {
namespace {

Buffer write(const TransportFeedback& item) {
  Buffer memory(40'000);
  RtcpWriter writer(memory);
  EXPECT_TRUE(writer.add(item));
  return {writer.packet().begin(), writer.packet().end()};
}

TransportFeedback read(Bytes packet) {
  RtcpReader reader(packet);
  const auto item = reader.next();
  EXPECT_TRUE(item && *item && std::holds_alternative<TransportFeedback>(**item));
  EXPECT_EQ(reader.next().value(), std::nullopt);
  return std::get<TransportFeedback>(item.value().value());
}

TransportFeedback feedback(std::vector<std::optional<int64_t>> arrivals) {
  return {.sender_ssrc = 1,
          .media_ssrc = 2,
          .feedback_count = 3,
          .reference_time_us = 64'000 * 5,
          .base_sequence = 0xfff0,
          .arrivals = std::move(arrivals)};
}

void expect_round_trip(const TransportFeedback& item) {
  const auto got = read(write(item));
  EXPECT_EQ(got.sender_ssrc, item.sender_ssrc);
  EXPECT_EQ(got.media_ssrc, item.media_ssrc);
  EXPECT_EQ(got.feedback_count, item.feedback_count);
  EXPECT_EQ(got.base_sequence, item.base_sequence);
  EXPECT_EQ(got.reference_time_us, item.reference_time_us);
  EXPECT_EQ(got.arrivals, item.arrivals);
}

TEST(TransportFeedback, ReadsAHandTypedPacketWithEveryChunkKind) {
  const Buffer bytes =
      hex("8fcd0009"
          "00000001"
          "00000002"
          "0005001b"  // base 5, 27 packets
          "fffffe07"  // reference -2, feedback 7
          "0003"      // run: 3 lost
          "a001"      // 14 one-bit symbols: 1, twelve 0... and the last 1
          "d800"      // 7 two-bit symbols: small, large, then lost
          "2003"      // run: 3 small
          "04"
          "08"  // the one-bit chunk's two: 1 ms, 3 ms
          "04"
          "fff8"  // 4 ms, then back to 2 ms
          "00"
          "01"
          "02"
          "00000000");
  const TransportFeedback f = read(bytes);
  EXPECT_EQ(f.base_sequence, 5);
  EXPECT_EQ(f.feedback_count, 7);
  EXPECT_EQ(f.reference_time_us, -128'000);
  ASSERT_EQ(f.arrivals.size(), 27u);
  std::vector<std::optional<int64_t>> expected(27);
  expected[3] = 1000;
  expected[16] = 3000;
  expected[17] = 4000;
  expected[18] = 2000;
  expected[24] = 2000;
  expected[25] = 2250;
  expected[26] = 2750;
  EXPECT_EQ(f.arrivals, expected);
}

TEST(TransportFeedback, WritesRunsAndVectors) {
  std::vector<std::optional<int64_t>> arrivals(20, 0);
  EXPECT_EQ(to_hex(write(feedback(arrivals))),
            "8fcd000a"
            "00000001"
            "00000002"
            "fff00014"
            "00000503"
            "2014"
            "0000000000000000000000000000000000000000"
            "0000");
  expect_round_trip(feedback(arrivals));
  arrivals[3].reset();
  arrivals[19] = 10'000;
  expect_round_trip(feedback(arrivals));
  arrivals[7] = 100'000;  // large, and the next is a negative step
  expect_round_trip(feedback(arrivals));
  expect_round_trip(feedback({-250}));
  expect_round_trip(feedback({32767 * 250, -250}));
  expect_round_trip(feedback(std::vector<std::optional<int64_t>>(max_feedback_packets)));
}

TEST(TransportFeedback, RoundTripsRandomPatterns) {
  SeededRandom random(2);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::optional<int64_t>> arrivals(1 + random.next() % 300);
    const uint64_t loss = random.next() % 100, large = random.next() % 20;
    int64_t at = 0;
    for (auto& arrival : arrivals) {
      if (random.next() % 100 < loss) continue;
      const bool far = random.next() % 100 < large;
      at += 250 * (far ? static_cast<int64_t>(random.next() % 65536) - 32768
                       : static_cast<int64_t>(random.next() % 256));
      arrival = at;
    }
    expect_round_trip(feedback(arrivals));
  }
}

TEST(TransportFeedback, RefusesStepsThatDoNotFit) {
  std::array<uint8_t, 100> memory;
  RtcpWriter writer(memory);
  EXPECT_FALSE(writer.add(feedback({0, 32768 * 250})));
  EXPECT_FALSE(writer.add(feedback({0, -32769 * 250})));
  EXPECT_FALSE(writer.add(feedback({})));
  EXPECT_TRUE(writer.packet().empty());
}

TEST(TransportFeedback, RefusesCountsThatChunksOrDeltasDoNotBack) {
  const std::string head =
      "00000001"
      "00000002";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "00000000"
                        "00000000"
                        "00000000"),
            Errc::malformed)
      << "no packets";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "0000ffff"
                        "00000000"
                        "1fff1fff"),
            Errc::malformed)
      << "over the limit";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "00000040"
                        "00000000"
                        "00010001"),
            Errc::truncated)
      << "chunks end";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "00000008"
                        "00000000"
                        "20080000"),
            Errc::truncated)
      << "deltas end";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "00000001"
                        "00000000"
                        "60010000"),
            Errc::malformed)
      << "reserved symbol";
  EXPECT_EQ(first_error("8fcd0005" + head +
                        "00000001"
                        "00000000"
                        "f0000000"),
            Errc::malformed)
      << "reserved symbol";
}

}  // namespace
}  // namespace vicino::rtc
