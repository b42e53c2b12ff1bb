// A module for web/src/core/imports.test.ts alone: this folder as the browser runs it, with
// functions that take one test vector each. Bytes are pointer and size in the module's memory;
// results are sizes or 1, or -1 minus the Errc. Output memory is the caller's business: it is a
// test.
#include "crypto/aead.h"
#include "crypto/aes_ctr.h"
#include "crypto/curve25519.h"
#include "crypto/ed25519.h"
#include "crypto/hkdf.h"
#include "crypto/hmac.h"
#include "crypto/hpke.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name

namespace vicino::crypto {
namespace {

constexpr size_t area_size = 256 * 1024;
std::array<uint8_t, area_size> area;

int32_t refused(const Error& error) {
  return -1 - static_cast<int32_t>(error.code);
}

int32_t give(Bytes bytes, uint8_t* out) {
  copy(bytes, {out, bytes.size()});
  return static_cast<int32_t>(bytes.size());
}

Aead aead_of(uint32_t number) {
  return static_cast<Aead>(number - 1);
}

Hash hash_of(uint32_t bits) {
  return bits == 256 ? Hash::sha256 : Hash::sha512;
}

}  // namespace

VICINO_EXPORT(test_area)()->uint8_t* {
  return area.data();
}

VICINO_EXPORT(test_hash)(uint32_t bits, const uint8_t* data, size_t size, uint8_t* out)->int32_t {
  return bits == 256 ? give(sha256({data, size}), out) : give(sha512({data, size}), out);
}

VICINO_EXPORT(test_hmac)
(uint32_t bits, const uint8_t* key, size_t key_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  const size_t digest = digest_size(hash_of(bits));
  hmac(hash_of(bits), {key, key_size}, {data, size}, {out, digest});
  return static_cast<int32_t>(digest);
}

VICINO_EXPORT(test_hkdf)
(size_t out_size, const uint8_t* salt, size_t salt_size, const uint8_t* ikm, size_t ikm_size,
 const uint8_t* info, size_t info_size, uint8_t* out)
    ->int32_t {
  const auto prk = hkdf_extract_sha256({salt, salt_size}, {ikm, ikm_size});
  hkdf_expand(Hash::sha256, prk.expose(), {info, info_size}, {out, out_size});
  return static_cast<int32_t>(out_size);
}

VICINO_EXPORT(test_aes_ctr)
(const uint8_t* key, size_t key_size, const uint8_t* counter, size_t counter_size,
 const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  AesCtrKey({key, key_size}).apply({counter, counter_size}, {data, size}, {out, size});
  return static_cast<int32_t>(size);
}

VICINO_EXPORT(test_aead_seal)
(uint32_t aead, const uint8_t* key, size_t key_size, const uint8_t* nonce, size_t nonce_size,
 const uint8_t* aad, size_t aad_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  const size_t sealed_size = size + aead_tag_size;
  AeadKey(aead_of(aead), {key, key_size})
      .seal({nonce, nonce_size}, {aad, aad_size}, {data, size}, {out, sealed_size});
  return static_cast<int32_t>(sealed_size);
}

VICINO_EXPORT(test_aead_open)
(uint32_t aead, const uint8_t* key, size_t key_size, const uint8_t* nonce, size_t nonce_size,
 const uint8_t* aad, size_t aad_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  const size_t opened_size = size - aead_tag_size;
  const Status status =
      AeadKey(aead_of(aead), {key, key_size})
          .open({nonce, nonce_size}, {aad, aad_size}, {data, size}, {out, opened_size});
  return status ? static_cast<int32_t>(opened_size) : refused(status.error());
}

VICINO_EXPORT(test_x25519_public)(const uint8_t* key, size_t key_size, uint8_t* out)->int32_t {
  return give(x25519_public({key, key_size}), out);
}

VICINO_EXPORT(test_x25519)
(const uint8_t* private_key, size_t private_size, const uint8_t* public_key, size_t public_size,
 uint8_t* out)
    ->int32_t {
  const auto secret = x25519({private_key, private_size}, {public_key, public_size});
  return secret ? give(secret->expose(), out) : refused(secret.error());
}

VICINO_EXPORT(test_ed25519_public)(const uint8_t* seed, size_t seed_size, uint8_t* out)->int32_t {
  return give(ed25519_public(ed25519_signing_key({seed, seed_size}).expose()), out);
}

VICINO_EXPORT(test_ed25519_sign)
(const uint8_t* seed, size_t seed_size, const uint8_t* data, size_t size, uint8_t* out)->int32_t {
  return give(ed25519_sign(ed25519_signing_key({seed, seed_size}).expose(), {data, size}), out);
}

VICINO_EXPORT(test_ed25519_verify)
(const uint8_t* key, size_t key_size, const uint8_t* data, size_t size, const uint8_t* signature,
 size_t signature_size, uint8_t*)
    ->int32_t {
  return ed25519_verify({key, key_size}, {data, size}, {signature, signature_size}) ? 1 : 0;
}

// The key pair: private key, then public key.
VICINO_EXPORT(test_hpke_derive)(const uint8_t* ikm, size_t ikm_size, uint8_t* out)->int32_t {
  const HpkeKeyPair pair = hpke_derive_key_pair({ikm, ikm_size});
  const int32_t used = give(pair.private_key.expose(), out);
  return used + give(pair.public_key, out + used);
}

// `enc`, then the ciphertext.
VICINO_EXPORT(test_hpke_seal)
(uint32_t aead, const uint8_t* key, size_t key_size, const uint8_t* info, size_t info_size,
 const uint8_t* aad, size_t aad_size, const uint8_t* data, size_t size, const uint8_t* random,
 size_t random_size, uint8_t* out)
    ->int32_t {
  const auto sealed = hpke_seal(aead_of(aead), {key, key_size}, {info, info_size}, {aad, aad_size},
                                {data, size}, {random, random_size});
  if (!sealed) return refused(sealed.error());
  const int32_t used = give(sealed->enc, out);
  return used + give(sealed->ciphertext, out + used);
}

VICINO_EXPORT(test_hpke_open)
(uint32_t aead, const uint8_t* key, size_t key_size, const uint8_t* enc, size_t enc_size,
 const uint8_t* info, size_t info_size, const uint8_t* aad, size_t aad_size, const uint8_t* data,
 size_t size, uint8_t* out)
    ->int32_t {
  const auto opened = hpke_open(aead_of(aead), {key, key_size}, {enc, enc_size}, {info, info_size},
                                {aad, aad_size}, {data, size});
  return opened ? give(opened->expose(), out) : refused(opened.error());
}

VICINO_EXPORT(test_hpke_receive_export)
(uint32_t aead, const uint8_t* key, size_t key_size, const uint8_t* enc, size_t enc_size,
 const uint8_t* info, size_t info_size, const uint8_t* context, size_t context_size, uint8_t* out)
    ->int32_t {
  const auto secret = hpke_receive_export(aead_of(aead), {key, key_size}, {enc, enc_size},
                                          {info, info_size}, {context, context_size});
  return secret ? give(secret->expose(), out) : refused(secret.error());
}

}  // namespace vicino::crypto
