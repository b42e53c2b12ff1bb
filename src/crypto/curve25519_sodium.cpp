// X25519 and Ed25519 over libsodium, which takes half as long for them as OpenSSL 3.0.
#include <sodium.h>

#include "crypto/curve25519.h"
#include "crypto/ed25519.h"

namespace vicino::crypto {
namespace {

// Chooses the implementations for this processor, once.
void prepare() {
  static const bool ready = sodium_init() >= 0;
  CHECK(ready);
}

}  // namespace

std::array<uint8_t, x25519_key_size> x25519_public(Bytes private_key) {
  prepare();
  CHECK(private_key.size() == x25519_key_size);
  std::array<uint8_t, x25519_key_size> out;
  CHECK(crypto_scalarmult_curve25519_base(out.data(), private_key.data()) == 0);
  return out;
}

Result<SecretBytes<x25519_key_size>> x25519(Bytes private_key, Bytes public_key) {
  prepare();
  CHECK(private_key.size() == x25519_key_size);
  if (public_key.size() != x25519_key_size) return fail(Errc::malformed, "X25519 public key");
  SecretBytes<x25519_key_size> secret;
  // libsodium refuses the points of small order, which are those that make the secret zero.
  if (crypto_scalarmult_curve25519(secret.expose_mut().data(), private_key.data(),
                                   public_key.data()) != 0)
    return fail(Errc::malformed, "X25519 public key of small order");
  return secret;
}

SecretBytes<ed25519_signing_key_size> ed25519_signing_key(Bytes seed) {
  prepare();
  CHECK(seed.size() == ed25519_seed_size);
  SecretBytes<ed25519_signing_key_size> key;
  std::array<uint8_t, ed25519_public_size> public_key;
  CHECK(crypto_sign_ed25519_seed_keypair(public_key.data(), key.expose_mut().data(), seed.data()) ==
        0);
  return key;
}

std::array<uint8_t, ed25519_signature_size> ed25519_sign(Bytes signing_key, Bytes message) {
  CHECK(signing_key.size() == ed25519_signing_key_size);
  std::array<uint8_t, ed25519_signature_size> signature;
  CHECK(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(),
                                     signing_key.data()) == 0);
  return signature;
}

bool ed25519_verify(Bytes public_key, Bytes message, Bytes signature) {
  if (public_key.size() != ed25519_public_size || signature.size() != ed25519_signature_size) {
    return false;
  }
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                             public_key.data()) == 0;
}

}  // namespace vicino::crypto
