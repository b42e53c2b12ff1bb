#include "sframe/cipher_suite.h"

#include "base/secret.h"

namespace vicino::sframe {
namespace {

constexpr size_t ctr_key_size = crypto::AesCtrKey::key_size;
constexpr size_t max_tag_size = 16;

std::variant<crypto::AeadKey, CtrHmacKey> make_key(Suite suite, Bytes key) {
  const SuiteParameters suite_parameters = parameters(suite);
  CHECK(key.size() == suite_parameters.key_size);
  switch (suite) {
    case Suite::aes_128_gcm_sha256_128:
      return crypto::AeadKey(crypto::Aead::aes_128_gcm, key);
    case Suite::aes_256_gcm_sha512_128:
      return crypto::AeadKey(crypto::Aead::aes_256_gcm, key);
    default:
      return CtrHmacKey(key, suite_parameters.tag_size);
  }
}

}  // namespace

Result<Suite> suite_from_number(uint64_t number) {
  if (number < 1 || number > 5) return fail(Errc::unsupported, "SFrame cipher suite");
  return static_cast<Suite>(number);
}

SuiteParameters parameters(Suite suite) {
  switch (suite) {
    case Suite::aes_128_ctr_hmac_sha256_80:
      return {crypto::Hash::sha256, 48, 10};
    case Suite::aes_128_ctr_hmac_sha256_64:
      return {crypto::Hash::sha256, 48, 8};
    case Suite::aes_128_ctr_hmac_sha256_32:
      return {crypto::Hash::sha256, 48, 4};
    case Suite::aes_128_gcm_sha256_128:
      return {crypto::Hash::sha256, 16, 16};
    case Suite::aes_256_gcm_sha512_128:
      break;
  }
  return {crypto::Hash::sha512, 32, 16};
}

CtrHmacKey::CtrHmacKey(Bytes key, size_t tag_size)
    : encryption_(key.first(ctr_key_size)),
      authentication_(crypto::Hash::sha256, key.subspan(ctr_key_size)),
      tag_size_(tag_size) {
  CHECK(tag_size <= max_tag_size);
}

void CtrHmacKey::compute_tag(Bytes nonce, Bytes aad, Bytes ciphertext, MutBytes tag) {
  std::array<uint8_t, 24> lengths;
  store64(&lengths[0], aad.size());
  store64(&lengths[8], ciphertext.size());
  store64(&lengths[16], tag_size_);
  const std::array<Bytes, 4> parts = {lengths, nonce, aad, ciphertext};
  authentication_.sign(parts, tag);
}

void CtrHmacKey::apply(Bytes nonce, Bytes in, MutBytes out) {
  CHECK(nonce.size() == nonce_size);
  std::array<uint8_t, crypto::AesCtrKey::counter_size> counter{};
  copy(nonce, counter);
  encryption_.apply(counter, in, out);
}

void CtrHmacKey::seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed) {
  CHECK(sealed.size() == plaintext.size() + tag_size_);
  const MutBytes ciphertext = sealed.first(plaintext.size());
  apply(nonce, plaintext, ciphertext);
  compute_tag(nonce, aad, ciphertext, sealed.last(tag_size_));
}

Status CtrHmacKey::open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext) {
  if (sealed.size() < tag_size_) return fail(Errc::truncated, "SFrame tag");
  CHECK(plaintext.size() == sealed.size() - tag_size_);
  const Bytes ciphertext = sealed.first(plaintext.size());
  std::array<uint8_t, max_tag_size> memory;
  const MutBytes expected = MutBytes(memory).first(tag_size_);
  compute_tag(nonce, aad, ciphertext, expected);
  if (!ct_equal(expected, sealed.last(tag_size_))) {
    wipe(plaintext);
    return fail(Errc::unauthenticated, "SFrame tag");
  }
  apply(nonce, ciphertext, plaintext);
  return {};
}

Cipher::Cipher(Suite suite, Bytes key) : key_(make_key(suite, key)) {}

void Cipher::seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed) {
  if (auto* const gcm = std::get_if<crypto::AeadKey>(&key_)) {
    gcm->seal(nonce, aad, plaintext, sealed);
  } else {
    std::get_if<CtrHmacKey>(&key_)->seal(nonce, aad, plaintext, sealed);
  }
}

Status Cipher::open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext) {
  if (auto* const gcm = std::get_if<crypto::AeadKey>(&key_)) {
    return gcm->open(nonce, aad, sealed, plaintext);
  }
  return std::get_if<CtrHmacKey>(&key_)->open(nonce, aad, sealed, plaintext);
}

}  // namespace vicino::sframe
