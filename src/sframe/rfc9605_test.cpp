// RFC 9605 appendix C: typed in as far as each kind of cipher goes, and whole from the working
// group's file where it is present.
#include <gtest/gtest.h>

#include "crypto/test_vectors.h"
#include "sframe/context.h"

namespace vicino::sframe {
namespace {

using crypto::hex;
using nlohmann::json;

const json typed_ctr_hmac = json::parse(R"({
  "cipher_suite": 1,
  "key": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
  "nonce": "101112131415161718191a1b",
  "aad": "4945544620534672616d65205747",
  "pt": "64726166742d696574662d736672616d652d656e63",
  "ct": "6339af04ada1d064688a442b8dc69d5b6bfa40f4bef0583e8081069cc60705"})");

const json typed_sframe_ctr_hmac = json::parse(R"({
  "cipher_suite": 1, "kid": 291, "ctr": 17767,
  "base_key": "000102030405060708090a0b0c0d0e0f",
  "sframe_secret": "d926952ca8b7ec4a95941d1ada3a5203ceff8cceee34f574d23909eb314c40c0",
  "sframe_key": "3f7d9a7c83ae8e1c8a11ae695ab59314b367e359fadac7b9c46b2bc6f81f46e16b96f0811868d59402b7e870102720b3",
  "metadata": "4945544620534672616d65205747",
  "nonce": "50b29329a04dc0f184ac740f",
  "aad": "99012345674945544620534672616d65205747",
  "pt": "64726166742d696574662d736672616d652d656e63",
  "ct": "9901234567449408b6f490086165b9d6f62b24ae1a59a56486b4ae8ed036b88912e24f11"})");

const json typed_sframe_gcm = json::parse(R"({
  "cipher_suite": 4, "kid": 291, "ctr": 17767,
  "base_key": "000102030405060708090a0b0c0d0e0f",
  "sframe_secret": "d926952ca8b7ec4a95941d1ada3a5203ceff8cceee34f574d23909eb314c40c0",
  "sframe_key": "d34f547f4ca4f9a7447006fe7fcbf768",
  "metadata": "4945544620534672616d65205747",
  "nonce": "75234edefe07819026755d71",
  "aad": "99012345674945544620534672616d65205747",
  "pt": "64726166742d696574662d736672616d652d656e63",
  "ct": "9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb"})");

std::optional<std::string> verify_header(const json& v) {
  const Header header{v["kid"], v["ctr"]};
  Buffer out(max_header_size);
  out.resize(encode_header(header, out));
  if (out != hex(v["encoded"])) return "encoded " + to_hex(out);
  const auto decoded = decode_header(out);
  if (!decoded || decoded->header != header || decoded->size != out.size()) return "decoded";
  return std::nullopt;
}

std::optional<std::string> verify_ctr_hmac(const json& v) {
  const auto suite = suite_from_number(v["cipher_suite"]);
  if (!suite) return "suite";
  Cipher cipher(*suite, hex(v["key"]));
  const Buffer plaintext = hex(v["pt"]), nonce = hex(v["nonce"]), aad = hex(v["aad"]);
  Buffer sealed(plaintext.size() + parameters(*suite).tag_size);
  cipher.seal(nonce, aad, plaintext, sealed);
  if (sealed != hex(v["ct"])) return "sealed " + to_hex(sealed);
  Buffer opened(plaintext.size());
  if (!cipher.open(nonce, aad, sealed, opened) || opened != plaintext) return "opened";
  return std::nullopt;
}

std::optional<std::string> verify_sframe(const json& v) {
  const Suite suite = suite_from_number(v["cipher_suite"]).value();
  const uint64_t kid = v["kid"], counter = v["ctr"];
  const Buffer base_key = hex(v["base_key"]), metadata = hex(v["metadata"]),
               plaintext = hex(v["pt"]), expected = hex(v["ct"]);

  const FrameSecret secret = extract_secret(suite, base_key);
  const Buffer expected_secret = hex(v["sframe_secret"]);
  if (!equal(secret.expose().first(expected_secret.size()), expected_secret)) return "secret";
  SenderContext planner(suite, kid, base_key, counter);
  if (to_hex(planner.expose_key()) != v["sframe_key"].get<std::string>()) return "key";
  const auto plan = planner.plan_seal(plaintext.size(), metadata);
  if (!plan || to_hex(plan->nonce) != v["nonce"].get<std::string>()) return "nonce";
  if (to_hex(plan->aad.bytes()) != v["aad"].get<std::string>()) return "aad";

  SenderContext sender(suite, kid, base_key, counter);
  Buffer memory(sender.sealed_size(plaintext.size()));
  const auto sealed = sender.seal(plaintext, metadata, memory);
  if (!sealed || !equal(*sealed, expected)) return "sealed";
  ReceiverContext receiver(suite, kid, secret);
  Buffer out(expected.size());
  const auto opened = receiver.open(expected, metadata, out);
  if (!opened || !equal(*opened, plaintext)) return "opened";
  return std::nullopt;
}

TEST(Rfc9605, TypedVectorsPass) {
  EXPECT_EQ(verify_ctr_hmac(typed_ctr_hmac), std::nullopt);
  EXPECT_EQ(verify_sframe(typed_sframe_ctr_hmac), std::nullopt);
  EXPECT_EQ(verify_sframe(typed_sframe_gcm), std::nullopt);
}

TEST(Rfc9605, TheFilesVectorsPass) {
  const auto vectors = crypto::read_vectors("sframe/sframe.json");
  if (!vectors) GTEST_SKIP() << crypto::no_vectors("sframe/sframe.json");
  for (const json& v : (*vectors)["header"]) EXPECT_EQ(verify_header(v), std::nullopt) << v;
  for (const json& v : (*vectors)["aes_ctr_hmac"]) EXPECT_EQ(verify_ctr_hmac(v), std::nullopt) << v;
  for (const json& v : (*vectors)["sframe"]) EXPECT_EQ(verify_sframe(v), std::nullopt) << v;
  EXPECT_EQ((*vectors)["header"].size(), 289u);
  EXPECT_EQ((*vectors)["aes_ctr_hmac"].size(), 3u);
  EXPECT_EQ((*vectors)["sframe"].size(), 5u);
}

TEST(Rfc9605, OtherSuitesAreUnsupported) {
  for (const uint64_t number :
       {uint64_t{0}, uint64_t{6}, uint64_t{0xf000}, uint64_t{1} << 32 | 4}) {
    const auto suite = suite_from_number(number);
    ASSERT_FALSE(suite);
    EXPECT_EQ(suite.error().code, Errc::unsupported);
  }
}

}  // namespace
}  // namespace vicino::sframe
