#include "crypto/gcm_ipsec_mb.h"

#include "base/secret.h"

#ifdef VICINO_HAVE_IPSEC_MB

#include <intel-ipsec-mb.h>

namespace vicino::crypto {
namespace {

// The direct GCM calls keep no state in the manager, so one serves all threads once it is set up.
IMB_MGR* manager() {
  static IMB_MGR* const made = [] {
    IMB_MGR* m = alloc_mb_mgr(0);
    if (m) init_mb_mgr_auto(m, nullptr);
    return m;
  }();
  return made;
}

gcm_key_data* expanded(uint8_t* memory) {
  return reinterpret_cast<gcm_key_data*>(memory);
}
const gcm_key_data* expanded(const uint8_t* memory) {
  return reinterpret_cast<const gcm_key_data*>(memory);
}

}  // namespace

bool IpsecMbGcm::available() {
  return manager() != nullptr;
}

IpsecMbGcm::IpsecMbGcm(Bytes key) : wide_(key.size() == 32) {
  static_assert(sizeof memory_ >= sizeof(gcm_key_data));
  CHECK(available() && (wide_ || key.size() == 16));
  if (wide_) {
    IMB_AES256_GCM_PRE(manager(), key.data(), expanded(memory_.data()));
  } else {
    IMB_AES128_GCM_PRE(manager(), key.data(), expanded(memory_.data()));
  }
}

IpsecMbGcm::~IpsecMbGcm() {
  wipe(memory_);
}

void IpsecMbGcm::seal(Bytes nonce, Bytes aad, Bytes from, MutBytes to, MutBytes tag) const {
  gcm_context_data context;
  const auto function = wide_ ? manager()->gcm256_enc : manager()->gcm128_enc;
  function(expanded(memory_.data()), &context, to.data(), from.data(), from.size(), nonce.data(),
           aad.data(), aad.size(), tag.data(), tag.size());
}

bool IpsecMbGcm::open(Bytes nonce, Bytes aad, Bytes from, MutBytes to, Bytes tag) const {
  gcm_context_data context;
  std::array<uint8_t, 16> computed;
  const auto function = wide_ ? manager()->gcm256_dec : manager()->gcm128_dec;
  function(expanded(memory_.data()), &context, to.data(), from.data(), from.size(), nonce.data(),
           aad.data(), aad.size(), computed.data(), computed.size());
  return ct_equal(computed, tag);
}

}  // namespace vicino::crypto

#else

namespace vicino::crypto {

bool IpsecMbGcm::available() {
  return false;
}
IpsecMbGcm::IpsecMbGcm(Bytes) : wide_(false) {
  CHECK(false);
}
IpsecMbGcm::~IpsecMbGcm() = default;
void IpsecMbGcm::seal(Bytes, Bytes, Bytes, MutBytes, MutBytes) const {
  CHECK(false);
}
bool IpsecMbGcm::open(Bytes, Bytes, Bytes, MutBytes, Bytes) const {
  CHECK(false);
}

}  // namespace vicino::crypto

#endif
