#include "rtc/peer.h"

#include <malloc.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <new>

#include "rtc/peer_pair.h"

namespace {
size_t allocations = 0;
void* counted(size_t size, size_t alignment) {
  ++allocations;
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (!memory) std::abort();
  return memory;
}
}  // namespace
// Every allocation of this program is counted. Not inlined: the compiler would see malloc and
// delete paired.
[[gnu::noinline]] void* operator new(size_t size) {
  return counted(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace vicino::rtc {
namespace {

constexpr std::array profile_names = {"SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_256_GCM",
                                      "SRTP_AES128_CM_SHA1_80"};

Buffer whole(Buffer header, Bytes payload) {
  header.insert(header.end(), payload.begin(), payload.end());
  return header;
}

// Sends one packet each way and says whether both arrived as they were.
void expect_media_passes(PeerPair& pair, uint16_t sequence) {
  const Buffer payload(1000, static_cast<uint8_t>(sequence));
  const Buffer header = PeerPair::header(sequence);
  pair.client_got.clear();
  pair.server_got.clear();
  ASSERT_TRUE(pair.client->send_rtp(header, payload, pair.out));
  pair.flush(true);
  ASSERT_TRUE(pair.server->send_rtp(header, payload, pair.out));
  ASSERT_TRUE(pair.server->send_rtcp(PeerPair::receiver_report(), pair.out));
  pair.flush(false);
  pair.run(milliseconds(500));
  EXPECT_EQ(pair.server_got, std::vector<Buffer>{whole(header, payload)});
  EXPECT_EQ(pair.client_got,
            (std::vector<Buffer>{whole(header, payload), PeerPair::receiver_report()}));
}

TEST(Peer, CarriesMediaBothWaysUnderEverySrtpProfile) {
  for (const char* profile : profile_names) {
    PairOptions options;
    options.client_profiles = profile;
    PeerPair pair(options);
    EXPECT_FALSE(pair.client->send_rtp(PeerPair::header(1), {}, pair.out)) << "before the keys";
    ASSERT_TRUE(pair.connect()) << profile;
    EXPECT_EQ(pair.client->remote(), server_address);
    EXPECT_EQ(pair.server->remote(), client_address);
    expect_media_passes(pair, 65'535);
    expect_media_passes(pair, 0);
  }
}

TEST(Peer, ConnectsInThreeAndAHalfRoundTrips) {
  PeerPair pair;
  const Instant start = pair.now;
  ASSERT_TRUE(pair.connect());
  // A check and its answer; hello and the server's flight; the client's flight and the server's
  // Finished; every way takes 10 ms.
  EXPECT_EQ((pair.now - start).ms(), 60);
}

TEST(Peer, ConnectsThroughLoss) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    PairOptions options;
    options.seed = seed;
    options.loss_percent = 20;
    options.delay = milliseconds(40);
    PeerPair pair(options);
    EXPECT_TRUE(pair.connect()) << "seed " << seed;
  }
}

TEST(Peer, FallsSilentOnceConnectedHoweverLongThePath) {
  for (const int64_t delay : {60, 150, 400}) {
    PairOptions options;
    options.delay = milliseconds(delay);
    PeerPair pair(options);
    ASSERT_TRUE(pair.connect());
    pair.run(seconds(5));  // what is still under way
    pair.datagrams_sent = 0;
    pair.run(seconds(60));
    EXPECT_LE(pair.datagrams_sent, 32) << "a check and its answer every 4 s at most";
    EXPECT_EQ(pair.client->state(), Peer::State::connected);
  }
}

TEST(Peer, StaysClosedToACertificateOtherThanAnnounced) {
  PairOptions options;
  options.client_expects = Fingerprint{1};
  PeerPair pair(options);
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.client->state(), Peer::State::closed);
  EXPECT_TRUE(pair.client_got.empty());
  EXPECT_EQ(pair.client->send_rtp(PeerPair::header(1), {}, pair.out).error().code, Errc::bad_state);

  options = {};
  options.server_expects = Fingerprint{1};
  PeerPair other(options);
  EXPECT_FALSE(other.connect());
  EXPECT_EQ(other.server->state(), Peer::State::closed);
  if (other.client->state() == Peer::State::connected) {
    ASSERT_TRUE(other.client->send_rtp(PeerPair::header(1), Buffer(100), other.out));
    other.flush(true);
    other.run(seconds(1));
  }
  EXPECT_TRUE(other.server_got.empty());
}

// The server's OpenSSL has little more than Vicino's own clients use: others' must be in it.
TEST(Peer, TakesWhatOtherClientsBring) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  Fingerprint fingerprint;
  ASSERT_TRUE(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600) &&
              X509_set_pubkey(certificate.get(), key.get()) == 1 &&
              X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0 &&
              X509_digest(certificate.get(), EVP_sha256(), fingerprint.data(), nullptr) == 1);
  PairOptions options;
  options.client_profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM";
  options.server_expects = fingerprint;
  auto* context = static_cast<SSL_CTX*>(PeerPair::identity(options.client_profiles)->ssl_ctx());
  ASSERT_EQ(SSL_CTX_use_certificate(context, certificate.get()), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey(context, key.get()), 1);
  for (const char* group : {"X25519:P-256", "P-256", "P-384:P-256"}) {
    ASSERT_EQ(SSL_CTX_set1_groups_list(context, group), 1) << group;
    PeerPair pair(options);
    ASSERT_TRUE(pair.connect()) << group;
    expect_media_passes(pair, 7);
  }
}

