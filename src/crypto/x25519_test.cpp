#include <gtest/gtest.h>

#include "crypto/curve25519.h"
#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

std::string agree(std::string_view private_key, std::string_view public_key) {
  const auto secret = x25519(from_hex(private_key).value(), from_hex(public_key).value());
  return secret ? to_hex(secret->expose()) : to_string(secret.error().code).data();
}

// RFC 7748 section 5.2.
TEST(X25519, MatchesRfc7748) {
  EXPECT_EQ(agree("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_EQ(agree("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                  "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

// RFC 7748 section 6.1.
TEST(X25519, GivesBothSidesTheSameSecret) {
  constexpr std::string_view alice =
      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
  constexpr std::string_view bob =
      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
  const std::string alice_public = to_hex(x25519_public(from_hex(alice).value()));
  const std::string bob_public = to_hex(x25519_public(from_hex(bob).value()));
  EXPECT_EQ(alice_public, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(bob_public, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  constexpr std::string_view secret =
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(agree(alice, bob_public), secret);
  EXPECT_EQ(agree(bob, alice_public), secret);
}

TEST(X25519, RefusesKeysOfAnotherSize) {
  const Buffer own(32, 0x77);
  const auto refuses = [&](Bytes public_key) {
    const auto secret = x25519(own, public_key);
    return !secret && secret.error().code == Errc::malformed;
  };
  for (const size_t size : {0u, 31u, 33u, 64u}) EXPECT_TRUE(refuses(Buffer(size, 9))) << size;
}

// 0, 1, the two of order 8, then p - 1, p, p + 1, and those with the bit set that doesn't count.
TEST(X25519, KnowsThePointsOfSmallOrderByTheirBytes) {
  std::vector<Buffer> points = {
      Buffer(32), Buffer(32),
      from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800").value(),
      from_hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157").value()};
  points[1][0] = 1;
  for (const int low : {0xec, 0xed, 0xee}) {
    Buffer& point = points.emplace_back(32, 0xff);
    point.front() = static_cast<uint8_t>(low);
    point.back() = 0x7f;
  }
  const Buffer own(32, 0x77);
  for (Buffer& point : points) {
    for (const int top : {0, 0x80}) {
      point.back() = static_cast<uint8_t>(point.back() ^ top);
      EXPECT_TRUE(x25519_of_small_order(point)) << to_hex(point);
      EXPECT_FALSE(x25519(own, point)) << to_hex(point);
    }
  }
  const Buffer ordinary(32, 9);
  EXPECT_FALSE(x25519_of_small_order(ordinary));
  EXPECT_TRUE(x25519(own, ordinary));
}

TEST(X25519DeathTest, APrivateKeyOfAnotherSizeIsABug) {
  EXPECT_DEATH(x25519_public(Buffer(31)), "CHECK failed");
  EXPECT_DEATH((void)x25519(Buffer(33), Buffer(32, 9)), "CHECK failed");
}

TEST(X25519, PassesWycheproof) {
  const auto vectors = read_vectors("wycheproof/x25519_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/x25519_test.json");
  size_t tried = 0, zeros = 0;
  for (const auto& group : (*vectors)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      const auto secret = x25519(hex(test["private"]), hex(test["public"]));
      // "acceptable" includes secrets of zeros, the one thing refused here.
      const Buffer expected = hex(test["shared"]);
      const bool zero = expected == Buffer(32);
      EXPECT_EQ(secret.has_value(), !zero) << test["tcId"];
      if (secret) {
        EXPECT_TRUE(equal(secret->expose(), expected)) << test["tcId"];
      }
      ++tried;
      zeros += zero;
    }
  }
  EXPECT_EQ(tried, 518u);
  EXPECT_GT(zeros, 20u);
}

}  // namespace
}  // namespace vicino::crypto
