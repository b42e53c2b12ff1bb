// The cipher suites of RFC 9605 section 4.5, all five.
#pragma once

#include <variant>

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/aes_ctr.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

namespace vicino::sframe {

// Numbers of the IANA registry. The short tags of 2 and 3 let forgeries through (section 7.5);
// they are here because the RFC has them, and Vicino's calls use 4.
enum class Suite : uint16_t {
  aes_128_ctr_hmac_sha256_80 = 1,
  aes_128_ctr_hmac_sha256_64 = 2,
  aes_128_ctr_hmac_sha256_32 = 3,
  aes_128_gcm_sha256_128 = 4,
  aes_256_gcm_sha512_128 = 5,
};
// Errors: unsupported.
Result<Suite> suite_from_number(uint64_t number);

struct SuiteParameters {
  crypto::Hash hash;
  size_t key_size;  // Nk
  size_t tag_size;  // Nt
};
SuiteParameters parameters(Suite suite);

inline constexpr size_t nonce_size = 12;  // Nn of every suite
inline constexpr size_t max_key_size = 48;
using Nonce = std::array<uint8_t, nonce_size>;

// AES-CTR with HMAC over lengths, nonce, additional data and ciphertext (section 4.5.1).
class CtrHmacKey {
 public:
  CtrHmacKey(Bytes key, size_t tag_size);  // 48 bytes: for encryption 16, for authentication 32
  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed);
  Status open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext);

 private:
  void compute_tag(Bytes nonce, Bytes aad, Bytes ciphertext, MutBytes tag);
  void apply(Bytes nonce, Bytes in, MutBytes out);

  crypto::AesCtrKey encryption_;
  crypto::HmacKey authentication_;
  size_t tag_size_;
};

// A suite's AEAD under one key: section 4.4's Encrypt and Decrypt. Memory as for crypto::AeadKey.
class Cipher {
 public:
  Cipher(Suite suite, Bytes key);  // exactly key_size bytes
  // `sealed` takes plaintext.size() + tag_size bytes.
  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed);
  // `plaintext` takes sealed.size() - tag_size bytes and holds nothing of the frame on failure.
  // Errors: truncated, unauthenticated.
  Status open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext);

 private:
  std::variant<crypto::AeadKey, CtrHmacKey> key_;
};

}  // namespace vicino::sframe
