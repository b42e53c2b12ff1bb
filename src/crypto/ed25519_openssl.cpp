#include "crypto/curve25519_openssl.h"
#include "crypto/ed25519.h"

namespace vicino::crypto {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

using PublicKey = std::array<uint8_t, ed25519_public_size>;

// The y coordinates of the eight points whose order divides 8, little-endian as they are encoded.
// Each is also a key with the sign bit set; where x is 0 that second key isn't canonical, and is
// refused all the same.
constexpr PublicKey small_order_y[] = {
    {0},
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
};

// y below the field's prime, 2^255 - 19.
bool canonical(const PublicKey& y) {
  if (y[0] < 0xed || y[31] != 0x7f) return true;
  return std::any_of(y.begin() + 1, y.end() - 1, [](uint8_t byte) { return byte != 0xff; });
}

// What OpenSSL doesn't ask of a public key: see ed25519_verify.
bool acceptable(Bytes public_key) {
  PublicKey y;
  copy(public_key, y);
  y[31] &= 0x7f;
  return canonical(y) && std::ranges::find(small_order_y, y) == std::end(small_order_y);
}

}  // namespace

std::array<uint8_t, ed25519_public_size> ed25519_public(Bytes seed) {
  return public_part(private_key_object(EVP_PKEY_ED25519, seed));
}

std::array<uint8_t, ed25519_signature_size> ed25519_sign(Bytes seed, Bytes message) {
  const Key key = private_key_object(EVP_PKEY_ED25519, seed);
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  std::array<uint8_t, ed25519_signature_size> signature;
  size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
        1);
  CHECK(size == signature.size());
  return signature;
}

bool ed25519_verify(Bytes public_key, Bytes message, Bytes signature) {
  if (public_key.size() != ed25519_public_size || signature.size() != ed25519_signature_size) {
    return false;
  }
  if (!acceptable(public_key)) return false;
  const Key key = public_key_object(EVP_PKEY_ED25519, public_key);
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace vicino::crypto
