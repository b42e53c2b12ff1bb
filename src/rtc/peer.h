// One WebRTC peer over one path: ICE, DTLS, SRTP; sans-IO. The server is ICE-lite and DTLS passive;
// the native client is ICE controlling and DTLS active. What a datagram may do before it is
// authenticated: nothing but be answered by a STUN response no larger than itself.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/random.h"
#include "base/time.h"
#include "rtc/media.h"
#include "rtc/outbox.h"
#include "rtc/stream_place.h"

namespace vicino::rtc {

enum class SrtpProfile : uint16_t;  // rtc/srtp_cipher.h

// The process's DTLS identity: a self-signed ECDSA P-256 certificate made at start and an SSL_CTX
// around it. One per process, shared by all peers of one thread group; immutable once made.
class DtlsIdentity {
 public:
  // `profiles`: what is offered and accepted for SRTP, best first; empty: AES-GCM, then AES-CM.
  static Result<std::unique_ptr<DtlsIdentity>> create(std::span<const SrtpProfile> profiles = {});
  ~DtlsIdentity();
  const Fingerprint& fingerprint() const;
  void* ssl_ctx() const;  // SSL_CTX*; void so that OpenSSL's headers stay in rtc/dtls.cpp

 private:
  struct Impl;
  explicit DtlsIdentity(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct PeerConfig {
  enum class Role : uint8_t { server, client };
  Role role = Role::server;
  TransportParameters local;   // candidates unused
  TransportParameters remote;  // candidates used by the client only
};

// An RTP packet to be sealed: a whole header with extensions, and what is encrypted behind it.
struct ClearRtp {
  Bytes header;
  Bytes payload;  // with padding, if the header says so
};

class Peer {
 public:
  enum class State : uint8_t { connecting, connected, closed };

  // What a datagram turned out to carry, decrypted in place inside the datagram's own memory.
  struct Incoming {
    enum class Kind : uint8_t { nothing, rtp, rtcp } kind = Kind::nothing;
    MutBytes packet;
  };

  Peer(PeerConfig config, const DtlsIdentity& identity, SecureRandom& random, Instant now);
  ~Peer();
  Peer(Peer&&) noexcept;
  Peer& operator=(Peer&&) noexcept;

  // A datagram that arrived from `from`. For the server the caller has found this peer by the STUN
  // username or by remote(). Errors are for counting; the peer stays as it was.
  Result<Incoming> handle_datagram(Instant now, const Address& from, MutBytes datagram,
                                   Outbox& out);
  void handle_timeout(Instant now, Outbox& out);
  Instant next_timeout() const;  // O(1); Instant::never() when nothing is due

  State state() const;
  // The nominated, authenticated remote address; nullopt before. Consent lost for 30 s (RFC 7675):
  // state() is closed.
  const std::optional<Address>& remote() const;

  // Seals one packet into the outbox, addressed to remote(). `header` is a whole RTP header with
  // extensions and is authenticated, `payload` is encrypted. Errors: bad_state before connected;
  // too_large over one datagram.
  Status send_rtp(Bytes header, Bytes payload, Outbox& out);
  // The same for packets of one stream, one behind the other in the outbox. `place`: where the
  // stream's state was found the last time, 0 to begin with. Gives how many were sealed; those that
  // send_rtp would refuse are left out.
  size_t send_rtp(std::span<const ClearRtp> packets, StreamPlace& place, Outbox& out);
  // The same, behind the packet that `earlier` holds: sealed, byte for byte as it was sent before,
  // so that no nonce is used for anything else, and a receiver that has it already drops it as a
  // replay (RFC 3711 section 3.3.2). Then `earlier` is the last of these.
  size_t send_rtp_with(Buffer& earlier, std::span<const ClearRtp> packets, StreamPlace& place,
                       Outbox& out);
  // A compound RTCP packet in the clear. Errors as send_rtp.
  Status send_rtcp(Bytes compound, Outbox& out);
  // Goes on with fresh ICE credentials; keys and streams stay. Nothing once closed.
  void restart_ice(Instant now, const IceCredentials& local, const IceCredentials& remote);
  // Whether checks that name this user fragment may be for this peer (a server's).
  bool expects(std::string_view local_ufrag) const;
  // Since when its checks have been without answer, and nothing else has come either; never(): not.
  Instant unanswered_since() const;

  // Sends a DTLS close_notify and is closed.
  void close(Outbox& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::rtc