TEST(Peer, ClosingIsSeenByTheOtherSideAtOnce) {
  for (const bool client_closes : {true, false}) {
    PeerPair pair;
    ASSERT_TRUE(pair.connect());
    (client_closes ? pair.client : pair.server)->close(pair.out);
    pair.flush(client_closes);
    pair.run(milliseconds(20));
    EXPECT_EQ(pair.client->state(), Peer::State::closed);
    EXPECT_EQ(pair.server->state(), Peer::State::closed);
    EXPECT_EQ(pair.server->next_timeout(), Instant::never());
    EXPECT_FALSE(pair.server->send_rtp(PeerPair::header(1), {}, pair.out));
  }
}

// Closing is understood without OpenSSL's session: with each cipher suite, and only when authentic.
TEST(Peer, AForgedGoodbyeClosesNothing) {
  constexpr const char* own_profiles = "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM";
  for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                            "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    auto* context = static_cast<SSL_CTX*>(PeerPair::identity(own_profiles)->ssl_ctx());
    ASSERT_EQ(SSL_CTX_set_cipher_list(context, suite), 1);
    for (const bool client_closes : {true, false}) {
      PairOptions options;
      options.client_profiles = own_profiles;
      PeerPair pair(options);
      ASSERT_TRUE(pair.connect());
      (client_closes ? pair.client : pair.server)->close(pair.out);
      const Bytes bytes = pair.out.bytes(pair.out.datagrams().at(0));
      const Buffer goodbye(bytes.begin(), bytes.end());
      pair.out.clear();
      Peer& other = client_closes ? *pair.server : *pair.client;
      const Address from = client_closes ? client_address : server_address;
      const auto hand_over = [&](Buffer datagram) {
        (void)other.handle_datagram(pair.now, from, datagram, pair.out);
        return other.state();
      };
      for (size_t i = 0; i < goodbye.size(); ++i) {
        Buffer changed = goodbye;
        changed[i] ^= 1;
        ASSERT_EQ(hand_over(changed), Peer::State::connected) << suite << " byte " << i;
        ASSERT_EQ(hand_over(Buffer(goodbye.begin(), goodbye.begin() + static_cast<ptrdiff_t>(i))),
                  Peer::State::connected);
      }
      EXPECT_EQ(hand_over(goodbye), Peer::State::closed) << suite;
    }
  }
}

TEST(Peer, ADeadPathClosesBothSidesAfterThirtySeconds) {
  PeerPair pair;
  ASSERT_TRUE(pair.connect());
  pair.run(seconds(100));
  EXPECT_EQ(pair.server->state(), Peer::State::connected);
  pair.cut = true;
  pair.run(seconds(24));
  EXPECT_EQ(pair.server->state(), Peer::State::connected);
  pair.run(seconds(12));
  EXPECT_EQ(pair.client->state(), Peer::State::closed);
  EXPECT_EQ(pair.server->state(), Peer::State::closed);
}

TEST(Peer, GivesUpWhenNobodyAnswers) {
  PairOptions options;
  options.loss_percent = 100;
  PeerPair pair(options);
  EXPECT_FALSE(pair.connect(seconds(31)));
  EXPECT_EQ(pair.client->state(), Peer::State::closed);
  EXPECT_EQ(pair.server->state(), Peer::State::closed);
  EXPECT_LT(pair.datagrams_sent, 60);
}

TEST(Peer, FollowsAClientToItsNewAddress) {
  PeerPair pair;
  ASSERT_TRUE(pair.connect());
  for (uint16_t move = 1; move <= 20; ++move) {
    pair.client_at.port = static_cast<uint16_t>(client_address.port + move);
    ASSERT_TRUE(pair.run_until(seconds(7), [&] { return pair.server->remote() == pair.client_at; }))
        << "move " << move;
    pair.run(milliseconds(50));
    expect_media_passes(pair, move);
  }
}

