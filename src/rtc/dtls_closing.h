// What is left of a DTLS session once its SRTP keys are out: saying good-bye, and understanding it.
// OpenSSL's own session would hold about 36 KB for that, 22 of them a handshake buffer that it
// never gives back over datagrams.
#pragma once

#include <openssl/ssl.h>

#include <array>

#include "base/bytes.h"
#include "base/secret.h"

namespace vicino::rtc {

inline constexpr uint8_t content_alert = 21;  // a DTLS record's type (RFC 5246 section 6.2.1)

class DtlsClosing {
 public:
  // Of a session that is connected, in DTLS 1.2 with one of this project's cipher suites. Its next
  // record must not be sent by anybody else: `goodbye` is that one.
  DtlsClosing(SSL* session, bool server, Buffer goodbye);

  // Whether the datagram begins with an alert of the other side that ends the session: a
  // close_notify or any fatal one, authentic under the session's keys.
  bool closes(Bytes datagram) const;
  // The close_notify of this side, sealed beforehand.
  const Buffer& goodbye() const { return goodbye_; }

 private:
  static constexpr size_t max_key = 32;
  const EVP_CIPHER* cipher_;
  bool explicit_nonce_;  // AES-GCM (RFC 5288); ChaCha20-Poly1305 counts by the record (RFC 7905)
  SecretBytes<max_key> key_;  // of what the other side writes
  std::array<uint8_t, 12> iv_{};
  Buffer goodbye_;
};

}  // namespace vicino::rtc
