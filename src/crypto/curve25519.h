// X25519 (RFC 7748): Diffie-Hellman over Curve25519. All keys are 32 bytes.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

namespace vicino::crypto {

inline constexpr size_t x25519_key_size = 32;

// Any 32 bytes are a private key: section 5 says which bits of them count.
std::array<uint8_t, x25519_key_size> x25519_public(Bytes private_key);

// Section 6.1. `private_key` is exactly 32 bytes; `public_key` is whatever came from outside.
// Errors: malformed (not 32 bytes, or a point that makes the shared secret all zero).
Result<SecretBytes<x25519_key_size>> x25519(Bytes private_key, Bytes public_key);

// Whether agreeing with this key of 32 bytes always fails, as its secret would be zero (RFC 7748
// section 6.1).
bool x25519_of_small_order(Bytes public_key);

}  // namespace vicino::crypto
