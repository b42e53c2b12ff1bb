#include "sframe/context.h"

#include <gtest/gtest.h>

namespace vicino::sframe {
namespace {

constexpr Suite all_suites[] = {Suite::aes_128_ctr_hmac_sha256_80,
                                Suite::aes_128_ctr_hmac_sha256_64,
                                Suite::aes_128_ctr_hmac_sha256_32, Suite::aes_128_gcm_sha256_128,
                                Suite::aes_256_gcm_sha512_128};
constexpr uint64_t kid = 0xfedcba9876543210;
const Buffer base_key(16, 0x42), metadata = {1, 2, 3}, plaintext(50, 0x77);

struct Pair {
  explicit Pair(Suite suite, uint64_t first_counter = 0)
      : sender(suite, kid, base_key, first_counter),
        receiver(suite, kid, extract_secret(suite, base_key)) {}

  Buffer seal() {
    Buffer out(sender.sealed_size(plaintext.size()));
    EXPECT_TRUE(sender.seal(plaintext, metadata, out));
    return out;
  }
  Status open(Bytes sealed, Bytes with = metadata) {
    Buffer out(sealed.size());
    const auto opened = receiver.open(sealed, with, out);
    if (!opened) return std::unexpected(opened.error());
    EXPECT_TRUE(equal(*opened, plaintext));
    return {};
  }

