// What the WebAssembly module asks of its host (module "vicino"); web/src/core/wasm.ts provides it
// from @noble/hashes and @noble/ciphers.
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

// (key, key_size, nonce, aad, aad_size, data, size, out) -> (): key_size is 16 or 32, the nonce has
// 12 bytes; out takes size + 16 bytes: the ciphertext, then its 16-byte tag.
VICINO_IMPORT("aes_gcm_seal")
void aes_gcm_seal(const uint8_t* key, size_t key_size, const uint8_t* nonce, const uint8_t* aad,
                  size_t aad_size, const uint8_t* data, size_t size, uint8_t* out);

// (key, key_size, nonce, aad, aad_size, data, size, out) -> i32: data is ciphertext and tag, at
// least 16 bytes. 1: authentic, and out has the size - 16 bytes of plaintext. 0: not authentic, and
// out is left as it was.
VICINO_IMPORT("aes_gcm_open")
int32_t aes_gcm_open(const uint8_t* key, size_t key_size, const uint8_t* nonce, const uint8_t* aad,
                     size_t aad_size, const uint8_t* data, size_t size, uint8_t* out);

// (key, counter, data, size, out) -> (): AES-128-CTR; key and first counter block have 16 bytes
// each; out takes size bytes.
VICINO_IMPORT("aes_ctr")
void aes_ctr(const uint8_t* key, const uint8_t* counter, const uint8_t* data, size_t size,
             uint8_t* out);

}  // namespace vicino::crypto::host

#undef VICINO_IMPORT
