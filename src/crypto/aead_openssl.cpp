#include <openssl/evp.h>

#include <limits>

#include "base/secret.h"
#include "crypto/aead.h"

namespace vicino::crypto {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

int int_size(Bytes bytes) {
  CHECK(bytes.size() <= static_cast<size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(bytes.size());
}

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

// Nonce and additional data; the key stays what it was.
void start(EVP_CIPHER_CTX* context, int direction, Bytes nonce, Bytes aad) {
  CHECK(nonce.size() == aead_nonce_size);
  CHECK(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce.data(), direction, nullptr) == 1);
  int written = 0;
  if (!aad.empty()) {
    CHECK(EVP_CipherUpdate(context, nullptr, &written, aad.data(), int_size(aad)) == 1);
  }
}

void update(EVP_CIPHER_CTX* context, Bytes in, MutBytes out) {
  if (in.empty()) return;
  int written = 0;
  CHECK(EVP_CipherUpdate(context, out.data(), &written, in.data(), int_size(in)) == 1);
  CHECK(static_cast<size_t>(written) == in.size());
}

}  // namespace

struct AeadKey::State {
  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context;
};

AeadKey::AeadKey(Aead aead, Bytes key) : state_(new State{}) {
  CHECK(key.size() == key_size(aead));
  state_->context.reset(EVP_CIPHER_CTX_new());
  CHECK(EVP_CipherInit_ex2(state_->context.get(), cipher_of(aead), key.data(), nullptr, encrypt,
                           nullptr) == 1);
}

AeadKey::AeadKey(AeadKey&&) noexcept = default;
AeadKey& AeadKey::operator=(AeadKey&&) noexcept = default;
AeadKey::~AeadKey() = default;

void AeadKey::seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed) {
  CHECK(sealed.size() == plaintext.size() + aead_tag_size);
  EVP_CIPHER_CTX* const context = state_->context.get();
  start(context, encrypt, nonce, aad);
  update(context, plaintext, sealed);
  uint8_t* const tag = sealed.last(aead_tag_size).data();
  int written = 0;
  CHECK(EVP_CipherFinal_ex(context, tag, &written) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, aead_tag_size, tag) == 1);
}

Status AeadKey::open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext) {
  if (sealed.size() < aead_tag_size) return fail(Errc::truncated, "AEAD tag");
  CHECK(plaintext.size() == sealed.size() - aead_tag_size);
  EVP_CIPHER_CTX* const context = state_->context.get();
  std::array<uint8_t, aead_tag_size> tag;
  copy(sealed.last(aead_tag_size), tag);
  start(context, decrypt, nonce, aad);
  update(context, sealed.first(plaintext.size()), plaintext);
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead_tag_size, tag.data()) == 1);
  std::array<uint8_t, aead_tag_size> nothing;
  int written = 0;
  if (EVP_CipherFinal_ex(context, nothing.data(), &written) != 1) {
    wipe(plaintext);
    return fail(Errc::unauthenticated, "AEAD tag");
  }
  return {};
}

}  // namespace vicino::crypto
