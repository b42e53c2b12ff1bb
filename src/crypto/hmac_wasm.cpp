#include "base/secret.h"
#include "crypto/hmac.h"
#include "crypto/imports.h"

namespace vicino::crypto {

struct HmacKey::State {
  State(Hash h, Bytes k) : hash(h), key(k.begin(), k.end()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { wipe(key); }

  Hash hash;
  Buffer key;
};

HmacKey::HmacKey(Hash hash, Bytes key) : state_(std::make_unique<State>(hash, key)) {}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

void HmacKey::sign(std::span<const Bytes> parts, MutBytes tag) {
  const size_t digest = digest_size(state_->hash);
  CHECK(tag.size() <= digest);
  size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  Buffer message;
  message.reserve(size);  // or growing would leave copies behind that nothing wipes
  for (const Bytes part : parts) message.insert(message.end(), part.begin(), part.end());
  SecretBytes<max_digest_size> whole;
  host::hmac(static_cast<uint32_t>(digest * 8), state_->key.data(), state_->key.size(),
             message.data(), message.size(), whole.expose_mut().data());
  wipe(message);
  copy(whole.expose().first(tag.size()), tag);
}

void hmac(Hash hash, Bytes key, Bytes message, MutBytes tag) {
  HmacKey(hash, key).sign({&message, 1}, tag);
}

}  // namespace vicino::crypto
