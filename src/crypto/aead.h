// AES-GCM (NIST SP 800-38D, RFC 5116) and ChaCha20-Poly1305 (RFC 8439) with 12-byte nonces and
// 16-byte tags behind the ciphertext.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace vicino::crypto {

enum class Aead : uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

constexpr size_t key_size(Aead aead) {
  return aead == Aead::aes_128_gcm ? 16 : 32;
}
// AES-128-GCM 1, AES-256-GCM 2, ChaCha20-Poly1305 3: RFC 9180 section 7.3.
constexpr uint16_t hpke_number(Aead aead) {
  return static_cast<uint16_t>(static_cast<unsigned>(aead) + 1);
}
inline constexpr size_t aead_nonce_size = 12;
inline constexpr size_t aead_tag_size = 16;

// A key with its expanded state. A nonce must never be used twice for sealing under one key: that
// is the caller's to prove. Output may be the input's own memory (same start), not overlap it
// otherwise.
class AeadKey {
 public:
  AeadKey(Aead aead, Bytes key);  // exactly key_size(aead) bytes
  // Natively only: by OpenSSL, even where something faster is there.
  static AeadKey by_openssl(Aead aead, Bytes key);
  AeadKey(AeadKey&&) noexcept;
  AeadKey& operator=(AeadKey&&) noexcept;
  ~AeadKey();

  // `sealed` takes plaintext.size() + 16 bytes: ciphertext, then tag.
  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed);

  // `plaintext` takes sealed.size() - 16 bytes and is zeroed on failure.
  // Errors: truncated (shorter than a tag), unauthenticated.
  Status open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext);

 private:
  struct State;
  explicit AeadKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vicino::crypto
