#include "crypto/curve25519.h"
#include "crypto/imports.h"

namespace vicino::crypto {

std::array<uint8_t, x25519_key_size> x25519_public(Bytes private_key) {
  CHECK(private_key.size() == x25519_key_size);
  std::array<uint8_t, x25519_key_size> out;
  host::x25519_public(private_key.data(), out.data());
  return out;
}

Result<SecretBytes<x25519_key_size>> x25519(Bytes private_key, Bytes public_key) {
  CHECK(private_key.size() == x25519_key_size);
  if (public_key.size() != x25519_key_size) return fail(Errc::malformed, "X25519 public key");
  SecretBytes<x25519_key_size> secret;
  if (host::x25519(private_key.data(), public_key.data(), secret.expose_mut().data()) == 0) {
    return fail(Errc::malformed, "X25519 public key of small order");
  }
  return secret;
}

}  // namespace vicino::crypto
