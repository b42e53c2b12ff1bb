#include "rtc/ice.h"

#include <gtest/gtest.h>

namespace vicino::rtc {
namespace {

const Address server_at = Address::v4({127, 0, 0, 1}, 40'000);
const Address client_at = Address::v4({10, 0, 0, 2}, 5000);
const Address stranger = Address::v4({10, 9, 9, 9}, 6000);

TransportParameters parameters(std::string ufrag, std::string pwd) {
  return {std::move(ufrag), std::move(pwd), {}, {server_at}};
}

struct Pair {
  SeededRandom random{1};
  Instant now{1'000'000};
  IceLite server{parameters("srv", "server-password-22-chars"),
                 parameters("cli", "client-password-22-chars"), now};
  IceControlling client{parameters("cli", "client-password-22-chars"),
                        parameters("srv", "server-password-22-chars"), random, now};
  Outbox out;

  // The client's first check as bytes.
  Buffer check() {
    out.clear();
    client.handle_timeout(now, out);
    const Bytes bytes = out.bytes(out.datagrams().at(0));
    return Buffer(bytes.begin(), bytes.end());
  }
};

TEST(Ice, AnAuthenticatedCheckOpensThePathOnBothSides) {
  Pair pair;
  const Buffer check = pair.check();
  EXPECT_FALSE(pair.server.is_validated(client_at));
  pair.out.clear();
  ASSERT_TRUE(pair.server.handle_stun(pair.now, client_at, check, pair.out));
  EXPECT_TRUE(pair.server.is_validated(client_at));
  EXPECT_EQ(pair.server.remote(), client_at);
  ASSERT_EQ(pair.out.datagrams().size(), 1u);
  EXPECT_EQ(pair.out.datagrams()[0].to, client_at);

  const Bytes bytes = pair.out.bytes(pair.out.datagrams()[0]);
  const Buffer answer(bytes.begin(), bytes.end());
  EXPECT_FALSE(pair.client.remote());
  EXPECT_FALSE(pair.client.handle_stun(pair.now, stranger, answer, pair.out))
      << "an answer from elsewhere";
  ASSERT_TRUE(pair.client.handle_stun(pair.now, server_at, answer, pair.out));
  EXPECT_EQ(pair.client.remote(), server_at);
  EXPECT_FALSE(pair.client.handle_stun(pair.now, server_at, answer, pair.out))
      << "the same answer twice";
}

TEST(Ice, UnauthenticatedChecksAreNotAnsweredAndMoveNothing) {
  Pair pair;
  Buffer check = pair.check();
  pair.out.clear();
  IceLite other(parameters("srv", "another-password-22-chars"), parameters("cli", ""), pair.now);
  EXPECT_EQ(other.handle_stun(pair.now, stranger, check, pair.out).error().code,
            Errc::unauthenticated);
  IceLite renamed(parameters("xxx", "server-password-22-chars"), parameters("cli", ""), pair.now);
  EXPECT_EQ(renamed.handle_stun(pair.now, stranger, check, pair.out).error().code,
            Errc::unauthenticated);
  EXPECT_TRUE(pair.out.datagrams().empty());
  EXPECT_FALSE(other.remote());
}

TEST(Ice, ARoamingClientsNewestPathsAreKept) {
  Pair pair;
  const Buffer check = pair.check();
  const auto at = [](uint16_t port) { return Address::v4({10, 0, 0, 3}, port); };
  for (uint16_t port = 1; port <= 100; ++port) {
    pair.now = pair.now + milliseconds(1);
    ASSERT_TRUE(pair.server.handle_stun(pair.now, at(port), check, pair.out));
  }
  EXPECT_EQ(pair.server.remote(), at(100));
  EXPECT_TRUE(pair.server.is_validated(at(100 - IceLite::max_paths + 1)));
  EXPECT_FALSE(pair.server.is_validated(at(100 - IceLite::max_paths)));
}

TEST(Ice, MediaKeepsTheServersSideAliveAndOpensNoPath) {
  Pair pair;
  ASSERT_TRUE(pair.server.handle_stun(pair.now, client_at, pair.check(), pair.out));
  for (int i = 0; i < 10; ++i) {
    pair.now = pair.now + seconds(20);
    pair.server.heard_media(pair.now, client_at);
    pair.server.handle_timeout(pair.now, pair.out);
    EXPECT_FALSE(pair.server.failed());
  }
  pair.now = pair.now + consent_time;
  pair.server.heard_media(pair.now, stranger);
  EXPECT_FALSE(pair.server.is_validated(stranger));
  pair.server.handle_timeout(pair.now, pair.out);
  EXPECT_TRUE(pair.server.failed());
}

TEST(Ice, ChecksAreRepeatedAndSilenceFails) {
  Pair pair;
  int checks = 0;
  while (!pair.client.failed()) {
    pair.out.clear();
    pair.client.handle_timeout(pair.now, pair.out);
    checks += static_cast<int>(pair.out.datagrams().size());
    if (pair.client.next_timeout() == Instant::never()) break;
    pair.now = pair.client.next_timeout();
  }
  EXPECT_TRUE(pair.client.failed());
  EXPECT_GT(checks, 20);
  EXPECT_LT(checks, 60);
  pair.server.handle_timeout(pair.server.next_timeout(), pair.out);
  EXPECT_TRUE(pair.server.failed()) << "no consent for 30 s";
}

TEST(Ice, ConsentChecksKeepBothAlive) {
  Pair pair;
  for (const Instant end = pair.now + seconds(300); pair.now < end;) {
    pair.out.clear();
    pair.client.handle_timeout(pair.now, pair.out);
    std::vector<Buffer> checks;
    for (const auto& d : pair.out.datagrams())
      checks.emplace_back(pair.out.bytes(d).begin(), pair.out.bytes(d).end());
    for (const Buffer& check : checks) {
      Outbox answers;
      ASSERT_TRUE(pair.server.handle_stun(pair.now, client_at, check, answers));
      const Bytes answer = answers.bytes(answers.datagrams().at(0));
      ASSERT_TRUE(pair.client.handle_stun(pair.now, server_at, answer, pair.out));
    }
    pair.now = pair.client.next_timeout();
    pair.server.handle_timeout(pair.now, pair.out);
  }
  EXPECT_FALSE(pair.client.failed());
  EXPECT_FALSE(pair.server.failed());
}

// What the client sends at its next deadline.
Buffer next_check(Pair& pair) {
  pair.now = std::max(pair.now, pair.client.next_timeout());
  return pair.check();
}

// Carries a check to the server and its answer back. Errors: the server's.
Status exchange(Pair& pair, const Address& from, Buffer check) {
  Outbox answers;
  TRY(pair.server.handle_stun(pair.now, from, check, answers));
  return pair.client.handle_stun(pair.now, server_at, answers.bytes(answers.datagrams().at(0)),
                                 pair.out);
}

const IceCredentials fresh_server{"srv2", "fresh-server-password-22"};
const IceCredentials fresh_client{"cli2", "fresh-client-password-22"};

TEST(Ice, AfterARestartTheOldCredentialsHoldUntilTheNewAreUsed) {
  Pair pair;
  ASSERT_TRUE(exchange(pair, client_at, pair.check()));
  // The answer was lost on the way, and another restart followed: the old ones still hold.
  pair.server.restart(pair.now, {"lost", "nobody-got-this-password"}, fresh_client);
  pair.server.restart(pair.now, fresh_server, fresh_client);
  EXPECT_TRUE(pair.server.expects("srv"));
  EXPECT_TRUE(pair.server.expects("srv2"));
  EXPECT_FALSE(pair.server.expects("lost"));
  const Buffer old = next_check(pair);
  EXPECT_TRUE(exchange(pair, client_at, old));

  pair.client.restart(pair.now, fresh_client, fresh_server);
  EXPECT_EQ(pair.client.remote(), server_at) << "it goes on sending meanwhile";
  const Address elsewhere = Address::v4({10, 0, 0, 9}, 7000);
  ASSERT_TRUE(exchange(pair, elsewhere, next_check(pair)));
  EXPECT_EQ(pair.server.remote(), elsewhere);
  EXPECT_FALSE(pair.server.expects("srv"));
  EXPECT_EQ(exchange(pair, stranger, old).error().code, Errc::unauthenticated);
  EXPECT_EQ(pair.server.remote(), elsewhere);
}

TEST(Ice, ARestartProvesNothingByItself) {
  Pair pair;
  ASSERT_TRUE(exchange(pair, client_at, pair.check()));
  pair.server.restart(pair.now, fresh_server, fresh_client);
  IceControlling other(parameters("cli2", ""), parameters("srv2", "a-password-that-is-wrong"),
                       pair.random, pair.now);
  Outbox out;
  other.handle_timeout(pair.now, out);
  const Bytes check = out.bytes(out.datagrams().at(0));
  EXPECT_FALSE(exchange(pair, stranger, Buffer(check.begin(), check.end())));
  EXPECT_EQ(pair.server.remote(), client_at);
  EXPECT_TRUE(pair.server.expects("srv")) << "nobody has used the new ones";
}

TEST(Ice, APathThatFallsSilentIsAskedAgainAndAgain) {
  Pair pair;
  ASSERT_TRUE(exchange(pair, client_at, pair.check()));
  const Instant connected = pair.now;
  pair.client.heard_media(connected + milliseconds(500), server_at);
  pair.client.heard_media(connected + milliseconds(900), stranger);
  EXPECT_EQ(pair.client.next_timeout() - connected, milliseconds(1500));
  EXPECT_EQ(pair.client.unanswered_since(), Instant::never());
  next_check(pair);
  const Buffer second = next_check(pair);
  EXPECT_EQ(pair.now - connected, milliseconds(2000));
  EXPECT_EQ(pair.client.unanswered_since() - connected, milliseconds(1500));
  ASSERT_TRUE(exchange(pair, client_at, second));
  EXPECT_EQ(pair.client.unanswered_since(), Instant::never());
  EXPECT_GT(pair.client.next_timeout() - pair.now, seconds(1)) << "it works, though without media";
}

}  // namespace
}  // namespace vicino::rtc
