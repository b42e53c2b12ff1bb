#include "base/secret.h"
#include "crypto/aes_ctr.h"
#include "crypto/imports.h"

namespace vicino::crypto {

struct AesCtrKey::State {
  SecretBytes<key_size> key;
};

AesCtrKey::AesCtrKey(Bytes key) : state_(new State{SecretBytes<key_size>(key)}) {}

AesCtrKey::AesCtrKey(AesCtrKey&&) noexcept = default;
AesCtrKey& AesCtrKey::operator=(AesCtrKey&&) noexcept = default;
AesCtrKey::~AesCtrKey() = default;

void AesCtrKey::apply(Bytes counter, Bytes in, MutBytes out) {
  CHECK(counter.size() == counter_size && out.size() == in.size());
  host::aes_ctr(state_->key.expose().data(), counter.data(), in.data(), in.size(), out.data());
}

}  // namespace vicino::crypto
