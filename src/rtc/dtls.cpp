#include "rtc/dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "rtc/dtls_bio.h"
#include "rtc/dtls_closing.h"

namespace vicino::rtc {
namespace {

constexpr int mtu = 1200;
constexpr Duration first_retransmission =
    milliseconds(100);  // lower floods slow paths, higher delays lossy joins
constexpr Duration longest_retransmission = seconds(2);
constexpr int max_restarts = 8;  // of a handshake that somebody spoils

constexpr uint8_t content_change_cipher_spec = 20;
constexpr uint8_t content_handshake = 22;

using Session = std::unique_ptr<SSL, decltype([](SSL* s) { SSL_free(s); })>;

// OpenSSL would resend by its own clock: an hour per try keeps it from ever doing so.
unsigned never_expires(SSL*, unsigned) {
  return 3'600'000'000u;
}

uint16_t epoch_of(Bytes record) {
  return load16(record.data() + 3);
}

bool is_clear_alert(Bytes datagram) {
  return datagram.size() >= 13 && datagram[0] == content_alert && epoch_of(datagram) == 0;
}
bool is_handshake(Bytes datagram) {
  return !datagram.empty() &&
         (datagram[0] == content_handshake || datagram[0] == content_change_cipher_spec);
}

}  // namespace

struct DtlsSession::Impl {
  const DtlsIdentity& identity;
  bool server;
  Fingerprint expected;
  DatagramQueue queue{};
  Session ssl{};  // while handshaking
  State state = State::handshaking;
  Instant deadline;
  std::optional<Keys> keys{};
  std::optional<DtlsClosing> closing{};  // once connected
  // The last flight sent, whole: what is resent when nothing answers it.
  std::vector<Buffer> flight{};
  Instant resend_at = Instant::never();
  Duration resend_after = first_retransmission;
  int restarts = 0;

  void reset() {
    ssl.reset(SSL_new(static_cast<SSL_CTX*>(identity.ssl_ctx())));
    CHECK(ssl != nullptr);
    BIO* bio = make_datagram_bio(queue);
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_mtu(ssl.get(), mtu);
    DTLS_set_timer_cb(ssl.get(), never_expires);
    if (server) {
      SSL_set_accept_state(ssl.get());
    } else {
      SSL_set_connect_state(ssl.get());
    }
  }

  bool fingerprint_matches() const {
    X509* certificate = SSL_get0_peer_certificate(ssl.get());
    Fingerprint actual;
    unsigned size = 0;
    return certificate && X509_digest(certificate, EVP_sha256(), actual.data(), &size) == 1 &&
           ct_equal(actual, expected);
  }

  // Runs OpenSSL until it wants another datagram. True: what it sent is a new flight. Its session
  // is made with the first one: joins shouldn't wait for others' that may never come.
  bool advance(std::vector<Buffer>& sent) {
    if (!ssl) reset();
    queue.outgoing = &sent;
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl.get());
    if (result == 1) {
      connected();
    } else if (SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) {
      spoiled(sent);
    }
    queue.outgoing = nullptr;
    if (state != State::handshaking) ssl.reset();
    return !sent.empty();
  }

  void connected() {
    const bool usable =
        fingerprint_matches() && SSL_get_selected_srtp_profile(ssl.get()) != nullptr;
    state = usable ? State::connected : State::failed;
    // The server's flight is the last one, so only the server may be asked for it again.
    if (!server) flight = {};
    if (!usable) return;
    keys = export_keys();
    std::vector<Buffer> goodbye;
    queue.outgoing = &goodbye;
    SSL_shutdown(ssl.get());
    CHECK(goodbye.size() == 1);
    closing.emplace(ssl.get(), server, std::move(goodbye[0]));
  }

  Keys export_keys() const;

  // A handshake message that makes no sense may be anybody's who can fake an address: the server
  // begins anew instead of giving the peer up.
  void spoiled(std::vector<Buffer>& sent) {
    sent.clear();
    if (!server || ++restarts > max_restarts) {
      state = State::failed;
    } else {
      flight.clear();
      resend_at = Instant::never();
      ssl.reset();
    }
  }

  void resend(std::vector<Buffer>& out) const {
    out.insert(out.end(), flight.begin(), flight.end());
  }

