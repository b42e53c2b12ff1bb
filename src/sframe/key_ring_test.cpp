#include "sframe/key_ring.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::sframe {
namespace {

constexpr Suite suite = Suite::aes_128_gcm_sha256_128;
constexpr SenderId alice{0xa11ce0}, bob{0xb0b0};
const Buffer alice_key(32, 1), bob_key(32, 2), plaintext(20, 9);

Buffer seal(SenderContext& sender) {
  Buffer out(sender.sealed_size(plaintext.size()));
  EXPECT_TRUE(sender.seal(plaintext, {}, out));
  return out;
}

std::optional<Errc> open(KeyRing& ring, Bytes frame, uint64_t* kid = nullptr) {
  Buffer out(frame.size());
  const auto opened = ring.open(frame, {}, out);
  if (!opened) return opened.error().code;
  EXPECT_TRUE(equal(opened->plaintext, plaintext));
  if (kid) *kid = opened->kid;
  return std::nullopt;
}

TEST(KeyRing, TellsWhoseKeyOpenedAFrame) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  ASSERT_TRUE(ring.add_sender(bob, bob_key));
  SenderContext from_alice(suite, alice.value | 3, alice_key), from_bob(suite, bob.value, bob_key);
  uint64_t kid = 0;
  EXPECT_EQ(open(ring, seal(from_alice), &kid), std::nullopt);
  EXPECT_EQ(kid, alice.value | 3);
  EXPECT_EQ(sender_of(kid), alice);
  EXPECT_EQ(open(ring, seal(from_bob), &kid), std::nullopt);
  EXPECT_EQ(kid, bob.value);
}

TEST(KeyRing, StreamsOfOneSenderHaveTheirOwnKeysAndCounters) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  for (uint64_t stream = 0; stream < streams_per_sender; ++stream) {
    SenderContext sender(suite, alice.value | stream, alice_key);
    EXPECT_EQ(open(ring, seal(sender)), std::nullopt);
  }
}

TEST(KeyRing, AFrameUnderAnothersKeyIdIsRefused) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  ASSERT_TRUE(ring.add_sender(bob, bob_key));
  SenderContext forger(suite, alice.value, bob_key);
  EXPECT_EQ(open(ring, seal(forger)), Errc::unauthenticated);
}

TEST(KeyRing, AMillionUnknownKeyIdsCostNothing) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  SeededRandom random(5);
  std::array<uint8_t, max_header_size + 40> frame{};
  for (int i = 0; i < 1'000'000; ++i) {
    encode_header({random.u64(), 1}, frame);
    const auto plan = ring.plan_open(frame, {});
    ASSERT_FALSE(plan);
    ASSERT_EQ(plan.error().code, Errc::unknown_key);
  }
  EXPECT_EQ(ring.senders(), 1u);
}

TEST(KeyRing, HoldsAsManySendersAsARoom) {
  KeyRing ring(suite);
  for (uint64_t i = 0; i < limits::max_participants; ++i) {
    ASSERT_TRUE(ring.add_sender({i << 4}, alice_key));
  }
  const Status status = ring.add_sender({limits::max_participants << 4}, alice_key);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::exhausted);
  ring.remove_sender({0});
  EXPECT_TRUE(ring.add_sender({limits::max_participants << 4}, alice_key));
}

TEST(KeyRing, RefusesIdsThatNameAStreamAndSecondBaseKeys) {
  KeyRing ring(suite);
  EXPECT_EQ(ring.add_sender({0x11}, alice_key).error().code, Errc::malformed);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  EXPECT_EQ(ring.add_sender(alice, bob_key).error().code, Errc::bad_state);
  EXPECT_TRUE(ring.add_sender(alice, alice_key));
}

TEST(KeyRing, AddingASenderAgainForgetsNoReplay) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  SenderContext sender(suite, alice.value, alice_key);
  const Buffer frame = seal(sender);
  EXPECT_EQ(open(ring, frame), std::nullopt);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  EXPECT_EQ(open(ring, frame), Errc::replayed);
}

TEST(KeyRing, LeavingAndReturningForgetsNoReplay) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  SenderContext sender(suite, alice.value | 1, alice_key);
  const Buffer held_back = seal(sender), frame = seal(sender);
  EXPECT_EQ(open(ring, frame), std::nullopt);
  for (int stay = 0; stay < 3; ++stay) {
    ring.remove_sender(alice);
    EXPECT_EQ(open(ring, frame), Errc::unknown_key);
    ASSERT_TRUE(ring.add_sender(alice, alice_key));
    if (stay == 1) continue;  // a stay in which nothing was sent
    EXPECT_EQ(open(ring, frame), Errc::replayed);
    EXPECT_EQ(open(ring, held_back), Errc::replayed);
  }
  EXPECT_EQ(open(ring, seal(sender)), std::nullopt);
}

TEST(KeyRing, PlansOfASenderThatLeftCannotBeCommitted) {
  KeyRing ring(suite);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));
  SenderContext sender(suite, alice.value, alice_key);
  const Buffer frame = seal(sender);
  const auto plan = ring.plan_open(frame, {});
  ASSERT_TRUE(plan);
  ASSERT_TRUE(ring.expose_key(*plan));
  ring.remove_sender(alice);
  EXPECT_EQ(ring.commit_open(*plan).error().code, Errc::unknown_key);
  EXPECT_EQ(ring.expose_key(*plan).error().code, Errc::unknown_key);
  ASSERT_TRUE(ring.add_sender(alice, alice_key));  // another key slot from now on
  const auto again = ring.plan_open(frame, {});
  ASSERT_TRUE(again);
  EXPECT_NE(again->key_slot, plan->key_slot);
  EXPECT_EQ(ring.commit_open(*plan).error().code, Errc::unknown_key);
  EXPECT_TRUE(ring.commit_open(*again));
}

TEST(KeyRing, SendersThatLeftAreBoundedAndNeverForgotten) {
  KeyRing ring(suite);
  const auto send_once = [&](uint64_t number) {
    SenderContext sender(suite, number << 4, alice_key);
    return open(ring, seal(sender));
  };
  for (uint64_t i = 1; i <= KeyRing::max_left; ++i) {
    ASSERT_TRUE(ring.add_sender({i << 4}, alice_key));
    ASSERT_EQ(send_once(i), std::nullopt);
    ring.remove_sender({i << 4});
  }
  EXPECT_EQ(ring.add_sender({~stream_mask}, alice_key).error().code, Errc::exhausted);
  ASSERT_TRUE(ring.add_sender({1 << 4}, alice_key));  // one that is remembered may return
  EXPECT_EQ(send_once(1), Errc::replayed);
}

}  // namespace
}  // namespace vicino::sframe
