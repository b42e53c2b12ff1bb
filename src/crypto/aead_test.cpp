#include "crypto/aead.h"

#include <gtest/gtest.h>

#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

Buffer seal(AeadKey& key, Bytes nonce, Bytes aad, Bytes plaintext) {
  Buffer sealed(plaintext.size() + aead_tag_size);
  key.seal(nonce, aad, plaintext, sealed);
  return sealed;
}

// "The Galois/Counter Mode of Operation", test cases 4 and 16.
struct GcmCase {
  Aead aead;
  std::string_view key, sealed;
};
constexpr std::string_view gcm_nonce = "cafebabefacedbaddecaf888";
constexpr std::string_view gcm_aad = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
constexpr std::string_view gcm_plaintext =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
constexpr GcmCase gcm_cases[] = {
    {Aead::aes_128_gcm, "feffe9928665731c6d6a8f9467308308",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {Aead::aes_256_gcm, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(AeadKey, MatchesThePublishedCasesBothWaysWithOneKeyObject) {
  const Buffer nonce = from_hex(gcm_nonce).value(), aad = from_hex(gcm_aad).value(),
               plaintext = from_hex(gcm_plaintext).value();
  for (const GcmCase& c : gcm_cases) {
    AeadKey key(c.aead, from_hex(c.key).value());
    for (int round = 0; round < 3; ++round) {
      const Buffer sealed = seal(key, nonce, aad, plaintext);
      EXPECT_EQ(to_hex(sealed), c.sealed);
      Buffer opened(plaintext.size());
      EXPECT_TRUE(key.open(nonce, aad, sealed, opened));
      EXPECT_EQ(opened, plaintext);
    }
  }
}

TEST(AeadKey, RefusesEveryFlippedBitAndLeavesNoPlaintext) {
  AeadKey key(Aead::aes_128_gcm, Buffer(16, 1));
  const Buffer plaintext(21, 0x55), nonce(12, 2), aad(3, 3);
  const Buffer sealed = seal(key, nonce, aad, plaintext);
  Buffer opened(plaintext.size());
  const auto refuses = [&](Bytes n, Bytes a, Bytes s) {
    opened.assign(plaintext.size(), 0xee);
    const Status status = key.open(n, a, s, opened);
    return !status && status.error().code == Errc::unauthenticated &&
           opened == Buffer(plaintext.size());
  };
  const auto flipped = [](Buffer bytes, size_t bit) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    return bytes;
  };
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit)
    EXPECT_TRUE(refuses(nonce, aad, flipped(sealed, bit))) << bit;
  for (size_t bit = 0; bit < nonce.size() * 8; ++bit)
    EXPECT_TRUE(refuses(flipped(nonce, bit), aad, sealed)) << bit;
  for (size_t bit = 0; bit < aad.size() * 8; ++bit)
    EXPECT_TRUE(refuses(nonce, flipped(aad, bit), sealed)) << bit;
  EXPECT_TRUE(key.open(nonce, aad, sealed, opened));  // a refusal spoils nothing
}

TEST(AeadKey, RefusesWhatIsShorterThanATag) {
  AeadKey key(Aead::aes_128_gcm, Buffer(16, 1));
  const Status status = key.open(Buffer(12), {}, Buffer(15), {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::truncated);
}

TEST(AeadKey, WorksInPlaceAndOnNothing) {
  AeadKey key(Aead::aes_256_gcm, Buffer(32, 1));
  const Buffer nonce(12, 9);
  Buffer memory(100 + aead_tag_size, 0x42);
  const Buffer apart = seal(key, nonce, {}, Bytes(memory).first(100));
  key.seal(nonce, {}, Bytes(memory).first(100), memory);
  EXPECT_EQ(memory, apart);
  EXPECT_TRUE(key.open(nonce, {}, memory, MutBytes(memory).first(100)));
  EXPECT_TRUE(equal(Bytes(memory).first(100), Buffer(100, 0x42)));
  EXPECT_TRUE(key.open(nonce, {}, seal(key, nonce, {}, {}), {}));
}

// RFC 8439 section 2.8.2.
TEST(AeadKey, MatchesRfc8439) {
  AeadKey key(Aead::chacha20_poly1305,
              from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f").value());
  const Buffer nonce = from_hex("070000004041424344454647").value();
  const Buffer aad = from_hex("50515253c0c1c2c3c4c5c6c7").value();
  const Bytes plaintext = as_bytes(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.");
  for (int round = 0; round < 3; ++round) {
    const Buffer sealed = seal(key, nonce, aad, plaintext);
    EXPECT_EQ(to_hex(sealed),
              "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
              "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
              "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
              "3ff4def08e4b7a9de576d26586cec64b6116"
              "1ae10b594f09e26a7e902ecbd0600691");
    Buffer opened(plaintext.size());
    EXPECT_TRUE(key.open(nonce, aad, sealed, opened));
    EXPECT_TRUE(equal(opened, plaintext));
  }
}

TEST(AeadKey, TheFasterOneGivesTheBytesOfOpenssl) {
  for (const Aead aead : {Aead::aes_128_gcm, Aead::aes_256_gcm}) {
    const Buffer key(key_size(aead), 1), nonce(aead_nonce_size, 2);
    AeadKey fast(aead, key), slow = AeadKey::by_openssl(aead, key);
    for (size_t size = 0; size < 1500; size += 1 + size / 16) {
      const Buffer aad(size / 7, 3), plaintext(size, 4);
      Buffer sealed = seal(fast, nonce, aad, plaintext), opened(size);
      ASSERT_EQ(sealed, seal(slow, nonce, aad, plaintext)) << size;
      ASSERT_TRUE(slow.open(nonce, aad, sealed, opened));
      ASSERT_EQ(opened, plaintext);
      sealed.back() ^= 1;
      ASSERT_FALSE(fast.open(nonce, aad, sealed, opened));
      ASSERT_FALSE(slow.open(nonce, aad, sealed, opened));
    }
  }
}

struct Tried {
  size_t valid = 0, invalid = 0;
};

// The cases with nonces and keys as they are offered here.
template <class AeadOf>
Tried try_wycheproof(const nlohmann::json& vectors, AeadOf aead_of) {
  Tried tried;
  for (const auto& group : vectors["testGroups"]) {
    const std::optional<Aead> aead = aead_of(group["keySize"].get<size_t>());
    if (group["ivSize"] != 96 || !aead) continue;
    for (const auto& test : group["tests"]) {
      AeadKey key(*aead, hex(test["key"]));
      const Buffer nonce = hex(test["iv"]), aad = hex(test["aad"]), plaintext = hex(test["msg"]);
      Buffer sealed = hex(test["ct"]);
      const Buffer tag = hex(test["tag"]);
      sealed.insert(sealed.end(), tag.begin(), tag.end());
      Buffer opened(sealed.size() - aead_tag_size);
      const bool is_valid = test["result"] == "valid";
      EXPECT_EQ(key.open(nonce, aad, sealed, opened).has_value(), is_valid) << test["tcId"];
      if (is_valid) {
        EXPECT_EQ(opened, plaintext) << test["tcId"];
        EXPECT_EQ(seal(key, nonce, aad, plaintext), sealed) << test["tcId"];
      }
      ++(is_valid ? tried.valid : tried.invalid);
    }
  }
  return tried;
}

TEST(AeadKey, PassesWycheproofForAesGcm) {
  const auto vectors = read_vectors("wycheproof/aes_gcm_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/aes_gcm_test.json");
  const Tried tried = try_wycheproof(*vectors, [](size_t key_bits) -> std::optional<Aead> {
    if (key_bits == 192) return std::nullopt;
    return key_bits == 128 ? Aead::aes_128_gcm : Aead::aes_256_gcm;
  });
  EXPECT_EQ(tried.valid, 79u);
  EXPECT_EQ(tried.invalid, 54u);
}

TEST(AeadKey, PassesWycheproofForChaCha20Poly1305) {
  const auto vectors = read_vectors("wycheproof/chacha20_poly1305_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/chacha20_poly1305_test.json");
  const Tried tried =
      try_wycheproof(*vectors, [](size_t) { return std::optional(Aead::chacha20_poly1305); });
  EXPECT_EQ(tried.valid, 256u);
  EXPECT_EQ(tried.invalid, 60u);
}

}  // namespace
}  // namespace vicino::crypto
