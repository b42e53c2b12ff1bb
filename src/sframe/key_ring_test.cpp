#include "sframe/key_ring.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::sframe {
namespace {

constexpr Suite suite = Suite::aes_128_gcm_sha256_128;
constexpr EpochMember alice{3, SenderId{0xa11ce}}, bob{7, SenderId{0xb0b}};
const Buffer payload(20, 9);

// Every epoch has a base key of its own, the same for all members.
Buffer key_of(uint64_t epoch) {
  Buffer key(16, 1);
  store64(key.data(), epoch);
  return key;
}

SenderContext sending(uint32_t leaf, uint64_t epoch, Stream stream = Stream::microphone) {
  return SenderContext(suite, make_kid(stream, leaf, epoch), key_of(epoch));
}

Buffer seal(SenderContext& sender) {
  Buffer out(sender.sealed_size(payload.size()));
  EXPECT_TRUE(sender.seal(payload, {}, out));
  return out;
}

class KeyRingTest : public ::testing::Test {
 protected:
  Status add(uint64_t epoch, std::vector<EpochMember> members = {alice, bob}) {
    return ring.add_epoch(epoch, key_of(epoch), members);
  }
  std::optional<Errc> open(Bytes frame) {
    Buffer out(frame.size());
    const auto opened = ring.open(frame, {}, out);
    if (!opened) return opened.error().code;
    EXPECT_TRUE(equal(opened->plaintext, payload));
    sender = opened->sender;
    stream = opened->stream;
    return std::nullopt;
  }
  std::optional<Errc> open_one(uint32_t leaf, uint64_t epoch) {
    SenderContext from = sending(leaf, epoch);
    return open(seal(from));
  }

