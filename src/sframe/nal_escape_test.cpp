#include "sframe/nal_escape.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"

namespace vicino::sframe {
namespace {

Buffer escape(std::initializer_list<Bytes> parts) {
  size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  Buffer out(max_escaped_size(size));
  NalEscaper escaper(out);
  for (const Bytes part : parts) escaper.append(part);
  out.resize(escaper.size());
  return out;
}

Result<Buffer> unescape(Bytes escaped) {
  Buffer out(escaped.size());
  TRY_ASSIGN(const MutBytes used, unescape_nal(escaped, out));
  return Buffer(used.begin(), used.end());
}

TEST(NalEscaper, BreaksUpWhatLooksLikeAStartCode) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"000001", "00000301"},
      {"00000001", "0000030001"},
      {"0000000000", "00000300000300"},
      {"000003", "00000303"},
      {"000004", "000004"},
      {"0000", "0000"},
      {"01000002ff", "0100000302ff"},
  };
  for (const auto& [plain, escaped] : cases) {
    EXPECT_EQ(to_hex(escape({from_hex(plain).value()})), escaped);
    EXPECT_EQ(to_hex(unescape(from_hex(escaped).value()).value()), plain);
  }
}

TEST(NalEscaper, SeesStartCodesAcrossParts) {
  const Buffer bytes = from_hex("ff0000000102000003").value();
  const Buffer whole = escape({bytes});
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(escape({Bytes(bytes).first(cut), Bytes(bytes).subspan(cut)}), whole);
  }
}

TEST(NalEscaper, RandomBytesFullOfZerosSurviveAndHoldNoStartCode) {
  SeededRandom random(11);
  for (int i = 0; i < 20'000; ++i) {
    Buffer bytes(random.u32() % 40);
    for (uint8_t& byte : bytes)
      byte = random.u32() % 2 ? 0 : static_cast<uint8_t>(random.u32() % 6);
    const Buffer escaped = escape({bytes});
    ASSERT_EQ(unescape(escaped).value(), bytes);
    for (size_t at = 0; at + 2 < escaped.size(); ++at) {
      ASSERT_FALSE(escaped[at] == 0 && escaped[at + 1] == 0 && escaped[at + 2] < 3);
    }
  }
}

// Every sequence of up to seven bytes from the values that matter.
TEST(NalEscaper, OnlyItsOwnOutputIsAccepted) {
  constexpr std::array<uint8_t, 4> values = {0, 1, 3, 4};
  size_t accepted = 0, refused = 0;
  for (size_t size = 0; size <= 7; ++size) {
    for (size_t number = 0; number < size_t{1} << 2 * size; ++number) {
      Buffer input(size);
      for (size_t i = 0; i < size; ++i) input[i] = values[number >> 2 * i & 3];
      const auto plain = unescape(input);
      if (plain) {
        ASSERT_EQ(escape({*plain}), input);
        ++accepted;
      } else {
        ASSERT_EQ(plain.error().code, Errc::malformed);
        ++refused;
      }
    }
  }
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace vicino::sframe