  // The client asks again for what it lost: it gets it, not more often than it could have asked. A
  // client must not answer so, or two sides would keep each other resending for ever.
  void resend_last_flight(Instant now, std::vector<Buffer>& out) {
    if (!server || now < resend_at) return;
    resend(out);
    resend_at = now + first_retransmission;
  }

  void sent_flight(Instant now, std::vector<Buffer> sent, std::vector<Buffer>& out) {
    flight = std::move(sent);
    resend(out);
    resend_after = first_retransmission;
    resend_at = now + resend_after;
  }
};

DtlsSession::DtlsSession(const DtlsIdentity& identity, bool server, const Fingerprint& expected,
                         Instant now)
    : impl_(
          new Impl{identity, server, expected, {}, {}, State::handshaking, now + handshake_time}) {}
DtlsSession::~DtlsSession() = default;
DtlsSession::DtlsSession(DtlsSession&&) noexcept = default;

DtlsSession::State DtlsSession::state() const {
  return impl_->state;
}

void DtlsSession::start(Instant now, std::vector<Buffer>& out) {
  std::vector<Buffer> sent;
  if (impl_->advance(sent)) impl_->sent_flight(now, std::move(sent), out);
}

void DtlsSession::handle_datagram(Instant now, Bytes datagram, std::vector<Buffer>& out) {
  // An alert in the clear proves nothing about its sender; a real one is missed for handshake_time
  // at most.
  if (is_clear_alert(datagram)) return;
  if (impl_->state == State::failed || impl_->state == State::closed) return;
  if (impl_->state == State::connected && is_handshake(datagram)) {
    impl_->resend_last_flight(now, out);
    return;
  }
  if (impl_->state == State::connected) {
    if (impl_->closing->closes(datagram)) impl_->state = State::closed;
    return;
  }
  impl_->queue.incoming = datagram;
  std::vector<Buffer> sent;
  if (impl_->advance(sent)) impl_->sent_flight(now, std::move(sent), out);
}

void DtlsSession::handle_timeout(Instant now, std::vector<Buffer>& out) {
  if (impl_->state != State::handshaking) return;
  if (now >= impl_->deadline) {
    impl_->state = State::failed;
    return;
  }
  if (now < impl_->resend_at) return;
  impl_->resend(out);
  impl_->resend_after = std::min(impl_->resend_after * 2, longest_retransmission);
  impl_->resend_at = now + impl_->resend_after;
}

Instant DtlsSession::next_timeout() const {
  if (impl_->state != State::handshaking) return Instant::never();
  return std::min(impl_->deadline, impl_->resend_at);
}

void DtlsSession::close(std::vector<Buffer>& out) {
  if (impl_->state == State::connected) out.push_back(impl_->closing->goodbye());
  impl_->state = State::closed;
}

DtlsSession::Keys DtlsSession::take_keys() {
  CHECK(impl_->keys.has_value());
  Keys keys = std::move(*impl_->keys);
  impl_->keys.reset();
  return keys;
}

DtlsSession::Keys DtlsSession::Impl::export_keys() const {
  Keys exported{};
  exported.profile = static_cast<SrtpProfile>(SSL_get_selected_srtp_profile(ssl.get())->id);
  const SrtpSizes sizes = sizes_of(exported.profile);
  constexpr std::string_view label = "EXTRACTOR-dtls_srtp";  // RFC 5764 section 4.2
  SecretBytes<92> material;
  CHECK(SSL_export_keying_material(ssl.get(), material.expose_mut().data(),
                                   2 * (sizes.key + sizes.salt), label.data(), label.size(),
                                   nullptr, 0, 0) == 1);
  // client key | server key | client salt | server salt
  const Bytes all = material.expose();
  copy(all.subspan(0, sizes.key), exported.client.expose_mut());
  copy(all.subspan(sizes.key, sizes.key), exported.server.expose_mut());
  copy(all.subspan(2 * sizes.key, sizes.salt), exported.client.expose_mut().subspan(sizes.key));
  copy(all.subspan(2 * sizes.key + sizes.salt, sizes.salt),
       exported.server.expose_mut().subspan(sizes.key));
  return exported;
}

}  // namespace vicino::rtc
