#include "crypto/hkdf.h"

#include <gtest/gtest.h>

#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

// RFC 5869 appendix A.1.
TEST(Hkdf, MatchesRfc5869) {
  const Buffer input_key(22, 0x0b);
  const SecretBytes<32> prk =
      hkdf_extract_sha256(from_hex("000102030405060708090a0b0c").value(), input_key);
  EXPECT_EQ(to_hex(prk.expose()),
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  const auto out = hkdf_expand_sha256<42>(prk, from_hex("f0f1f2f3f4f5f6f7f8f9").value());
  EXPECT_EQ(to_hex(out.expose()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

// RFC 5869 appendix A.3: no salt, no info.
TEST(Hkdf, TakesEmptySaltAndInfo) {
  const SecretBytes<32> prk = hkdf_extract_sha256({}, Buffer(22, 0x0b));
  EXPECT_EQ(to_hex(prk.expose()),
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
  EXPECT_EQ(to_hex(hkdf_expand_sha256<42>(prk, {}).expose()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, ShorterOutputIsAPrefixOfLonger) {
  Buffer prk(64, 7);
  Buffer whole(hkdf_max_output(Hash::sha512));
  hkdf_expand(Hash::sha512, prk, as_bytes("info"), whole);
  for (const size_t size : {0u, 1u, 63u, 64u, 65u, 1000u}) {
    Buffer part(size);
    hkdf_expand(Hash::sha512, prk, as_bytes("info"), part);
    EXPECT_TRUE(equal(part, Bytes(whole).first(size))) << size;
  }
}

TEST(Hkdf, TakesPartsAsOneInput) {
  const std::array<Bytes, 3> parts = {as_bytes("in"), Bytes(), as_bytes("fo")};
  Buffer joined(32), apart(32);
  hkdf_extract(Hash::sha256, as_bytes("salt"), as_bytes("info"), joined);
  hkdf_extract_parts(Hash::sha256, as_bytes("salt"), parts, apart);
  EXPECT_EQ(apart, joined);
  const Buffer prk = joined;
  joined.resize(100), apart.resize(100);
  hkdf_expand(Hash::sha256, prk, as_bytes("info"), joined);
  hkdf_expand_parts(Hash::sha256, prk, parts, apart);
  EXPECT_EQ(apart, joined);
}

TEST(HkdfDeathTest, MoreThanTheCounterCanCountIsABug) {
  Buffer out(hkdf_max_output(Hash::sha256) + 1);
  EXPECT_DEATH(hkdf_expand(Hash::sha256, Buffer(32), {}, out), "CHECK failed");
}

TEST(Hkdf, PassesWycheproof) {
  const auto vectors = read_vectors("wycheproof/hkdf_sha256_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/hkdf_sha256_test.json");
  size_t tried = 0;
  for (const auto& group : (*vectors)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      ++tried;
      Buffer out(test["size"].get<size_t>());
      if (test["result"] != "valid") {  // the only kind of invalid case there is
        EXPECT_GT(out.size(), hkdf_max_output(Hash::sha256)) << test["tcId"];
        continue;
      }
      const auto prk = hkdf_extract_sha256(hex(test["salt"]), hex(test["ikm"]));
      hkdf_expand(Hash::sha256, prk.expose(), hex(test["info"]), out);
      EXPECT_TRUE(equal(out, hex(test["okm"]))) << test["tcId"];
    }
  }
  EXPECT_EQ(tried, 86u);
}

}  // namespace
}  // namespace vicino::crypto
