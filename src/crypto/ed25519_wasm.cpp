#include "crypto/ed25519.h"
#include "crypto/imports.h"

namespace vicino::crypto {

std::array<uint8_t, ed25519_public_size> ed25519_public(Bytes seed) {
  CHECK(seed.size() == ed25519_seed_size);
  std::array<uint8_t, ed25519_public_size> out;
  host::ed25519_public(seed.data(), out.data());
  return out;
}

std::array<uint8_t, ed25519_signature_size> ed25519_sign(Bytes seed, Bytes message) {
  CHECK(seed.size() == ed25519_seed_size);
  std::array<uint8_t, ed25519_signature_size> out;
  host::ed25519_sign(seed.data(), message.data(), message.size(), out.data());
  return out;
}

bool ed25519_verify(Bytes public_key, Bytes message, Bytes signature) {
  if (public_key.size() != ed25519_public_size || signature.size() != ed25519_signature_size) {
    return false;
  }
  return host::ed25519_verify(public_key.data(), message.data(), message.size(),
                              signature.data()) != 0;
}

}  // namespace vicino::crypto
