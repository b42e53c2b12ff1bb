#include "mls/codec.h"

#include <gtest/gtest.h>

namespace vicino::mls {
namespace {

struct Pair {
  uint16_t first = 0;
  Buffer second;
  static void fields(auto& self, auto& io) { io(self.first, self.second); }
  bool operator==(const Pair&) const = default;
};

template <class T>
std::optional<Fault> fault(const Buffer& input) {
  const auto decoded = decode<T>(input);
  if (decoded) return std::nullopt;
  return decoded.error();
}

TEST(Codec, LengthsAreWrittenInTheirShortestForm) {
  const std::pair<size_t, Buffer> cases[] = {{0, {0x00}},
                                             {0x3f, {0x3f}},
                                             {0x40, {0x40, 0x40}},
                                             {0x3fff, {0x7f, 0xff}},
                                             {0x4000, {0x80, 0x00, 0x40, 0x00}},
                                             {0x12345, {0x80, 0x01, 0x23, 0x45}}};
  for (const auto& [size, header] : cases) {
    const Buffer value(size, 7);
    const Buffer encoded = encode(value);
    ASSERT_EQ(encoded.size(), header.size() + size);
    EXPECT_TRUE(equal(Bytes(encoded).first(header.size()), header)) << size;
    EXPECT_EQ(decode<Buffer>(encoded).value(), value);
  }
}

TEST(Codec, LengthsInALongerFormThanNeededAreMalformed) {
  for (const size_t size : {size_t{0}, size_t{0x3f}}) {
    Buffer two{0x40, static_cast<uint8_t>(size)};
    two.resize(2 + size);
    EXPECT_EQ(fault<Buffer>(two), Fault::malformed);
  }
  for (const size_t size : {size_t{0}, size_t{0x3f}, size_t{0x40}, size_t{0x3fff}}) {
    Buffer four{0x80, 0, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
    four.resize(4 + size);
    EXPECT_EQ(fault<Buffer>(four), Fault::malformed);
  }
}

TEST(Codec, TheLongestLengthIsReadAndAnotherFormIsNot) {
  const Buffer longest{0xbf, 0xff, 0xff, 0xff};
  Decoder decoder(longest);
  EXPECT_EQ(decoder.length(), 0x3fffffffu);
  EXPECT_TRUE(decoder.status());
  for (const uint8_t first : Buffer{0xc0, 0xff})
    EXPECT_EQ(fault<Buffer>({first, 0, 0, 0, 0, 0, 0, 0}), Fault::malformed);
}

TEST(CodecDeathTest, AValueOverTheLongestLengthIsAProgrammersError) {
  const uint8_t byte = 0;
  // Never read: the length comes first.
  EXPECT_DEATH(Encoder().opaque(Bytes(&byte, size_t{1} << 30)), "");
}

TEST(Codec, AnAnnouncedLengthTakesNoMemoryBeforeItsBytesAreThere) {
  const Buffer input{0xbf, 0xff, 0xff, 0xff, 1, 2, 3};
  Buffer bytes;
  Decoder first(input);
  first(bytes);
  EXPECT_EQ(first.status().error(), Fault::malformed);
  EXPECT_EQ(bytes.capacity(), 0u);
  std::vector<Pair> pairs;
  Decoder second(input);
  second(pairs);
  EXPECT_EQ(second.status().error(), Fault::malformed);
  EXPECT_EQ(pairs.capacity(), 0u);
}

TEST(Codec, LengthsAndNumbersThatEndEarlyAreMalformed) {
  for (const Buffer& input : {Buffer{}, Buffer{0x40}, Buffer{0x80, 0, 0x40}, Buffer{2, 1}})
    EXPECT_EQ(fault<Buffer>(input), Fault::malformed);
  EXPECT_EQ(fault<uint32_t>({1, 2, 3}), Fault::malformed);
  EXPECT_EQ(fault<Pair>({0}), Fault::malformed);
}

TEST(Codec, NumbersAreBigEndian) {
  EXPECT_EQ(encode(uint8_t{1}, uint16_t{0x0203}, uint32_t{0x04050607}, uint64_t{8}),
            (Buffer{1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 8}));
  EXPECT_EQ(decode<uint64_t>(Buffer{1, 2, 3, 4, 5, 6, 7, 8}).value(), 0x0102030405060708u);
}

TEST(Codec, AnythingAfterTheValueIsTrailingBytes) {
  Buffer encoded = encode(Pair{1, {2, 3}});
  EXPECT_EQ(decode<Pair>(encoded).value(), (Pair{1, {2, 3}}));
  encoded.push_back(0);
  EXPECT_EQ(fault<Pair>(encoded), Fault::trailing_bytes);
}

TEST(Codec, AVectorEndsWithAWholeElement) {
  const std::vector<uint16_t> values{1, 0x203};
  const Buffer encoded{4, 0, 1, 2, 3};
  EXPECT_EQ(encode(values), encoded);
  EXPECT_EQ(decode<std::vector<uint16_t>>(encoded).value(), values);
  EXPECT_EQ(fault<std::vector<uint16_t>>({3, 0, 1, 2}), Fault::malformed);
}

TEST(Codec, AVectorHasABoundedNumberOfElements) {
  const std::vector<std::optional<Pair>> most(max_elements);
  EXPECT_EQ(decode<std::vector<std::optional<Pair>>>(encode(most)).value().size(), max_elements);
  const std::vector<std::optional<Pair>> more(max_elements + 1);
  EXPECT_EQ(fault<std::vector<std::optional<Pair>>>(encode(more)), Fault::malformed);
}

TEST(Codec, AnOptionalsFlagIsZeroOrOne) {
  using Maybe = std::optional<uint8_t>;
  EXPECT_EQ(encode(Maybe()), (Buffer{0}));
  EXPECT_EQ(encode(Maybe(9)), (Buffer{1, 9}));
  EXPECT_EQ(decode<Maybe>(Buffer{0}).value(), std::nullopt);
  EXPECT_EQ(decode<Maybe>(Buffer{1, 9}).value(), 9);
  for (const uint8_t flag : Buffer{2, 0x80, 0xff})
    EXPECT_EQ(fault<Maybe>({flag, 9}), Fault::malformed);
}

TEST(Codec, TheFirstFaultIsKeptAndReadingGoesOnWithZeros) {
  const Buffer input{1, 2, 3, 4};
  Decoder decoder(input);
  decoder.fail(Fault::unsupported_proposal);
  uint16_t number = 7;
  Buffer bytes{7};
  decoder(number, bytes);
  EXPECT_EQ(number, 0);
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(decoder.status().error(), Fault::unsupported_proposal);
  EXPECT_TRUE(decoder.rest().empty());
}

TEST(Codec, EveryFaultHasANameOfItsOwn) {
  EXPECT_EQ(to_string(Fault::malformed), "malformed");
  EXPECT_EQ(to_string(Fault::bad_request), "bad_request");
  EXPECT_EQ(to_string(static_cast<Fault>(255)), "unknown");
}

}  // namespace
}  // namespace vicino::mls
