#include "rtc/dtls_closing.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include <memory>

#include "crypto/openssl.h"

namespace vicino::rtc {
namespace {

using crypto::CipherContext, crypto::int_size;

constexpr size_t record_header = 13;  // type, version, epoch and sequence number, length
constexpr size_t explicit_size = 8;
constexpr size_t gcm_tag = 16;
constexpr size_t alert_size = 2;
constexpr uint8_t level_fatal = 2, close_notify = 0;

using Kdf = std::unique_ptr<EVP_KDF_CTX, decltype([](EVP_KDF_CTX* c) { EVP_KDF_CTX_free(c); })>;

// RFC 5246 section 6.3: key_block = PRF(master_secret, "key expansion", server + client random).
void derive_key_block(SSL* session, MutBytes out) {
  SecretBytes<48> master;
  const size_t size = SSL_SESSION_get_master_key(SSL_get_session(session),
                                                 master.expose_mut().data(), master.size_bytes);
  CHECK(size == master.size_bytes);
  constexpr std::string_view label = "key expansion";
  std::array<uint8_t, label.size() + 64> seed;
  copy(as_bytes(label), seed);
  SSL_get_server_random(session, seed.data() + label.size(), 32);
  SSL_get_client_random(session, seed.data() + label.size() + 32, 32);
  EVP_KDF* prf = EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr);
  CHECK(prf != nullptr);
  const Kdf context(EVP_KDF_CTX_new(prf));
  EVP_KDF_free(prf);
  const EVP_MD* hash = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(session));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(hash)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.expose_mut().data(),
                                        master.size_bytes),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  CHECK(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1);
}

}  // namespace

DtlsClosing::DtlsClosing(SSL* session, bool server, Buffer goodbye) : goodbye_(std::move(goodbye)) {
  const int nid = SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(session));
  cipher_ = EVP_get_cipherbynid(nid);
  CHECK(cipher_ != nullptr && SSL_version(session) == DTLS1_2_VERSION);
  explicit_nonce_ = nid != NID_chacha20_poly1305;
  const auto key = static_cast<size_t>(EVP_CIPHER_get_key_length(cipher_));
  const size_t iv = explicit_nonce_ ? 4 : 12;
  CHECK(key <= max_key);
  // client key | server key | client IV | server IV; AEADs have no MAC keys
  SecretBytes<2 * max_key + 2 * 12> block;
  const MutBytes all = block.expose_mut().first(2 * key + 2 * iv);
  derive_key_block(session, all);
  const size_t other = server ? 0 : 1;  // whose records are read
  copy(all.subspan(other * key, key), key_.expose_mut());
  copy(all.subspan(2 * key + other * iv, iv), iv_);
}

bool DtlsClosing::closes(Bytes datagram) const {
  const size_t before = explicit_nonce_ ? explicit_size : 0;
  const size_t body = before + alert_size + gcm_tag;
  if (datagram.size() < record_header + body || datagram[0] != content_alert) return false;
  if (load16(&datagram[11]) != body) return false;
  std::array<uint8_t, 12> nonce = iv_;
  if (explicit_nonce_) {
    copy(datagram.subspan(record_header, explicit_size), MutBytes(nonce).subspan(4));
  } else {
    for (size_t i = 0; i < 8; ++i) nonce[4 + i] ^= datagram[3 + i];
  }
  std::array<uint8_t, 13> aad;  // RFC 5246 section 6.2.3.3: sequence number, type, version, length
  copy(datagram.subspan(3, 8), aad);
  copy(datagram.first(3), MutBytes(aad).subspan(8));
  store16(&aad[11], alert_size);
  const Bytes sealed = datagram.subspan(record_header + before, alert_size);
  std::array<uint8_t, gcm_tag> tag;
  copy(datagram.subspan(record_header + before + alert_size, gcm_tag), tag);
  std::array<uint8_t, alert_size> alert;
  int size = 0;
  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* c = context.get();
  const bool authentic =
      EVP_DecryptInit_ex(c, cipher_, nullptr, key_.expose().data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(c, nullptr, &size, aad.data(), int_size(aad)) == 1 &&
      EVP_DecryptUpdate(c, alert.data(), &size, sealed.data(), int_size(sealed)) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, int_size(tag), tag.data()) == 1 &&
      EVP_DecryptFinal_ex(c, alert.data() + size, &size) == 1;
  return authentic && (alert[0] == level_fatal || alert[1] == close_notify);
}

}  // namespace vicino::rtc