  KeyRing ring{suite};
  SenderId sender;
  Stream stream{};
};

TEST_F(KeyRingTest, TellsWhoseKeyOpenedAFrame) {
  ASSERT_TRUE(add(5));
  SenderContext from_alice = sending(alice.leaf, 5, Stream::camera_high);
  SenderContext from_bob = sending(bob.leaf, 5, Stream::screen);
  EXPECT_EQ(open(seal(from_alice)), std::nullopt);
  EXPECT_EQ(sender, alice.sender);
  EXPECT_EQ(stream, Stream::camera_high);
  EXPECT_EQ(open(seal(from_bob)), std::nullopt);
  EXPECT_EQ(sender, bob.sender);
  EXPECT_EQ(stream, Stream::screen);
}

TEST_F(KeyRingTest, ALeafIsWhoItWasInTheFramesEpoch) {
  ASSERT_TRUE(add(1, {{4, alice.sender}}));
  ASSERT_TRUE(add(2, {{4, bob.sender}}));
  EXPECT_EQ(open_one(4, 1), std::nullopt);
  EXPECT_EQ(sender, alice.sender);
  EXPECT_EQ(open_one(4, 2), std::nullopt);
  EXPECT_EQ(sender, bob.sender);
}

TEST_F(KeyRingTest, StreamsHaveTheirOwnKeysAndCounters) {
  ASSERT_TRUE(add(1));
  for (uint8_t number = 0; number < stream_count; ++number) {
    SenderContext from = sending(alice.leaf, 1, Stream{number});
    EXPECT_EQ(open(seal(from)), std::nullopt);
  }
  EXPECT_EQ(ring.derived_keys(), stream_count);
}

TEST_F(KeyRingTest, AnUnknownKeyIsNotAWrongOne) {
  ASSERT_TRUE(add(5));
  EXPECT_EQ(open_one(alice.leaf, 6), Errc::unknown_key) << "an epoch still to come";
  EXPECT_EQ(open_one(9, 5), Errc::unknown_key) << "nobody's leaf";
  SenderContext forger(suite, make_kid(Stream::microphone, alice.leaf, 5), key_of(4));
  EXPECT_EQ(open(seal(forger)), Errc::unauthenticated);
}

TEST_F(KeyRingTest, AFrameUnderAnothersKeyIdIsRefused) {
  ASSERT_TRUE(add(5));
  SenderContext from_bob = sending(bob.leaf, 5);
  Buffer frame = seal(from_bob);
  const auto header = decode_header(frame);
  ASSERT_TRUE(header);
  Buffer forged(max_header_size);
  forged.resize(
      encode_header({make_kid(Stream::microphone, alice.leaf, 5), header->header.counter}, forged));
  forged.insert(forged.end(), frame.begin() + static_cast<ptrdiff_t>(header->size), frame.end());
  EXPECT_EQ(open(forged), Errc::unauthenticated);
}

TEST_F(KeyRingTest, AMillionUnknownKeyIdsCostNothing) {
  ASSERT_TRUE(add(5));
  SeededRandom random(5);
  std::array<uint8_t, max_header_size + 40> frame{};
  for (int i = 0; i < 1'000'000; ++i) {
    // Half of them as large as key ids are, so that epochs and leaves are looked up.
    uint64_t kid = i % 2 == 0 ? random.u64() : random.u64() % (stream_count << 18);
    const auto id = parse_kid(kid);
    if (id && id->epoch_modulo == 5 && (id->leaf == alice.leaf || id->leaf == bob.leaf)) kid ^= 1;
    encode_header({kid, 1}, frame);
    const auto plan = ring.plan_open(frame, {});
    ASSERT_FALSE(plan);
    ASSERT_EQ(plan.error().code, Errc::unknown_key);
  }
  EXPECT_EQ(ring.epochs(), 1u);
  EXPECT_EQ(ring.members(), 2u);
  EXPECT_EQ(ring.derived_keys(), 0u);
}

TEST_F(KeyRingTest, HoldsSixteenEpochsAndThenTheOldestEnds) {
  for (uint64_t epoch = 250; epoch < 250 + KeyRing::max_epochs; ++epoch) ASSERT_TRUE(add(epoch));
  EXPECT_EQ(open_one(alice.leaf, 250), std::nullopt);
  ASSERT_TRUE(add(250 + KeyRing::max_epochs));
  EXPECT_EQ(ring.epochs(), KeyRing::max_epochs);
  EXPECT_EQ(open_one(alice.leaf, 250), Errc::unknown_key);
  for (uint64_t epoch = 251; epoch <= 250 + KeyRing::max_epochs; ++epoch) {
    EXPECT_EQ(open_one(alice.leaf, epoch), std::nullopt) << epoch;
  }
}

TEST_F(KeyRingTest, EpochsAFrameCannotTellApartDontLiveTogether) {
  ASSERT_TRUE(add(5));
  ASSERT_TRUE(add(6));
  ASSERT_TRUE(add(5 + 256));
  EXPECT_EQ(ring.epochs(), 2u);
  SenderContext before(suite, make_kid(Stream::microphone, alice.leaf, 5), key_of(5));
  EXPECT_EQ(open(seal(before)), Errc::unauthenticated) << "its key id is the newer epoch's now";
  EXPECT_EQ(open_one(alice.leaf, 5 + 256), std::nullopt);
  ring.remove_epoch(5);
  EXPECT_EQ(ring.epochs(), 2u) << "the end of the older one doesn't end the newer one";
}

TEST_F(KeyRingTest, AnEndedEpochNeverComesBack) {
  ASSERT_TRUE(add(8));
  SenderContext from = sending(alice.leaf, 8);
  const Buffer frame = seal(from);
  EXPECT_EQ(open(frame), std::nullopt);
  EXPECT_EQ(open(frame), Errc::replayed);
  ring.remove_epoch(8);
  EXPECT_EQ(open(frame), Errc::unknown_key);
  for (const uint64_t epoch : {8u, 7u, 0u}) EXPECT_EQ(add(epoch).error().code, Errc::bad_state);
  EXPECT_EQ(open(frame), Errc::unknown_key);
  ASSERT_TRUE(add(9));
}

TEST_F(KeyRingTest, AnotherGroupCountsFromTheBeginning) {
  ASSERT_TRUE(add(8));
  const Buffer other_key(16, 0x77);
  ring.start_over();
  EXPECT_EQ(ring.epochs(), 0u);
  EXPECT_EQ(open_one(alice.leaf, 8), Errc::unknown_key);
  ASSERT_TRUE(ring.add_epoch(1, other_key, {&bob, 1}));
  SenderContext from(suite, make_kid(Stream::screen, bob.leaf, 1), other_key);
  EXPECT_EQ(open(seal(from)), std::nullopt);
}

TEST_F(KeyRingTest, ARemovedSenderIsGoneFromEveryEpoch) {
  ASSERT_TRUE(add(1));
  ASSERT_TRUE(add(2, {{9, alice.sender}, bob}));
  ring.remove_sender(alice.sender);
  EXPECT_EQ(open_one(alice.leaf, 1), Errc::unknown_key);
  EXPECT_EQ(open_one(9, 2), Errc::unknown_key);
  EXPECT_EQ(open_one(bob.leaf, 1), std::nullopt);
  EXPECT_EQ(open_one(bob.leaf, 2), std::nullopt);
  EXPECT_EQ(ring.members(), 2u);
}

TEST_F(KeyRingTest, RefusesListsThatCantBe) {
  EXPECT_EQ(add(1, {{max_leaves, alice.sender}}).error().code, Errc::malformed);
  EXPECT_EQ(add(1, {alice, {alice.leaf, bob.sender}}).error().code, Errc::malformed);
  EXPECT_EQ(add(1, {alice, {9, alice.sender}}).error().code, Errc::malformed);
  EXPECT_EQ(ring.epochs(), 0u);
  ASSERT_TRUE(add(1, {{max_leaves - 1, alice.sender}})) << "a refused epoch wasn't there";
  EXPECT_EQ(open_one(max_leaves - 1, 1), std::nullopt);
}

TEST_F(KeyRingTest, PlansOfKeysThatAreGoneCannotBeCommitted) {
  ASSERT_TRUE(add(1));
  SenderContext from_alice = sending(alice.leaf, 1), from_bob = sending(bob.leaf, 1);
  const Buffer frame = seal(from_alice), other = seal(from_bob);
  const auto plan = ring.plan_open(frame, {});
  const auto second = ring.plan_open(other, {});
  ASSERT_TRUE(plan);
  ASSERT_TRUE(second);
  EXPECT_NE(plan->open.key_slot, second->open.key_slot);
  ASSERT_TRUE(ring.expose_key(plan->open));
  ring.remove_sender(alice.sender);
  EXPECT_EQ(ring.commit_open(plan->open).error().code, Errc::unknown_key);
  EXPECT_EQ(ring.expose_key(plan->open).error().code, Errc::unknown_key);
  ASSERT_TRUE(add(1 + 256)) << "the same key ids, under other key slots";
  SenderContext later = sending(bob.leaf, 1 + 256);
  ASSERT_TRUE(ring.plan_open(seal(later), {}));
  EXPECT_EQ(ring.commit_open(second->open).error().code, Errc::unknown_key);
}

}  // namespace
}  // namespace vicino::sframe
