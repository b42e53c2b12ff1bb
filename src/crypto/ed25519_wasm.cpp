#include "crypto/ed25519.h"
#include "crypto/imports.h"

namespace vicino::crypto {

SecretBytes<ed25519_signing_key_size> ed25519_signing_key(Bytes seed) {
  CHECK(seed.size() == ed25519_seed_size);
  SecretBytes<ed25519_signing_key_size> key;
  copy(seed, key.expose_mut());
  host::ed25519_public(seed.data(), key.expose_mut().subspan(ed25519_seed_size).data());
  return key;
}

// The host's signing begins with the seed.
std::array<uint8_t, ed25519_signature_size> ed25519_sign(Bytes signing_key, Bytes message) {
  CHECK(signing_key.size() == ed25519_signing_key_size);
  std::array<uint8_t, ed25519_signature_size> out;
  host::ed25519_sign(signing_key.data(), message.data(), message.size(), out.data());
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
