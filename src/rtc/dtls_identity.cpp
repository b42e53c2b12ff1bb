#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "rtc/dtls_library.h"
#include "rtc/peer.h"
#include "rtc/srtp_cipher.h"

namespace vicino::rtc {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* k) { EVP_PKEY_free(k); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* c) { X509_free(c); })>;
using TlsContext = std::unique_ptr<SSL_CTX, decltype([](SSL_CTX* c) { SSL_CTX_free(c); })>;

// In order of preference: ipsec-mb makes AES-128-GCM the cheapest by far.
constexpr std::array all_profiles = {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aead_aes_256_gcm,
                                     SrtpProfile::aes128_cm_hmac_sha1_80};

// As OpenSSL calls them.
std::string names_of(std::span<const SrtpProfile> profiles) {
  std::string names;
  for (const SrtpProfile profile : profiles) {
    if (!names.empty()) names += ':';
    switch (profile) {
      case SrtpProfile::aes128_cm_hmac_sha1_80:
        names += "SRTP_AES128_CM_SHA1_80";
        break;
      case SrtpProfile::aead_aes_128_gcm:
        names += "SRTP_AEAD_AES_128_GCM";
        break;
      case SrtpProfile::aead_aes_256_gcm:
        names += "SRTP_AEAD_AES_256_GCM";
        break;
    }
  }
  return names;
}

constexpr const char* ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";
constexpr long day = 24 * 60 * 60;

// Self-signed and nameless: peers know it by its fingerprint alone.
Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new_ex(dtls_library(), nullptr));
  if (!certificate) return nullptr;
  X509* x = certificate.get();
  const std::unique_ptr<BIGNUM, decltype([](BIGNUM* n) { BN_free(n); })> serial(BN_new());
  X509_NAME* name = X509_get_subject_name(x);
  const bool ok =
      X509_set_version(x, X509_VERSION_3) == 1 && serial &&
      BN_rand(serial.get(), 64, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x)) &&
      X509_gmtime_adj(X509_getm_notBefore(x), -day) &&
      X509_gmtime_adj(X509_getm_notAfter(x), 365 * day) &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const uint8_t*>("WebRTC"), -1, -1, 0) == 1 &&
      X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 &&
      X509_sign(x, key, EVP_sha256()) > 0;
  return ok ? std::move(certificate) : nullptr;
}

// Any certificate passes here: DtlsSession compares its fingerprint before a key is used. In place
// of OpenSSL's check, because building a chain from a self-signed certificate is work for nothing.
int accept_any(X509_STORE_CTX*, void*) {
  return 1;
}

}  // namespace

struct DtlsIdentity::Impl {
  TlsContext context;
  Fingerprint fingerprint{};
};

DtlsIdentity::DtlsIdentity(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DtlsIdentity::~DtlsIdentity() = default;
const Fingerprint& DtlsIdentity::fingerprint() const {
  return impl_->fingerprint;
}
void* DtlsIdentity::ssl_ctx() const {
  return impl_->context.get();
}

Result<std::unique_ptr<DtlsIdentity>> DtlsIdentity::create(std::span<const SrtpProfile> profiles) {
  const std::string srtp_profiles = names_of(profiles.empty() ? all_profiles : profiles);
  const Key key(EVP_PKEY_Q_keygen(dtls_library(), nullptr, "EC", "P-256"));
  const Certificate certificate = key ? self_signed(key.get()) : nullptr;
  TlsContext context(SSL_CTX_new_ex(dtls_library(), nullptr, DTLS_method()));
  if (!certificate || !context) return fail(Errc::bad_state, "no DTLS certificate could be made");
  SSL_CTX* c = context.get();
  SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(c, accept_any, nullptr);
  auto impl = std::make_unique<Impl>();
  unsigned size = 0;
  const bool ok =
      SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) == 1 &&
      SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION) == 1 &&
      SSL_CTX_set_cipher_list(c, ciphers) == 1 &&
      SSL_CTX_use_certificate(c, certificate.get()) == 1 &&
      SSL_CTX_use_PrivateKey(c, key.get()) == 1 &&
      SSL_CTX_set_tlsext_use_srtp(c, srtp_profiles.c_str()) == 0 &&  // 0 is success here
      X509_digest(certificate.get(), EVP_sha256(), impl->fingerprint.data(), &size) == 1;
  if (!ok) return fail(Errc::bad_state, "DTLS could not be set up");
  impl->context = std::move(context);
  return std::unique_ptr<DtlsIdentity>(new DtlsIdentity(std::move(impl)));
}

}  // namespace vicino::rtc
