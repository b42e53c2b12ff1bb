// HPKE (RFC 9180) in base mode and for single messages: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// and the AEAD that the caller names.
//
// `random` is always 32 fresh bytes: input key material of the ephemeral key pair (section 7.1.3).
// `info` and `aad` have any size. Private keys are exactly 32 bytes; public keys and `enc` are
// whatever came from outside.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/aead.h"

namespace vicino::crypto {

inline constexpr size_t hpke_random_size = 32;

struct HpkeKeyPair {
  SecretBytes<32> private_key;
  std::array<uint8_t, 32> public_key;
};

// DeriveKeyPair (section 7.1.3). `ikm`: at least 32 secret bytes.
HpkeKeyPair hpke_derive_key_pair(Bytes ikm);

struct HpkeSealed {
  std::array<uint8_t, 32> enc;
  Buffer ciphertext;  // of plaintext.size() + 16 bytes
};

// SealBase (section 6.1). Errors: malformed (no usable public key).
Result<HpkeSealed> hpke_seal(Aead aead, Bytes public_key, Bytes info, Bytes aad, Bytes plaintext,
                             Bytes random);

// OpenBase (section 6.1). Errors: malformed (enc), truncated (shorter than a tag),
// unauthenticated. The second form is for a caller that knows its public key, and takes half as
// long.
Result<SecretBuffer> hpke_open(Aead aead, Bytes private_key, Bytes enc, Bytes info, Bytes aad,
                               Bytes ciphertext);
Result<SecretBuffer> hpke_open(Aead aead, const HpkeKeyPair& keys, Bytes enc, Bytes info, Bytes aad,
                               Bytes ciphertext);

struct HpkeExported {
  std::array<uint8_t, 32> enc;
  SecretBytes<32> secret;
};

// SendExportBase and ReceiveExportBase of 32 bytes (section 6.2). Errors: malformed (the public
// key; enc).
Result<HpkeExported> hpke_send_export(Aead aead, Bytes public_key, Bytes info,
                                      Bytes exporter_context, Bytes random);
Result<SecretBytes<32>> hpke_receive_export(Aead aead, Bytes private_key, Bytes enc, Bytes info,
                                            Bytes exporter_context);
Result<SecretBytes<32>> hpke_receive_export(Aead aead, const HpkeKeyPair& keys, Bytes enc,
                                            Bytes info, Bytes exporter_context);

}  // namespace vicino::crypto
