#include "rtc/srtp_cipher_ipsec_mb.h"

#ifdef VICINO_HAVE_IPSEC_MB

#include <intel-ipsec-mb.h>

#include "base/secret.h"

namespace vicino::rtc {
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

class IpsecMbGcm final : public PacketCipher {
 public:
  explicit IpsecMbGcm(Bytes key) : wide_(key.size() == 32) {
    if (wide_) {
      IMB_AES256_GCM_PRE(manager(), key.data(), &key_);
    } else {
      IMB_AES128_GCM_PRE(manager(), key.data(), &key_);
    }
  }
  ~IpsecMbGcm() override { wipe(MutBytes(reinterpret_cast<uint8_t*>(&key_), sizeof key_)); }

  void seal(const PacketIv& iv, Bytes aad, Bytes clear, MutBytes sealed, Bytes,
            MutBytes tag) override {
    gcm_context_data context;
    if (wide_) {
      IMB_AES256_GCM_ENC(manager(), &key_, &context, sealed.data(), clear.data(), clear.size(),
                         iv.data(), aad.data(), aad.size(), tag.data(), tag.size());
    } else {
      IMB_AES128_GCM_ENC(manager(), &key_, &context, sealed.data(), clear.data(), clear.size(),
                         iv.data(), aad.data(), aad.size(), tag.data(), tag.size());
    }
  }
  bool open(const PacketIv& iv, Bytes aad, MutBytes data, Bytes, Bytes tag) override {
    gcm_context_data context;
    std::array<uint8_t, 16> computed;
    if (wide_) {
      IMB_AES256_GCM_DEC(manager(), &key_, &context, data.data(), data.data(), data.size(),
                         iv.data(), aad.data(), aad.size(), computed.data(), computed.size());
    } else {
      IMB_AES128_GCM_DEC(manager(), &key_, &context, data.data(), data.data(), data.size(),
                         iv.data(), aad.data(), aad.size(), computed.data(), computed.size());
    }
    return ct_equal(computed, tag);
  }

 private:
  bool wide_;
  alignas(64) gcm_key_data key_;
};

}  // namespace

bool ipsec_mb_available() {
  return manager() != nullptr;
}

std::unique_ptr<PacketCipher> make_ipsec_mb_gcm(Bytes key) {
  CHECK(ipsec_mb_available());
  return std::make_unique<IpsecMbGcm>(key);
}

}  // namespace vicino::rtc

#else

namespace vicino::rtc {

bool ipsec_mb_available() {
  return false;
}
std::unique_ptr<PacketCipher> make_ipsec_mb_gcm(Bytes) {
  CHECK(false);
}

}  // namespace vicino::rtc

#endif
