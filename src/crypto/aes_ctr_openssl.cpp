#include "crypto/aes_ctr.h"
#include "crypto/openssl.h"

namespace vicino::crypto {

struct AesCtrKey::State {
  CipherContext context;
};

AesCtrKey::AesCtrKey(Bytes key) : state_(new State{}) {
  CHECK(key.size() == key_size);
  const std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(
      EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr));
  CHECK(cipher != nullptr);
  state_->context.reset(EVP_CIPHER_CTX_new());
  CHECK(EVP_EncryptInit_ex2(state_->context.get(), cipher.get(), key.data(), nullptr, nullptr) ==
        1);
}

AesCtrKey::AesCtrKey(AesCtrKey&&) noexcept = default;
AesCtrKey& AesCtrKey::operator=(AesCtrKey&&) noexcept = default;
AesCtrKey::~AesCtrKey() = default;

void AesCtrKey::apply(Bytes counter, Bytes in, MutBytes out) {
  CHECK(counter.size() == counter_size && out.size() == in.size());
  CHECK(in.size() <= static_cast<size_t>(std::numeric_limits<int>::max()));
  EVP_CIPHER_CTX* const context = state_->context.get();
  CHECK(EVP_EncryptInit_ex2(context, nullptr, nullptr, counter.data(), nullptr) == 1);
  if (in.empty()) return;
  int written = 0;
  CHECK(EVP_EncryptUpdate(context, out.data(), &written, in.data(), static_cast<int>(in.size())) ==
        1);
  CHECK(static_cast<size_t>(written) == in.size());
}

}  // namespace vicino::crypto
