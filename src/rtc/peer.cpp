#include "rtc/peer.h"

#include "base/limits.h"
#include "rtc/dtls.h"
#include "rtc/ice.h"
#include "rtc/rtp.h"
#include "rtc/srtp.h"

namespace vicino::rtc {
namespace {

// Length of an RTP header with CSRCs and extensions. The payload isn't looked at: it is still
// encrypted.
Result<size_t> rtp_header_size(Bytes packet) {
  if (packet.size() < 12) return fail(Errc::truncated, "RTP header");
  size_t size = 12 + 4 * static_cast<size_t>(packet[0] & 15);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return fail(Errc::truncated, "RTP extension header");
    size += 4 + 4 * static_cast<size_t>(load16(packet.data() + size + 2));
  }
  if (packet.size() < size) return fail(Errc::truncated, "RTP extensions");
  return size;
}

std::unique_ptr<IceAgent> make_ice(PeerConfig& config, SecureRandom& random, Instant now) {
  if (config.role == PeerConfig::Role::server)
    return std::make_unique<IceLite>(config.local, config.remote, now);
  return std::make_unique<IceControlling>(config.local, config.remote, random, now);
}

}  // namespace

struct Peer::Impl {
  bool server;
  std::unique_ptr<IceAgent> ice;
  DtlsSession dtls;
  std::vector<Buffer> dtls_out{};
  bool dtls_started = false;
  State state = State::connecting;
  std::optional<SrtpContext> sending{}, receiving{};

  // Follows what ICE and DTLS have become, and sends what DTLS wants sent.
  void update(Instant now, Outbox& out) {
    if (!server && !dtls_started && ice->remote()) {
      dtls_started = true;
      dtls.start(now, dtls_out);
    }
    for (const Buffer& datagram : dtls_out) {
      if (!ice->remote()) break;
      copy(datagram, out.reserve(datagram.size()));
      out.commit(*ice->remote(), datagram.size());
    }
    dtls_out.clear();
    const bool dtls_over =
        dtls.state() == DtlsSession::State::failed || dtls.state() == DtlsSession::State::closed;
    if (ice->failed() || dtls_over) {
      state = State::closed;
    } else if (state == State::connecting && dtls.state() == DtlsSession::State::connected) {
      set_keys();
    }
  }

  void set_keys() {
    const DtlsSession::Keys keys = dtls.take_keys();
    const SrtpSizes sizes = sizes_of(keys.profile);
    const auto make = [&](const SecretBytes<46>& secret) {
      auto context =
          SrtpContext::create(keys.profile, secret.expose().first(sizes.key),
                              secret.expose().subspan(sizes.key, sizes.salt), best_backend());
      CHECK(context.has_value());  // lengths are the profile's
      return std::move(*context);
    };
    sending = make(server ? keys.server : keys.client);
    receiving = make(server ? keys.client : keys.server);
    state = State::connected;
  }

  Result<Incoming> handle_media(DatagramKind kind, MutBytes datagram) {
    if (!receiving) return fail(Errc::bad_state, "media before the keys");
    if (kind == DatagramKind::rtcp) {
      TRY_ASSIGN(const size_t size, receiving->unprotect_rtcp(datagram));
      return Incoming{Incoming::Kind::rtcp, datagram.first(size)};
    }
    TRY_ASSIGN(const size_t header, rtp_header_size(datagram));
    TRY_ASSIGN(const size_t size, receiving->unprotect_rtp(datagram, header));
    return Incoming{Incoming::Kind::rtp, datagram.first(size)};
  }
};

Peer::Peer(PeerConfig config, const DtlsIdentity& identity, SecureRandom& random, Instant now)
    : impl_(new Impl{config.role == PeerConfig::Role::server, make_ice(config, random, now),
                     DtlsSession(identity, config.role == PeerConfig::Role::server,
                                 config.remote.fingerprint, now)}) {}
Peer::~Peer() = default;
Peer::Peer(Peer&&) noexcept = default;
Peer& Peer::operator=(Peer&&) noexcept = default;

Peer::State Peer::state() const {
  return impl_->state;
}
const std::optional<Address>& Peer::remote() const {
  return impl_->ice->remote();
}

