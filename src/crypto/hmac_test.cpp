#include "crypto/hmac.h"

#include <gtest/gtest.h>

#include "crypto/test_vectors.h"

namespace vicino::crypto {
namespace {

// RFC 4231 section 4.3 (test case 2).
constexpr std::string_view message = "what do ya want for nothing?";
constexpr std::string_view tag_256 =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
constexpr std::string_view tag_512 =
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";

TEST(Hmac, MatchesRfc4231) {
  Buffer tag(32);
  hmac(Hash::sha256, as_bytes("Jefe"), as_bytes(message), tag);
  EXPECT_EQ(to_hex(tag), tag_256);
  tag.resize(64);
  hmac(Hash::sha512, as_bytes("Jefe"), as_bytes(message), tag);
  EXPECT_EQ(to_hex(tag), tag_512);
}

TEST(Hmac, AcceptsAnEmptyKeyAndAnEmptyMessage) {
  Buffer tag(32);
  hmac(Hash::sha256, {}, {}, tag);
  EXPECT_EQ(to_hex(tag), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 4231 section 4.7 (test case 6): a key of more than a block.
TEST(Hmac, HashesALongKey) {
  Buffer tag(32);
  const Buffer key(131, 0xaa);
  const Bytes text = as_bytes("Test Using Larger Than Block-Size Key - Hash Key First");
  hmac(Hash::sha256, key, text, tag);
  EXPECT_EQ(to_hex(tag), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  tag.resize(64);
  hmac(Hash::sha512, key, text, tag);
  EXPECT_EQ(to_hex(tag),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST(HmacKey, SignsPartsAsOneMessageAgainAndAgain) {
  HmacKey key(Hash::sha256, as_bytes("Jefe"));
  for (size_t cut = 0; cut <= message.size(); ++cut) {
    const std::array<Bytes, 3> parts = {as_bytes(message.substr(0, cut)), Bytes(),
                                        as_bytes(message.substr(cut))};
    Buffer tag(32);
    key.sign(parts, tag);
    EXPECT_EQ(to_hex(tag), tag_256);
  }
}

TEST(HmacKey, TruncatesToWhatTheCallerTakes) {
  HmacKey key(Hash::sha512, as_bytes("Jefe"));
  const Bytes part = as_bytes(message);
  Buffer tag(10);
  key.sign({&part, 1}, tag);
  EXPECT_EQ(to_hex(tag), tag_512.substr(0, 20));
}

TEST(HmacKey, MovesWithItsState) {
  HmacKey first(Hash::sha256, as_bytes("Jefe"));
  HmacKey second = std::move(first);
  const Bytes part = as_bytes(message);
  Buffer tag(32);
  second.sign({&part, 1}, tag);
  EXPECT_EQ(to_hex(tag), tag_256);
}

TEST(Hmac, PassesWycheproof) {
  const auto vectors = read_vectors("wycheproof/hmac_sha256_test.json");
  if (!vectors) GTEST_SKIP() << no_vectors("wycheproof/hmac_sha256_test.json");
  size_t tried = 0;
  for (const auto& group : (*vectors)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      Buffer tag(group["tagSize"].get<size_t>() / 8);
      hmac(Hash::sha256, hex(test["key"]), hex(test["msg"]), tag);
      EXPECT_EQ(ct_equal(tag, hex(test["tag"])), test["result"] == "valid") << test["tcId"];
      ++tried;
    }
  }
  EXPECT_EQ(tried, 174u);
}

}  // namespace
}  // namespace vicino::crypto
