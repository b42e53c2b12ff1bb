// What the WebAssembly module asks of its host (module "vicino"); web/src/core/imports.ts provides
// it from @noble/hashes, @noble/ciphers and @noble/curves.
//
// Pointers are offsets into the module's linear memory, sizes are bytes; both are i32. The host
// reads all inputs before it writes an output (they may be the same memory), keeps none of them,
// and throws when it can't do what is asked: a trap is a bug, never bad input. It takes the buffer
// of the memory afresh in each call, because memory may have grown.
#pragma once

#include <cstddef>
#include <cstdint>

#define VICINO_IMPORT(name) __attribute__((import_module("vicino"), import_name(name)))

namespace vicino::crypto::host {

// (data, size, out) -> (): out takes 32 bytes.
VICINO_IMPORT("sha256") void sha256(const uint8_t* data, size_t size, uint8_t* out);

// (data, size, out) -> (): out takes 64 bytes.
VICINO_IMPORT("sha512") void sha512(const uint8_t* data, size_t size, uint8_t* out);

// (hash_bits, key, key_size, data, size, out) -> (): hash_bits is 256 or 512 (SHA-256, SHA-512);
// the key has any length, also 0; out takes hash_bits / 8 bytes.
VICINO_IMPORT("hmac")
void hmac(uint32_t hash_bits, const uint8_t* key, size_t key_size, const uint8_t* data, size_t size,
          uint8_t* out);

// (aead, key, nonce, aad, aad_size, data, size, out) -> (): aead is 1 (AES-128-GCM), 2
// (AES-256-GCM) or 3 (ChaCha20-Poly1305), as in RFC 9180 section 7.3, with keys of 16, 32 and 32
// bytes; the nonce has 12 bytes; out takes size + 16 bytes: the ciphertext, then its 16-byte tag.
VICINO_IMPORT("aead_seal")
void aead_seal(uint32_t aead, const uint8_t* key, const uint8_t* nonce, const uint8_t* aad,
               size_t aad_size, const uint8_t* data, size_t size, uint8_t* out);

// (aead, key, nonce, aad, aad_size, data, size, out) -> i32: data is ciphertext and tag, at least
// 16 bytes. 1: authentic, and out has the size - 16 bytes of plaintext. 0: not authentic, and out
// is left as it was.
VICINO_IMPORT("aead_open")
int32_t aead_open(uint32_t aead, const uint8_t* key, const uint8_t* nonce, const uint8_t* aad,
                  size_t aad_size, const uint8_t* data, size_t size, uint8_t* out);

// (key, counter, data, size, out) -> (): AES-128-CTR; key and first counter block have 16 bytes
// each; out takes size bytes.
VICINO_IMPORT("aes_ctr")
void aes_ctr(const uint8_t* key, const uint8_t* counter, const uint8_t* data, size_t size,
             uint8_t* out);

// (private_key, out) -> (): both have 32 bytes.
VICINO_IMPORT("x25519_public")
void x25519_public(const uint8_t* private_key, uint8_t* out);

// (private_key, public_key, out) -> i32: all have 32 bytes. 1: out has the shared secret. 0: the
// shared secret would be all zero, and out is left as it was.
VICINO_IMPORT("x25519")
int32_t x25519(const uint8_t* private_key, const uint8_t* public_key, uint8_t* out);

// (seed, out) -> (): both have 32 bytes.
VICINO_IMPORT("ed25519_public") void ed25519_public(const uint8_t* seed, uint8_t* out);

// (seed, data, size, out) -> (): the seed has 32 bytes, out takes 64.
VICINO_IMPORT("ed25519_sign")
void ed25519_sign(const uint8_t* seed, const uint8_t* data, size_t size, uint8_t* out);

// (public_key, data, size, signature) -> i32: the key has 32 bytes, the signature 64. 1: valid by
// the rule of ed25519.h. 0: not.
VICINO_IMPORT("ed25519_verify")
int32_t ed25519_verify(const uint8_t* public_key, const uint8_t* data, size_t size,
                       const uint8_t* signature);

}  // namespace vicino::crypto::host

#undef VICINO_IMPORT
