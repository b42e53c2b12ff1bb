// DTLS 1.2 for DTLS-SRTP (RFC 5764) on OpenSSL with memory BIOs: datagrams in, datagrams out, at
// the end two SRTP keys. Retransmission is this class's own, by the time it is given: OpenSSL's
// timer reads the clock and is switched off.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "rtc/media.h"
#include "rtc/peer.h"
#include "rtc/srtp_cipher.h"

namespace vicino::rtc {

class DtlsSession {
 public:
  enum class State : uint8_t { handshaking, connected, failed, closed };
  // How long a handshake may take; it holds about 60 KB of OpenSSL's memory until then.
  static constexpr Duration handshake_time = seconds(20);

  // `expected`: the SHA-256 of the other side's certificate, as its session description announced.
  DtlsSession(const DtlsIdentity& identity, bool server, const Fingerprint& expected, Instant now);
  ~DtlsSession();
  DtlsSession(DtlsSession&&) noexcept;

  // Starts the handshake (client). Datagrams to send are appended.
  void start(Instant now, std::vector<Buffer>& out);
  void handle_datagram(Instant now, Bytes datagram, std::vector<Buffer>& out);
  void handle_timeout(Instant now, std::vector<Buffer>& out);
  Instant next_timeout() const;
  void close(std::vector<Buffer>& out);
  State state() const;

  struct Keys {
    SrtpProfile profile;
    SecretBytes<46> client,
        server;  // key and salt, together as long as the profile says, zeros behind
  };
  // Once connected, and once only.
  Keys take_keys();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::rtc
