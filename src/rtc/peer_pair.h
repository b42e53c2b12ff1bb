// For tests: a client and a server peer and the network between them, in virtual time.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <map>
#include <string>

#include "rtc/peer.h"

namespace vicino::rtc {

inline const Address server_address = Address::v4({192, 0, 2, 1}, 40'000);
inline const Address client_address = Address::v4({198, 51, 100, 2}, 5000);

inline constexpr const char* all_profiles =
    "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";

struct PairOptions {
  Duration delay = milliseconds(10);
  uint32_t loss_percent = 0;
  uint64_t seed = 1;
  const char* client_profiles = nullptr;           // OpenSSL's names; nullptr: all
  std::optional<Fingerprint> client_expects = {};  // of the server, when not the right one
  std::optional<Fingerprint> server_expects = {};
};

class PeerPair {
 public:
  struct Sent {
    Instant arrives;
    bool to_server;
    Buffer datagram;
  };

  explicit PeerPair(const PairOptions& options = {}) : options_(options), network_(options.seed) {
    client_identity = identity(options.client_profiles ? options.client_profiles : all_profiles);
    server_identity = identity(all_profiles);
    TransportParameters c{"cli", "client-password-22-char", client_identity->fingerprint(), {}};
    TransportParameters s{
        "srv", "server-password-22-char", server_identity->fingerprint(), {server_address}};
    TransportParameters s_for_client = s, c_for_server = c;
    s_for_client.fingerprint = options.client_expects.value_or(s.fingerprint);
    c_for_server.fingerprint = options.server_expects.value_or(c.fingerprint);
    client.emplace(PeerConfig{PeerConfig::Role::client, c, s_for_client}, *client_identity, random,
                   now);
    server.emplace(PeerConfig{PeerConfig::Role::server, s, c_for_server}, *server_identity, random,
                   now);
  }

  // As a process has it: one for all its peers.
  static const DtlsIdentity* identity(const char* profiles) {
    static std::map<std::string, std::unique_ptr<DtlsIdentity>> made;
    auto& one = made[profiles];
    if (!one) {
      one = DtlsIdentity::create().value();
      EXPECT_EQ(SSL_CTX_set_tlsext_use_srtp(static_cast<SSL_CTX*>(one->ssl_ctx()), profiles), 0);
    }
    return one.get();
  }

  // Lets time pass until `done()` or for `at_most`, whichever comes first. Says whether it was
  // done.
  template <class Done>
  bool run_until(Duration at_most, Done done) {
    const Instant end = now + at_most;
    for (int steps = 0; !done(); ++steps) {
      EXPECT_LT(steps, 100'000) << "no end of things to do";
      const Instant next = next_event();
      if (next > end || steps == 100'000) {
        now = end;
        return done();
      }
      now = std::max(now, next);
      step();
    }
    return true;
  }
  void run(Duration time) {
    run_until(time, [] { return false; });
  }
  bool connect(Duration at_most = seconds(20)) {
    return run_until(at_most, [&] {
      return client->state() == Peer::State::connected && server->state() == Peer::State::connected;
    });
  }

  // A packet of `size` payload bytes under way; its header is `header(sequence)`.
  static Buffer header(uint16_t sequence) {
    Buffer h(12);
    h[0] = 0x80;
    h[1] = 96;
    store16(h.data() + 2, sequence);
    store32(h.data() + 8, 0x1234);
    return h;
  }
  static Buffer receiver_report() { return {0x80, 201, 0, 1, 0, 0, 0, 9}; }

  // Puts what a peer has in its outbox on the way.
  void flush(bool from_client) {
    for (const auto& d : out.datagrams()) {
      ++datagrams_sent;
      EXPECT_LE(d.size, 1500u);
      if (cut || network_.u32() % 100 < options_.loss_percent) continue;
      const Bytes bytes = out.bytes(d);
      EXPECT_EQ(d.to, from_client ? server_address : client_at);
      under_way.push_back({now + options_.delay, from_client, Buffer(bytes.begin(), bytes.end())});
    }
    out.clear();
  }
  // Hands a datagram to the server and counts what it said.
  Result<Peer::Incoming> to_server(const Address& from, Buffer& datagram) {
    const auto got = server->handle_datagram(now, from, datagram, out);
    if (!got) ++server_errors[got.error().code];
    flush(false);
    return got;
  }

  Instant now{1'000'000};
  const DtlsIdentity* client_identity;
  const DtlsIdentity* server_identity;
  SeededRandom random{42};
  std::optional<Peer> client, server;
  Outbox out;
  Address client_at = client_address;  // changes when the client roams
  bool cut = false;                    // nothing arrives any more
  int datagrams_sent = 0;
  std::vector<Sent> under_way;
  std::vector<Buffer> client_got, server_got;  // media in the clear
  std::map<Errc, int> server_errors;

 private:
  Instant next_event() const {
    Instant next = std::min(client->next_timeout(), server->next_timeout());
    for (const Sent& s : under_way) next = std::min(next, s.arrives);
    return next;
  }

  void step() {
    if (client->next_timeout() <= now) {
      client->handle_timeout(now, out);
      flush(true);
    }
    if (server->next_timeout() <= now) {
      server->handle_timeout(now, out);
      flush(false);
    }
    for (size_t i = 0; i < under_way.size();) {
      if (under_way[i].arrives > now) {
        ++i;
        continue;
      }
      Sent sent = std::move(under_way[i]);
      under_way.erase(under_way.begin() + static_cast<ptrdiff_t>(i));
      deliver(sent);
    }
  }

  void deliver(Sent& sent) {
    if (sent.to_server) {
      keep(to_server(client_at, sent.datagram), server_got);
    } else {
      keep(client->handle_datagram(now, server_address, sent.datagram, out), client_got);
      flush(true);
    }
  }
  static void keep(const Result<Peer::Incoming>& got, std::vector<Buffer>& media) {
    if (got && got->kind != Peer::Incoming::Kind::nothing) {
      media.emplace_back(got->packet.begin(), got->packet.end());
    }
  }

  PairOptions options_;
  SeededRandom network_;
};

}  // namespace vicino::rtc