  SenderContext sender;
  ReceiverContext receiver;
};

Errc code(const Status& status) {
  EXPECT_FALSE(status);
  return status ? Errc::not_found : status.error().code;
}

TEST(Context, OpensWhatWasSealedInAnyOrder) {
  for (const Suite suite : all_suites) {
    Pair pair(suite);
    std::vector<Buffer> frames;
    for (int i = 0; i < 300; ++i) frames.push_back(pair.seal());
    for (size_t i = 0; i < frames.size(); i += 2) EXPECT_TRUE(pair.open(frames[i]));
    for (size_t i = frames.size() - 1; i < frames.size(); i -= 2) EXPECT_TRUE(pair.open(frames[i]));
    for (const Buffer& frame : frames) EXPECT_EQ(code(pair.open(frame)), Errc::replayed);
  }
}

TEST(Context, RefusesEveryFlippedBit) {
  for (const Suite suite : all_suites) {
    Pair pair(suite, 1000);
    const Buffer frame = pair.seal();
    constexpr size_t kid_end = 9, header_end = 11;  // config, kid (8), counter (2)
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      Buffer tampered = frame;
      tampered[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      const Errc got = code(pair.open(tampered));
      if (bit / 8 >= header_end) {
        EXPECT_EQ(got, Errc::unauthenticated) << bit;
      } else if (bit / 8 >= kid_end) {  // another counter, or one written too long
        EXPECT_TRUE(got == Errc::unauthenticated || got == Errc::malformed) << bit;
      } else if (bit / 8 >= 1) {
        EXPECT_TRUE(got == Errc::unknown_key || got == Errc::malformed) << bit;
      }
    }
    for (size_t bit = 0; bit < metadata.size() * 8; ++bit) {
      Buffer tampered = metadata;
      tampered[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      EXPECT_EQ(code(pair.open(frame, tampered)), Errc::unauthenticated) << bit;
    }
    for (size_t size = 0; size < frame.size(); ++size) {
      const Errc got = code(pair.open(Bytes(frame).first(size)));
      EXPECT_TRUE(got == Errc::truncated || got == Errc::unauthenticated) << size;
    }
    EXPECT_TRUE(pair.open(frame));  // none of that moved the window
  }
}

TEST(Context, ForgedCountersDoNotMoveTheReplayWindow) {
  Pair pair(Suite::aes_128_gcm_sha256_128), ahead(Suite::aes_128_gcm_sha256_128, 1 << 20);
  Buffer forged = ahead.seal();
  forged.back() ^= 1;
  EXPECT_EQ(code(pair.open(forged)), Errc::unauthenticated);
  EXPECT_TRUE(pair.open(pair.seal()));
}

TEST(Context, FramesOlderThanTheWindowAreReplays) {
  Pair pair(Suite::aes_128_gcm_sha256_128);
  const Buffer first = pair.seal(), second = pair.seal();
  Buffer last;
  for (size_t i = 0; i < limits::replay_window; ++i) last = pair.seal();
  EXPECT_TRUE(pair.open(last));
  EXPECT_EQ(code(pair.open(first)), Errc::replayed);
  EXPECT_EQ(code(pair.open(second)), Errc::replayed);
}

TEST(Context, RefusesToSealWhenTheCounterIsUsedUp) {
  Pair pair(Suite::aes_128_gcm_sha256_128, SenderContext::max_frames - 1);
  EXPECT_TRUE(pair.open(pair.seal()));
  for (int i = 0; i < 2; ++i) {
    Buffer out(100);
    const auto sealed = pair.sender.seal(plaintext, metadata, out);
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().code, Errc::exhausted);
    EXPECT_EQ(out, Buffer(100));
  }
}

TEST(Context, RefusedRequestsUseUpNoCounter) {
  Pair pair(Suite::aes_128_gcm_sha256_128);
  EXPECT_EQ(pair.sender.plan_seal(limits::max_frame, {}).error().code, Errc::too_large);
  EXPECT_EQ(pair.sender.plan_seal(SIZE_MAX, {}).error().code, Errc::too_large);
  EXPECT_EQ(pair.sender.plan_seal(1, Buffer(max_metadata_size + 1)).error().code, Errc::too_large);
  EXPECT_EQ(decode_header(pair.seal())->header.counter, 0u);
}

TEST(Context, NoTwoPlansShareANonce) {
  Pair pair(Suite::aes_128_gcm_sha256_128);
  std::vector<Nonce> nonces;
  for (int i = 0; i < 1000; ++i) nonces.push_back(pair.sender.plan_seal(1, {})->nonce);
  std::ranges::sort(nonces);
  EXPECT_EQ(std::ranges::adjacent_find(nonces), nonces.end());
}

// The browser's way: the cipher runs outside, after the plan and before the commit.
TEST(Context, PlansWorkWithACipherOutside) {
  for (const auto& [suite, aead] :
       {std::pair(Suite::aes_128_gcm_sha256_128, crypto::Aead::aes_128_gcm),
        std::pair(Suite::aes_256_gcm_sha512_128, crypto::Aead::aes_256_gcm)}) {
    Pair pair(suite);
    const auto plan = pair.sender.plan_seal(plaintext.size(), metadata);
    ASSERT_TRUE(plan);
    Buffer frame(plan->aad.header().begin(), plan->aad.header().end());
    frame.resize(frame.size() + plan->ciphertext_size);
    crypto::AeadKey sending(aead, pair.sender.expose_key());
    sending.seal(plan->nonce, plan->aad.bytes(), plaintext,
                 MutBytes(frame).last(plan->ciphertext_size));

    const auto open_plan = pair.receiver.plan_open(frame, metadata);
    ASSERT_TRUE(open_plan);
    EXPECT_EQ(open_plan->kid, kid);
    EXPECT_EQ(open_plan->counter, 0u);
    crypto::AeadKey receiving(aead, pair.receiver.expose_key());
    Buffer opened(open_plan->plaintext_size);
    EXPECT_TRUE(
        receiving.open(open_plan->nonce, open_plan->aad.bytes(), open_plan->ciphertext, opened));
    EXPECT_EQ(opened, plaintext);
    EXPECT_TRUE(pair.receiver.commit_open(*open_plan));
    EXPECT_EQ(pair.receiver.plan_open(frame, metadata).error().code, Errc::replayed);
  }
}

TEST(Context, TheSameFramePlannedTwiceIsCommittedOnce) {
  Pair pair(Suite::aes_128_gcm_sha256_128);
  const Buffer frame = pair.seal();
  const auto first = pair.receiver.plan_open(frame, metadata);
  const auto second = pair.receiver.plan_open(frame, metadata);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(pair.receiver.commit_open(*first));
  EXPECT_EQ(code(pair.receiver.commit_open(*second)), Errc::replayed);
}

TEST(Context, EmptyFramesAndEmptyMetadataAreFrames) {
  for (const Suite suite : all_suites) {
    Pair pair(suite);
    Buffer frame(pair.sender.sealed_size(0)), out(frame.size());
    ASSERT_TRUE(pair.sender.seal({}, {}, frame));
    const auto opened = pair.receiver.open(frame, {}, out);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->empty());
  }
}

TEST(Context, AnotherBaseKeyKidOrSuiteOpensNothing) {
  Pair pair(Suite::aes_128_gcm_sha256_128);
  const Buffer frame = pair.seal();
  Buffer out(frame.size());
  ReceiverContext other_key(Suite::aes_128_gcm_sha256_128, kid,
                            extract_secret(Suite::aes_128_gcm_sha256_128, Buffer(16, 0x43)));
  EXPECT_EQ(other_key.open(frame, metadata, out).error().code, Errc::unauthenticated);
  ReceiverContext other_kid(Suite::aes_128_gcm_sha256_128, kid + 1,
                            extract_secret(Suite::aes_128_gcm_sha256_128, base_key));
  EXPECT_EQ(other_kid.open(frame, metadata, out).error().code, Errc::unknown_key);
  ReceiverContext other_suite(Suite::aes_256_gcm_sha512_128, kid,
                              extract_secret(Suite::aes_256_gcm_sha512_128, base_key));
  EXPECT_EQ(other_suite.open(frame, metadata, out).error().code, Errc::unauthenticated);
}

}  // namespace
}  // namespace vicino::sframe
