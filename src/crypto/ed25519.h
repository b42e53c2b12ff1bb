// Ed25519 signatures (RFC 8032 section 5.1, without a context).
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

namespace vicino::crypto {

inline constexpr size_t ed25519_seed_size = 32;  // what the RFC calls the private key
inline constexpr size_t ed25519_public_size = 32;
inline constexpr size_t ed25519_signature_size = 64;

// The seed and, behind it, its public key: what signing needs, made once. The two halves must belong
// together; a signature made with another public key gives the private key away.
inline constexpr size_t ed25519_signing_key_size = 64;
SecretBytes<ed25519_signing_key_size> ed25519_signing_key(Bytes seed);  // exactly 32 bytes

inline Bytes ed25519_public(Bytes signing_key) {
  return signing_key.subspan(ed25519_seed_size);
}

std::array<uint8_t, ed25519_signature_size> ed25519_sign(Bytes signing_key, Bytes message);

// Any sizes: a wrong one makes it false. Both implementations must give the same answer for every
// input, or members of one group would disagree about a message, so the rule is fixed here:
// - S is below the group's order, and R is compared as 32 bytes with what the equation without
//   cofactor gives (so R must be encoded canonically);
// - the public key is encoded canonically, and neither it nor R is a point of small order.
bool ed25519_verify(Bytes public_key, Bytes message, Bytes signature);

}  // namespace vicino::crypto
