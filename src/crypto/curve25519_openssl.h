// What X25519 and Ed25519 share of OpenSSL's keys.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "base/bytes.h"

namespace vicino::crypto {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeKey>;

// `type`: EVP_PKEY_X25519 or EVP_PKEY_ED25519. OpenSSL computes the public key right away.
inline Key private_key_object(int type, Bytes private_key) {
  CHECK(private_key.size() == 32);
  Key key(EVP_PKEY_new_raw_private_key(type, nullptr, private_key.data(), private_key.size()));
  CHECK(key != nullptr);
  return key;
}

// Any 32 bytes will do for OpenSSL here.
inline Key public_key_object(int type, Bytes public_key) {
  Key key(EVP_PKEY_new_raw_public_key(type, nullptr, public_key.data(), public_key.size()));
  CHECK(key != nullptr);
  return key;
}

inline std::array<uint8_t, 32> public_part(const Key& key) {
  std::array<uint8_t, 32> out;
  size_t size = out.size();
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

}  // namespace vicino::crypto
