#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/gcm_ipsec_mb.h"
#include "crypto/openssl.h"

namespace vicino::crypto {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER, FreeCipher>;

// Fetched once: a fetch costs as much as sealing a short message.
const EVP_CIPHER* cipher_of(Aead aead) {
  static const Cipher ciphers[] = {
      Cipher(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr)),
      Cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)),
      Cipher(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)),
  };
  const EVP_CIPHER* const cipher = ciphers[static_cast<size_t>(aead)].get();
  CHECK(cipher != nullptr);
  return cipher;
}

constexpr int encrypt = 1, decrypt = 0;

}  // namespace

struct AeadKey::State {
  virtual ~State() = default;
  virtual void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes ciphertext, MutBytes tag) = 0;
  virtual bool open(Bytes nonce, Bytes aad, Bytes ciphertext, MutBytes plaintext, Bytes tag) = 0;

  class Openssl;
  class IpsecMb;
};

class AeadKey::State::Openssl final : public State {
 public:
  Openssl(Aead aead, Bytes key) : context_(EVP_CIPHER_CTX_new()) {
    CHECK(EVP_CipherInit_ex2(context_.get(), cipher_of(aead), key.data(), nullptr, encrypt,
                             nullptr) == 1);
  }

  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes ciphertext, MutBytes tag) override {
    start(encrypt, nonce, aad);
    update(plaintext, ciphertext);
    int written = 0;
    CHECK(EVP_CipherFinal_ex(context_.get(), tag.data(), &written) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, aead_tag_size, tag.data()) ==
          1);
  }

  bool open(Bytes nonce, Bytes aad, Bytes ciphertext, MutBytes plaintext, Bytes tag) override {
    std::array<uint8_t, aead_tag_size> expected;  // OpenSSL's interface wants it writable
    copy(tag, expected);
    start(decrypt, nonce, aad);
    update(ciphertext, plaintext);
    CHECK(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, aead_tag_size,
                              expected.data()) == 1);
    std::array<uint8_t, aead_tag_size> nothing;
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), nothing.data(), &written) == 1;
  }

 private:
  // Nonce and additional data; the key stays what it was.
  void start(int direction, Bytes nonce, Bytes aad) {
    CHECK(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), direction, nullptr) ==
          1);
    int written = 0;
    if (!aad.empty())
      CHECK(EVP_CipherUpdate(context_.get(), nullptr, &written, aad.data(), int_size(aad)) == 1);
  }

  void update(Bytes in, MutBytes out) {
    if (in.empty()) return;
    int written = 0;
    CHECK(EVP_CipherUpdate(context_.get(), out.data(), &written, in.data(), int_size(in)) == 1);
    CHECK(static_cast<size_t>(written) == in.size());
  }

  CipherContext context_;
};

class AeadKey::State::IpsecMb final : public State {
 public:
  explicit IpsecMb(Bytes key) : gcm_(key) {}

  void seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes ciphertext, MutBytes tag) override {
    gcm_.seal(nonce, aad, plaintext, ciphertext, tag);
  }
  bool open(Bytes nonce, Bytes aad, Bytes ciphertext, MutBytes plaintext, Bytes tag) override {
    return gcm_.open(nonce, aad, ciphertext, plaintext, tag);
  }

 private:
  IpsecMbGcm gcm_;
};

AeadKey::AeadKey(Aead aead, Bytes key) {
  CHECK(key.size() == key_size(aead));
  if (aead != Aead::chacha20_poly1305 && IpsecMbGcm::available()) {
    state_ = std::make_unique<State::IpsecMb>(key);
  } else {
    state_ = std::make_unique<State::Openssl>(aead, key);
  }
}

AeadKey AeadKey::by_openssl(Aead aead, Bytes key) {
  CHECK(key.size() == key_size(aead));
  return AeadKey(std::make_unique<State::Openssl>(aead, key));
}

AeadKey::AeadKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
AeadKey::AeadKey(AeadKey&&) noexcept = default;
AeadKey& AeadKey::operator=(AeadKey&&) noexcept = default;
AeadKey::~AeadKey() = default;

void AeadKey::seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed) {
  CHECK(nonce.size() == aead_nonce_size && sealed.size() == plaintext.size() + aead_tag_size);
  state_->seal(nonce, aad, plaintext, sealed.first(plaintext.size()), sealed.last(aead_tag_size));
}

Status AeadKey::open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext) {
  if (sealed.size() < aead_tag_size) return fail(Errc::truncated, "AEAD tag");
  CHECK(nonce.size() == aead_nonce_size && plaintext.size() == sealed.size() - aead_tag_size);
  if (!state_->open(nonce, aad, sealed.first(plaintext.size()), plaintext,
                    sealed.last(aead_tag_size))) {
    wipe(plaintext);
    return fail(Errc::unauthenticated, "AEAD tag");
  }
  return {};
}

}  // namespace vicino::crypto
