#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/imports.h"

namespace vicino::crypto {

struct AeadKey::State {
  uint32_t aead;
  SecretBytes<32> key;
};

AeadKey::AeadKey(Aead aead, Bytes key) : state_(new State{hpke_number(aead), {}}) {
  CHECK(key.size() == key_size(aead));
  copy(key, state_->key.expose_mut());
}

AeadKey::AeadKey(AeadKey&&) noexcept = default;
AeadKey& AeadKey::operator=(AeadKey&&) noexcept = default;
AeadKey::~AeadKey() = default;

void AeadKey::seal(Bytes nonce, Bytes aad, Bytes plaintext, MutBytes sealed) {
  CHECK(nonce.size() == aead_nonce_size);
  CHECK(sealed.size() == plaintext.size() + aead_tag_size);
  host::aead_seal(state_->aead, state_->key.expose().data(), nonce.data(), aad.data(), aad.size(),
                  plaintext.data(), plaintext.size(), sealed.data());
}

Status AeadKey::open(Bytes nonce, Bytes aad, Bytes sealed, MutBytes plaintext) {
  if (sealed.size() < aead_tag_size) return fail(Errc::truncated, "AEAD tag");
  CHECK(nonce.size() == aead_nonce_size);
  CHECK(plaintext.size() == sealed.size() - aead_tag_size);
  if (host::aead_open(state_->aead, state_->key.expose().data(), nonce.data(), aad.data(),
                      aad.size(), sealed.data(), sealed.size(), plaintext.data()) != 1) {
    wipe(plaintext);
    return fail(Errc::unauthenticated, "AEAD tag");
  }
  return {};
}

}  // namespace vicino::crypto