TEST(Peer, SendsAndReceivesWithoutAllocating) {
  for (const char* profile : profile_names) {
    PairOptions options;
    options.client_profiles = profile;
    PeerPair pair(options);
    ASSERT_TRUE(pair.connect());
    const Buffer payload(1100, 7);
    Buffer header = PeerPair::header(1);
    const Buffer report = PeerPair::receiver_report();
    Buffer datagram;
    datagram.reserve(1500);
    size_t before = 0;
    const auto pass_on = [&] {
      ASSERT_EQ(pair.out.trains().size(), 1u);
      const Bytes bytes = pair.out.bytes(pair.out.trains()[0]);
      datagram.assign(bytes.begin(), bytes.end());
      pair.out.clear();
      ASSERT_TRUE(pair.server->handle_datagram(pair.now, client_address, datagram, pair.out));
    };
    StreamPlace place = 0;
    for (uint16_t i = 0; i < 300; ++i) {
      if (i == 200) before = allocations;  // warm by then
      store16(header.data() + 2, i);
      const ClearRtp packet{header, payload};
      ASSERT_EQ(pair.client->send_rtp(std::span(&packet, 1), place, pair.out), 1u);
      pass_on();
      ASSERT_TRUE(pair.client->send_rtcp(report, pair.out));
      pass_on();
    }
    EXPECT_EQ(allocations, before) << profile;
  }
}

TEST(Peer, ARunOfPacketsIsOneTrainAndArrivesAsItWas) {
  PeerPair pair;
  ASSERT_TRUE(pair.connect());
  const Buffer payload(300, 7), longer(1490, 8);
  std::vector<Buffer> headers;
  std::vector<ClearRtp> run;
  for (uint16_t i = 0; i < 5; ++i) headers.push_back(PeerPair::header(i == 3 ? 1 : i));
  for (const Buffer& header : headers) run.push_back({header, payload});
  run[2].payload = longer;  // doesn't fit a datagram
  StreamPlace place = 77;   // nobody's
  EXPECT_EQ(pair.client->send_rtp(run, place, pair.out), 3u) << "one too long, one sent before";
  EXPECT_EQ(place, 0u);
  ASSERT_EQ(pair.out.trains().size(), 1u);
  EXPECT_EQ(pair.out.trains()[0].count, 3u);
  pair.flush(true);
  pair.run(milliseconds(20));
  ASSERT_EQ(pair.server_got.size(), 3u);
  for (const size_t i : {0u, 1u, 2u}) {
    Buffer expected = PeerPair::header(static_cast<uint16_t>(i == 2 ? 4 : i));
    expected.insert(expected.end(), payload.begin(), payload.end());
    EXPECT_EQ(pair.server_got[i], expected);
  }
}

TEST(Peer, WhatGoesOutTwiceArrivesOnce) {
  PeerPair pair;
  ASSERT_TRUE(pair.connect());
  const Buffer payload(80, 7);
  StreamPlace place = 0;
  Buffer earlier;
  for (uint16_t i = 0; i < 5; ++i) {
    const Buffer header = PeerPair::header(i);
    const ClearRtp packet{header, payload};
    EXPECT_EQ(pair.client->send_rtp_with(earlier, std::span(&packet, 1), place, pair.out), 1u);
    EXPECT_EQ(pair.out.datagrams().size(), i == 0 ? 1u : 2u);
    pair.flush(true);
    if (i == 2) pair.under_way.pop_back();  // its first copy is lost
    pair.run(milliseconds(20));
  }
  ASSERT_EQ(pair.server_got.size(), 5u);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(load16(&pair.server_got[i][2]), i);
  EXPECT_EQ(pair.server_errors, (std::map<Errc, int>{{Errc::replayed, 3}}));
}

TEST(Peer, IsCheapOnceConnected) {
  constexpr size_t pairs = 20;
  std::vector<std::unique_ptr<PeerPair>> all;
  const auto connect_one = [&] {
    all.push_back(std::make_unique<PeerPair>());
    ASSERT_TRUE(all.back()->connect());
    all.back()->out = {};
    all.back()->under_way = {};
  };
  connect_one();  // what OpenSSL allocates once
  const size_t before = mallinfo2().uordblks;
  for (size_t i = 0; i < pairs; ++i) connect_one();
  const size_t bytes = (mallinfo2().uordblks - before) / (2 * pairs);
  std::printf("%zu bytes per connected peer\n", bytes);
  EXPECT_LE(bytes, 10'000u);
}

}  // namespace
}  // namespace vicino::rtc
