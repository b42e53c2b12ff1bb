#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/address.h"
#include "base/encoding.h"
#include "base/secret.h"

namespace vicino {
namespace {

TEST(Reader, GivesTruncatedPastTheEndAndMovesNothing) {
  const Buffer bytes = {1, 2, 3};
  Reader reader(bytes);
  EXPECT_EQ(reader.u16().value(), 0x0102);
  EXPECT_EQ(reader.u32().error().code, Errc::truncated);
  EXPECT_EQ(reader.remaining(), 1u);
  EXPECT_EQ(reader.u8().value(), 3);
  EXPECT_TRUE(reader.empty());
}

TEST(Writer, RemembersThatRoomRanOut) {
  std::array<uint8_t, 3> memory{};
  Writer writer(memory);
  writer.u16(0x0102);
  EXPECT_TRUE(writer.ok());
  writer.u16(0x0304);
  EXPECT_FALSE(writer.ok());
  writer.u8(5);
  EXPECT_EQ(writer.size(), 2u) << "nothing is written after a failure";
}

TEST(CtEqual, RefusesDifferentLengths) {
  const Buffer tag = {1, 2, 3, 4};
  EXPECT_TRUE(ct_equal(tag, Buffer{1, 2, 3, 4}));
  EXPECT_FALSE(ct_equal(tag, Buffer{1, 2, 3}));
  EXPECT_FALSE(ct_equal(tag, Bytes()));
  EXPECT_FALSE(ct_equal(tag, Buffer{1, 2, 3, 5}));
}

TEST(Base64Url, RoundTripsAndHasOneFormPerValue) {
  for (size_t size = 0; size < 40; ++size) {
    Buffer bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 37 + size);
    EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
  }
  EXPECT_EQ(to_base64url(as_bytes("fo")), "Zm8");
  EXPECT_FALSE(from_base64url("Zm9=")) << "padding";
  EXPECT_FALSE(from_base64url("Zm9")) << "spare bits set";
  EXPECT_FALSE(from_base64url("Z"));
  EXPECT_FALSE(from_base64url("Zm 8"));
}

TEST(Base64, Pads) {
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("foo")), "Zm9v");
}

TEST(Hex, RoundTripsAndRefusesOtherCharacters) {
  EXPECT_EQ(to_hex(from_hex("00ffA1").value()), "00ffa1");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Address, ParsesBothFamiliesAndNothingElse) {
  EXPECT_EQ(Address::parse("127.0.0.1", 5).value(), Address::v4({127, 0, 0, 1}, 5));
  EXPECT_EQ(Address::parse("2001:db8::1", 0)->to_candidate_text(), "2001:db8:0:0:0:0:0:1");
  EXPECT_EQ(Address::parse("::ffff:10.0.0.1", 0)->to_candidate_text(), "10.0.0.1");
  EXPECT_EQ(Address::parse("::", 0)->to_candidate_text(), "0:0:0:0:0:0:0:0");
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "1::2::3", ":",
        "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "host.local", "1:2:3:4:5:6:7:"}) {
    EXPECT_FALSE(Address::parse(bad, 0)) << bad;
  }
}

TEST(SecretBytes, IsWipedWhenMovedFrom) {
  SecretBytes<4> a{Bytes(Buffer{1, 2, 3, 4})};
  const SecretBytes<4> b = std::move(a);
  EXPECT_EQ(to_hex(a.expose()),
            "00000000");  // NOLINT(bugprone-use-after-move): the point of the test
  EXPECT_EQ(to_hex(b.expose()), "01020304");
}

TEST(SecretBuffer, MovesItsBytesAndClonesOnRequest) {
  SecretBuffer a{Bytes(Buffer{1, 2, 3})};
  const SecretBuffer copied = a.clone();
  SecretBuffer b = std::move(a);
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move): the point of the test
  EXPECT_TRUE(ct_equal(b, copied));
  b.expose_mut()[2] = 4;
  EXPECT_FALSE(ct_equal(b, copied));
  b = SecretBuffer(size_t{2});
  EXPECT_EQ(to_hex(b.expose()), "0000");
  EXPECT_FALSE(ct_equal(b, copied));
}

}  // namespace
}  // namespace vicino
