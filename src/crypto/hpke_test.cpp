#include "crypto/hpke.h"

#include <gtest/gtest.h>

#include "crypto/curve25519.h"
#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

// RFC 9180 appendices A.1.1 (base mode with AES-128-GCM) and A.2.1 (with ChaCha20-Poly1305): the
// first encryption, and the exported values for the contexts "", 00 and "TestContext".
struct Rfc9180Case {
  Aead aead;
  std::string_view random, enc, ikm, private_key, public_key, ciphertext;
  std::array<std::string_view, 3> exported;
};
constexpr Rfc9180Case rfc9180_cases[] = {
    {Aead::aes_128_gcm,
     "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
     "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
     "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
     "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
     "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
     "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
     {"3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
      "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
      "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"}},
    {Aead::chacha20_poly1305,
     "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
     "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
     "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
     "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
     "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
     "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
     {"4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
      "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
      "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"}},
};
const Bytes info = as_bytes("Ode on a Grecian Urn");
const Bytes plaintext = as_bytes("Beauty is truth, truth beauty");
const Bytes aad = as_bytes("Count-0");

TEST(Hpke, MatchesRfc9180) {
  for (const Rfc9180Case& c : rfc9180_cases) {
    const HpkeKeyPair keys = hpke_derive_key_pair(from_hex(c.ikm).value());
    EXPECT_EQ(to_hex(keys.private_key.expose()), c.private_key);
    EXPECT_EQ(to_hex(keys.public_key), c.public_key);
    const auto sealed =
        hpke_seal(c.aead, keys.public_key, info, aad, plaintext, from_hex(c.random).value());
    ASSERT_TRUE(sealed);
    EXPECT_EQ(to_hex(sealed->enc), c.enc);
    EXPECT_EQ(to_hex(sealed->ciphertext), c.ciphertext);
    const auto opened = hpke_open(c.aead, keys, sealed->enc, info, aad, sealed->ciphertext);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(equal(opened->expose(), plaintext));
    const auto opened_without_public_key =
        hpke_open(c.aead, keys.private_key.expose(), sealed->enc, info, aad, sealed->ciphertext);
    ASSERT_TRUE(opened_without_public_key);
    EXPECT_TRUE(ct_equal(*opened, *opened_without_public_key));
  }
}

TEST(Hpke, ExportsLikeRfc9180) {
  constexpr std::string_view contexts[] = {"", std::string_view("\0", 1), "TestContext"};
  for (const Rfc9180Case& c : rfc9180_cases) {
    const HpkeKeyPair keys = hpke_derive_key_pair(from_hex(c.ikm).value());
    for (size_t i = 0; i < c.exported.size(); ++i) {
      const Bytes context = as_bytes(contexts[i]);
      const auto sent =
          hpke_send_export(c.aead, keys.public_key, info, context, from_hex(c.random).value());
      ASSERT_TRUE(sent);
      EXPECT_EQ(to_hex(sent->enc), c.enc);
      EXPECT_EQ(to_hex(sent->secret.expose()), c.exported[i]);
      const auto received = hpke_receive_export(c.aead, keys, sent->enc, info, context);
      ASSERT_TRUE(received);
      EXPECT_TRUE(ct_equal(*received, sent->secret));
      const auto again =
          hpke_receive_export(c.aead, keys.private_key.expose(), sent->enc, info, context);
      ASSERT_TRUE(again);
      EXPECT_TRUE(ct_equal(*again, sent->secret));
    }
  }
}

TEST(Hpke, OpensOnlyWhatWasSealedForThisKeyInfoAndData) {
  const HpkeKeyPair keys = hpke_derive_key_pair(Buffer(32, 1));
  const HpkeKeyPair other = hpke_derive_key_pair(Buffer(32, 2));
  const Aead aead = Aead::aes_128_gcm;
  const auto sealed = hpke_seal(aead, keys.public_key, info, aad, plaintext, Buffer(32, 3));
  ASSERT_TRUE(sealed);
  const auto error = [&](const HpkeKeyPair& k, Bytes enc, Bytes i, Bytes a, Bytes ciphertext) {
    const auto opened = hpke_open(aead, k, enc, i, a, ciphertext);
    return opened ? "opened" : to_string(opened.error().code);
  };
  const auto unauthenticated = to_string(Errc::unauthenticated);
  EXPECT_EQ(error(keys, sealed->enc, info, aad, sealed->ciphertext), "opened");
  EXPECT_EQ(error(other, sealed->enc, info, aad, sealed->ciphertext), unauthenticated);
  EXPECT_EQ(error(keys, other.public_key, info, aad, sealed->ciphertext), unauthenticated);
  EXPECT_EQ(error(keys, sealed->enc, aad, aad, sealed->ciphertext), unauthenticated);
  EXPECT_EQ(error(keys, sealed->enc, info, info, sealed->ciphertext), unauthenticated);
  Buffer changed = sealed->ciphertext;
  changed.back() ^= 1;
  EXPECT_EQ(error(keys, sealed->enc, info, aad, changed), unauthenticated);
  EXPECT_EQ(error(keys, sealed->enc, info, aad, Buffer(15)), to_string(Errc::truncated));
}

TEST(Hpke, RefusesKeysThatAreNone) {
  const HpkeKeyPair keys = hpke_derive_key_pair(Buffer(32, 1));
  const Buffer random(32, 3), small_order(32), ciphertext(16);
  const auto malformed = [](const auto& result) {
    return !result && result.error().code == Errc::malformed;
  };
  for (const Bytes key : {Bytes(), Bytes(small_order), Bytes(keys.public_key).first(31)}) {
    for (const Aead aead : {Aead::aes_128_gcm, Aead::chacha20_poly1305}) {
      EXPECT_TRUE(malformed(hpke_seal(aead, key, info, aad, plaintext, random)));
      EXPECT_TRUE(malformed(hpke_open(aead, keys, key, info, aad, ciphertext)));
      EXPECT_TRUE(malformed(hpke_send_export(aead, key, info, {}, random)));
      EXPECT_TRUE(malformed(hpke_receive_export(aead, keys, key, info, {})));
    }
  }
}

TEST(Hpke, SealsNothing) {
  const HpkeKeyPair keys = hpke_derive_key_pair(Buffer(32, 1));
  const auto sealed = hpke_seal(Aead::aes_256_gcm, keys.public_key, {}, {}, {}, Buffer(32, 3));
  ASSERT_TRUE(sealed);
  const auto opened = hpke_open(Aead::aes_256_gcm, keys, sealed->enc, {}, {}, sealed->ciphertext);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size(), 0u);
}

}  // namespace
}  // namespace vicino::crypto
