#include "rtc/srtp_cipher.h"

#include <openssl/params.h>

#include "base/secret.h"
#include "crypto/gcm_ipsec_mb.h"
#include "crypto/openssl.h"

namespace vicino::rtc {
namespace {

using crypto::CipherContext, crypto::int_size;

using MacContext =
    std::unique_ptr<EVP_MAC_CTX, decltype([](EVP_MAC_CTX* c) { EVP_MAC_CTX_free(c); })>;

class OpensslGcm final : public PacketCipher {
 public:
  explicit OpensslGcm(Bytes key) : seal_(EVP_CIPHER_CTX_new()), open_(EVP_CIPHER_CTX_new()) {
    const EVP_CIPHER* cipher = key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
    CHECK(EVP_EncryptInit_ex(seal_.get(), cipher, nullptr, key.data(), nullptr) == 1);
    CHECK(EVP_DecryptInit_ex(open_.get(), cipher, nullptr, key.data(), nullptr) == 1);
  }
  void seal(const PacketIv& iv, Bytes aad, Bytes clear, MutBytes sealed, Bytes,
            MutBytes tag) override {
    int size = 0;
    CHECK(EVP_EncryptInit_ex(seal_.get(), nullptr, nullptr, nullptr, iv.data()) == 1);
    CHECK(EVP_EncryptUpdate(seal_.get(), nullptr, &size, aad.data(), int_size(aad)) == 1);
    if (!clear.empty())
      CHECK(EVP_EncryptUpdate(seal_.get(), sealed.data(), &size, clear.data(), int_size(clear)) ==
            1);
    CHECK(EVP_EncryptFinal_ex(seal_.get(), nullptr, &size) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(seal_.get(), EVP_CTRL_AEAD_GET_TAG, int_size(tag), tag.data()) == 1);
  }
  bool open(const PacketIv& iv, Bytes aad, MutBytes data, Bytes, Bytes tag) override {
    int size = 0;
    CHECK(EVP_DecryptInit_ex(open_.get(), nullptr, nullptr, nullptr, iv.data()) == 1);
    CHECK(EVP_DecryptUpdate(open_.get(), nullptr, &size, aad.data(), int_size(aad)) == 1);
    if (!data.empty())
      CHECK(EVP_DecryptUpdate(open_.get(), data.data(), &size, data.data(), int_size(data)) == 1);
    std::array<uint8_t, 16> expected;  // OpenSSL's interface wants it writable
    copy(tag, expected);
    CHECK(EVP_CIPHER_CTX_ctrl(open_.get(), EVP_CTRL_AEAD_SET_TAG, int_size(tag), expected.data()) ==
          1);
    return EVP_DecryptFinal_ex(open_.get(), nullptr, &size) == 1;
  }

 private:
  CipherContext seal_, open_;
};

class IpsecMbGcm final : public PacketCipher {
 public:
  explicit IpsecMbGcm(Bytes key) : gcm_(key) {}

  void seal(const PacketIv& iv, Bytes aad, Bytes clear, MutBytes sealed, Bytes,
            MutBytes tag) override {
    gcm_.seal(iv, aad, clear, sealed, tag);
  }
  bool open(const PacketIv& iv, Bytes aad, MutBytes data, Bytes, Bytes tag) override {
    return gcm_.open(iv, aad, data, data, tag);
  }

 private:
  crypto::IpsecMbGcm gcm_;
};

// AES-CM with HMAC-SHA1, tag cut to 80 bits. OpenSSL is used by both back-ends: it has SHA-1 and
// AES-CTR in hardware.
class OpensslCm final : public PacketCipher {
 public:
  OpensslCm(Bytes key, Bytes auth_key) : counter_(EVP_CIPHER_CTX_new()) {
    CHECK(EVP_EncryptInit_ex(counter_.get(), EVP_aes_128_ctr(), nullptr, key.data(), nullptr) == 1);
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    CHECK(hmac != nullptr);
    mac_.reset(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    char digest[] = "SHA1";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                 OSSL_PARAM_construct_end()};
    CHECK(EVP_MAC_init(mac_.get(), auth_key.data(), auth_key.size(), params) == 1);
  }
  void seal(const PacketIv& iv, Bytes aad, Bytes clear, MutBytes sealed, Bytes suffix,
            MutBytes tag) override {
    apply(iv, clear, sealed);
    const auto full = authenticate(aad, sealed, suffix);
    copy(Bytes(full).first(tag.size()), tag);
  }
  bool open(const PacketIv& iv, Bytes aad, MutBytes data, Bytes suffix, Bytes tag) override {
    const auto full = authenticate(aad, data, suffix);
    if (!ct_equal(Bytes(full).first(10), tag)) return false;
    apply(iv, data, data);
    return true;
  }

 private:
  void apply(const PacketIv& iv, Bytes from, MutBytes to) {
    int size = 0;
    CHECK(EVP_EncryptInit_ex(counter_.get(), nullptr, nullptr, nullptr, iv.data()) == 1);
    if (!from.empty())
      CHECK(EVP_EncryptUpdate(counter_.get(), to.data(), &size, from.data(), int_size(from)) == 1);
  }
  std::array<uint8_t, 20> authenticate(Bytes aad, Bytes data, Bytes suffix) {
    std::array<uint8_t, 20> tag;
    size_t size = 0;
    CHECK(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1);  // the key set at construction
    for (const Bytes part : {aad, data, suffix})
      CHECK(EVP_MAC_update(mac_.get(), part.data(), part.size()) == 1);
    CHECK(EVP_MAC_final(mac_.get(), tag.data(), &size, tag.size()) == 1 && size == tag.size());
    return tag;
  }

  CipherContext counter_;
  MacContext mac_;
};

}  // namespace

SrtpSizes sizes_of(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::aes128_cm_hmac_sha1_80:
      return {16, 14, 10};
    case SrtpProfile::aead_aes_128_gcm:
      return {16, 12, 16};
    case SrtpProfile::aead_aes_256_gcm:
      return {32, 12, 16};
  }
  CHECK(false);
}

bool has_backend(CipherBackend backend) {
  return backend == CipherBackend::openssl || crypto::IpsecMbGcm::available();
}

CipherBackend best_backend() {
  return crypto::IpsecMbGcm::available() ? CipherBackend::ipsec_mb : CipherBackend::openssl;
}

std::unique_ptr<PacketCipher> make_packet_cipher(SrtpProfile profile, Bytes key, Bytes auth_key,
                                                 CipherBackend backend) {
  CHECK(key.size() == sizes_of(profile).key);
  if (!is_aead(profile)) return std::make_unique<OpensslCm>(key, auth_key);
  if (backend == CipherBackend::ipsec_mb) return std::make_unique<IpsecMbGcm>(key);
  return std::make_unique<OpensslGcm>(key);
}

void aes_counter_stream(Bytes key, const PacketIv& iv, MutBytes out) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* cipher = key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  int size = 0;
  wipe(out);
  CHECK(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), iv.data()) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), out.data(), &size, out.data(), int_size(out)) == 1);
}

}  // namespace vicino::rtc
