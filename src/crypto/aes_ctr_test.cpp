#include "crypto/aes_ctr.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace vicino::crypto {
namespace {

// NIST SP 800-38A, F.5.1.
TEST(AesCtrKey, MatchesSp80038a) {
  AesCtrKey key(from_hex("2b7e151628aed2a6abf7158809cf4f3c").value());
  const Buffer counter = from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff").value();
  const Buffer plaintext = from_hex(
                               "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                               "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
                               .value();
  Buffer out(plaintext.size());
  for (int round = 0; round < 2; ++round) {  // the counter starts over with each call
    key.apply(counter, plaintext, out);
    EXPECT_EQ(to_hex(out),
              "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
              "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee");
  }
  key.apply(counter, out, out);
  EXPECT_EQ(out, plaintext);
}

TEST(AesCtrKey, EndsInsideABlock) {
  AesCtrKey key(from_hex("2b7e151628aed2a6abf7158809cf4f3c").value());
  const Buffer counter = from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff").value();
  const Buffer plaintext = from_hex("6bc1bee22e").value();
  Buffer out(5);
  key.apply(counter, plaintext, out);
  EXPECT_EQ(to_hex(out), "874d6191b6");
  key.apply(counter, {}, {});
}

}  // namespace
}  // namespace vicino::crypto
