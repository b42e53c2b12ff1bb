#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

struct Rfc8032Case {
  std::string_view seed, public_key, message, signature;
};
// RFC 8032 section 7.1, tests 1 to 3.
constexpr Rfc8032Case rfc8032_cases[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, MatchesRfc8032) {
  for (const Rfc8032Case& c : rfc8032_cases) {
    const auto key = ed25519_signing_key(from_hex(c.seed).value());
    const Buffer message = from_hex(c.message).value();
    EXPECT_EQ(to_hex(ed25519_public(key.expose())), c.public_key);
    EXPECT_EQ(to_hex(ed25519_sign(key.expose(), message)), c.signature);
    EXPECT_TRUE(
        ed25519_verify(from_hex(c.public_key).value(), message, from_hex(c.signature).value()));
  }
}

TEST(Ed25519, RefusesEveryFlippedBitAndEveryOtherSize) {
  const auto key = ed25519_signing_key(Buffer(32, 7));
  const Buffer message = {1, 2, 3};
  const Bytes public_key = ed25519_public(key.expose());
  const auto signature = ed25519_sign(key.expose(), message);
  const auto flipped = [](Bytes bytes, size_t bit) {
    Buffer copied(bytes.begin(), bytes.end());
    copied[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    return copied;
  };
  for (size_t bit = 0; bit < 512; ++bit)
    EXPECT_FALSE(ed25519_verify(public_key, message, flipped(signature, bit))) << bit;
  for (size_t bit = 0; bit < 256; ++bit)
    EXPECT_FALSE(ed25519_verify(flipped(public_key, bit), message, signature)) << bit;
  for (size_t bit = 0; bit < 24; ++bit)
    EXPECT_FALSE(ed25519_verify(public_key, flipped(message, bit), signature)) << bit;
  for (const size_t size : {0u, 31u, 63u})
    EXPECT_FALSE(ed25519_verify(public_key, message, Bytes(signature).first(size))) << size;
  EXPECT_FALSE(ed25519_verify(public_key, message, Buffer(65)));
  EXPECT_FALSE(ed25519_verify(public_key.first(31), message, signature));
  EXPECT_FALSE(ed25519_verify({}, message, signature));
  EXPECT_TRUE(ed25519_verify(public_key, message, signature));
}

// The same file goes through the WebAssembly build: web/src/core/imports.test.ts.
TEST(Ed25519, DecidesWhatImplementationsDisagreeOn) {
  std::ifstream file(VICINO_SOURCE_DIR "/tests/data/crypto/ed25519.json");
  ASSERT_TRUE(file);
  const auto cases = nlohmann::json::parse(file)["cases"];
  EXPECT_EQ(cases.size(), 26u);
  for (const auto& c : cases) {
    EXPECT_EQ(ed25519_verify(hex(c["key"]), hex(c["message"]), hex(c["signature"])), c["valid"])
        << c["comment"];
  }
}

TEST(Ed25519DeathTest, ASeedOfAnotherSizeIsABug) {
  EXPECT_DEATH(ed25519_signing_key(Buffer(31)), "CHECK failed");
  EXPECT_DEATH(ed25519_sign(Buffer(32), {}), "CHECK failed");
}

TEST(Ed25519, PassesWycheproof) {
  const auto vectors = read_vectors("wycheproof/ed25519_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/ed25519_test.json");
  size_t tried = 0;
  for (const auto& group : (*vectors)["testGroups"]) {
    const Buffer public_key = hex(group["publicKey"]["pk"]);
    for (const auto& test : group["tests"]) {
      EXPECT_EQ(ed25519_verify(public_key, hex(test["msg"]), hex(test["sig"])),
                test["result"] == "valid")
          << test["tcId"];
      ++tried;
    }
  }
  EXPECT_EQ(tried, 151u);
}

}  // namespace
}  // namespace vicino::crypto