Result<Peer::Incoming> Peer::handle_datagram(Instant now, const Address& from, MutBytes datagram,
                                             Outbox& out) {
  if (impl_->state == State::closed) return fail(Errc::bad_state, "the peer is closed");
  if (datagram.size() > limits::max_datagram) return fail(Errc::too_large, "datagram");
  const DatagramKind kind = classify(datagram);
  if (kind == DatagramKind::stun) {
    const Status status = impl_->ice->handle_stun(now, from, datagram, out);
    impl_->update(now, out);
    if (!status) return std::unexpected(status.error());
    return Incoming{};
  }
  if (!impl_->ice->is_validated(from))
    return fail(Errc::unauthenticated, "no validated path from there");
  switch (kind) {
    case DatagramKind::rtp:
    case DatagramKind::rtcp: {
      TRY_ASSIGN(const Incoming incoming, impl_->handle_media(kind, datagram));
      impl_->ice->heard_media(now, from);
      return incoming;
    }
    case DatagramKind::dtls:
      impl_->dtls.handle_datagram(now, datagram, impl_->dtls_out);
      impl_->update(now, out);
      return Incoming{};
    default:
      return fail(Errc::malformed, "neither STUN, DTLS nor RTP");
  }
}

void Peer::handle_timeout(Instant now, Outbox& out) {
  if (impl_->state == State::closed) return;
  impl_->ice->handle_timeout(now, out);
  impl_->dtls.handle_timeout(now, impl_->dtls_out);
  impl_->update(now, out);
}

Instant Peer::next_timeout() const {
  if (impl_->state == State::closed) return Instant::never();
  return std::min(impl_->ice->next_timeout(), impl_->dtls.next_timeout());
}

size_t Peer::send_rtp(std::span<const ClearRtp> packets, StreamPlace& place, Outbox& out) {
  if (impl_->state != State::connected || !remote()) return 0;
  const Address& to = *remote();
  size_t most = 0;
  for (const ClearRtp& p : packets)
    most += p.header.size() + p.payload.size() + SrtpContext::max_rtp_overhead;
  MutBytes room = out.reserve(most);
  size_t sent = 0;
  for (const ClearRtp& p : packets) {
    if (p.header.size() + p.payload.size() + SrtpContext::max_rtp_overhead > limits::max_datagram)
      continue;
    copy(p.header, room);
    const auto size = impl_->sending->seal_rtp(room, p.header.size(), p.payload, place);
    if (!size) continue;
    out.commit(to, *size);
    room = room.subspan(*size);
    ++sent;
  }
  return sent;
}

size_t Peer::send_rtp_with(Buffer& earlier, std::span<const ClearRtp> packets, StreamPlace& place,
                           Outbox& out) {
  if (!earlier.empty() && impl_->state == State::connected && remote()) {
    copy(earlier, out.reserve(earlier.size()));
    out.commit(*remote(), earlier.size());
  }
  const size_t sent = send_rtp(packets, place, out);
  if (sent > 0) {
    const Bytes last = out.last();
    earlier.assign(last.begin(), last.end());
  }
  return sent;
}

Status Peer::send_rtp(Bytes header, Bytes payload, Outbox& out) {
  if (impl_->state != State::connected || !remote()) return fail(Errc::bad_state, "not connected");
  const size_t most = header.size() + payload.size() + SrtpContext::max_rtp_overhead;
  if (most > limits::max_datagram) return fail(Errc::too_large, "RTP packet");
  const MutBytes room = out.reserve(most);
  copy(header, room);
  StreamPlace place = 0;
  TRY_ASSIGN(const size_t sealed, impl_->sending->seal_rtp(room, header.size(), payload, place));
  out.commit(*remote(), sealed);
  return {};
}

Status Peer::send_rtcp(Bytes compound, Outbox& out) {
  if (impl_->state != State::connected || !remote()) return fail(Errc::bad_state, "not connected");
  if (compound.size() < 8) return fail(Errc::truncated, "RTCP packet");
  const size_t most = compound.size() + SrtpContext::max_rtcp_overhead;
  if (most > limits::max_datagram) return fail(Errc::too_large, "RTCP packet");
  const MutBytes room = out.reserve(most);
  copy(compound, room);
  TRY_ASSIGN(const size_t sealed, impl_->sending->protect_rtcp(room, compound.size()));
  out.commit(*remote(), sealed);
  return {};
}

void Peer::restart_ice(Instant now, const IceCredentials& local, const IceCredentials& remote) {
  if (impl_->state != State::closed) impl_->ice->restart(now, local, remote);
}
bool Peer::expects(std::string_view local_ufrag) const {
  return impl_->ice->expects(local_ufrag);
}
Instant Peer::unanswered_since() const {
  return impl_->ice->unanswered_since();
}

void Peer::close(Outbox& out) {
  if (impl_->state == State::closed) return;
  impl_->dtls.close(impl_->dtls_out);
  impl_->update({}, out);
  impl_->state = State::closed;
}

}  // namespace vicino::rtc
