#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "base/secret.h"
#include "crypto/hmac.h"

namespace vicino::crypto {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

struct HmacKey::State {
  Hash hash;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> context;
};

HmacKey::HmacKey(Hash hash, Bytes key) : state_(new State{.hash = hash, .context = nullptr}) {
  static const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  CHECK(mac != nullptr);
  state_->context.reset(EVP_MAC_CTX_new(mac.get()));
  std::string name = hash == Hash::sha256 ? "SHA256" : "SHA512";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end()};
  // A null pointer would mean "the key set before", also for an empty key.
  static constexpr uint8_t no_key = 0;
  const uint8_t* const data = key.empty() ? &no_key : key.data();
  CHECK(EVP_MAC_init(state_->context.get(), data, key.size(), parameters) == 1);
}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

void HmacKey::sign(std::span<const Bytes> parts, MutBytes tag) {
  EVP_MAC_CTX* const context = state_->context.get();
  CHECK(tag.size() <= digest_size(state_->hash));
  CHECK(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
  for (const Bytes part : parts) {
    if (!part.empty()) CHECK(EVP_MAC_update(context, part.data(), part.size()) == 1);
  }
  SecretBytes<max_digest_size> whole;
  size_t size = 0;
  CHECK(EVP_MAC_final(context, whole.expose_mut().data(), &size, max_digest_size) == 1);
  copy(whole.expose().first(tag.size()), tag);
}

void hmac(Hash hash, Bytes key, Bytes message, MutBytes tag) {
  HmacKey(hash, key).sign({&message, 1}, tag);
}

}  // namespace vicino::crypto
