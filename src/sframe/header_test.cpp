#include "sframe/header.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"

namespace vicino::sframe {
namespace {

std::string encoded(const Header& header) {
  Buffer out(max_header_size);
  out.resize(encode_header(header, out));
  EXPECT_EQ(out.size(), header_size(header));
  return to_hex(out);
}

Result<DecodedHeader> decode(std::string_view hex) {
  return decode_header(from_hex(hex).value());
}

// RFC 9605 appendix C.1.
TEST(Header, MatchesTheRfc) {
  const struct {
    Header header;
    std::string_view hex;
  } cases[] = {
      {{0, 0}, "00"},
      {{0, 1}, "01"},
      {{0, 0xff}, "08ff"},
      {{0, 0x100}, "090100"},
      {{0, UINT64_MAX}, "0fffffffffffffffff"},
      {{1, 0x1000000}, "1b01000000"},
      {{0xff, 0}, "80ff"},
      {{0x123, 0x4567}, "9901234567"},
      {{UINT64_MAX, UINT64_MAX}, "ffffffffffffffffffffffffffffffffff"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(encoded(c.header), c.hex);
    const auto decoded = decode(c.hex);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->header, c.header);
    EXPECT_EQ(decoded->size, c.hex.size() / 2);
  }
}

TEST(Header, RoundTripsAtEverySize) {
  SeededRandom random(1);
  for (unsigned kid_bits = 0; kid_bits < 64; ++kid_bits) {
    for (unsigned counter_bits = 0; counter_bits < 64; ++counter_bits) {
      const Header header{random.u64() >> kid_bits, random.u64() >> counter_bits};
      Buffer memory(max_header_size + 3, 0xaa);
      const size_t size = encode_header(header, memory);
      const auto decoded = decode_header(memory);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->header, header);
      EXPECT_EQ(decoded->size, size);
      for (size_t cut = 0; cut < size; ++cut) {
        const auto short_one = decode_header(Bytes(memory).first(cut));
        ASSERT_FALSE(short_one);
        EXPECT_EQ(short_one.error().code, Errc::truncated);
      }
    }
  }
}

TEST(Header, HasOneFormOnly) {
  for (const std::string_view hex : {
           "0800",    // counter 0 in a field
           "0807",    // 7 fits the config byte
           "090001",  // leading zero
           "0900ff",  //
           "8001",    // the same for the key id
           "900001",  //
           "f000000000000001ff",
       }) {
    const auto decoded = decode(hex);
    ASSERT_FALSE(decoded) << hex;
    EXPECT_EQ(decoded.error().code, Errc::malformed) << hex;
  }
}

// Every input of up to three bytes: what is accepted encodes to itself.
TEST(Header, AcceptsOnlyWhatItWouldWrite) {
  size_t accepted = 0;
  for (uint32_t value = 0; value < 1u << 24; value += 7) {
    std::array<uint8_t, 3> input;
    store24(input.data(), value);
    const auto decoded = decode_header(input);
    if (!decoded) continue;
    ++accepted;
    std::array<uint8_t, max_header_size> again;
    ASSERT_EQ(encode_header(decoded->header, again), decoded->size);
    ASSERT_TRUE(equal(Bytes(again).first(decoded->size), Bytes(input).first(decoded->size)));
  }
  EXPECT_GT(accepted, 100'000u);
}

}  // namespace
}  // namespace vicino::sframe
