#include "stamp.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::load {
namespace {

Buffer noise(size_t size, uint64_t seed = 1) {
  Buffer bytes(size);
  SeededRandom(seed).fill(bytes);
  return bytes;
}

Buffer stamped(size_t size, size_t content, const Stamp& stamp) {
  Buffer payload = noise(size);
  write_stamp(payload, content, stamp);
  return payload;
}

const Stamp example{.publisher = 70'000,
                    .track = 3,
                    .encoding = 2,
                    .measured = true,
                    .counter = 4'000'000'001,
                    .sent_ns = 1ull << 60};

TEST(Stamp, ComesBackAsWritten) {
  for (const size_t size : {stamp_size, stamp_size + 1, size_t{100}, size_t{1200}}) {
    const auto read = read_stamp(stamped(size, size - stamp_size, example));
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read->publisher, example.publisher);
    EXPECT_EQ(read->track, example.track);
    EXPECT_EQ(read->encoding, example.encoding);
    EXPECT_EQ(read->measured, example.measured);
    EXPECT_EQ(read->counter, example.counter);
    EXPECT_EQ(read->sent_ns, example.sent_ns);
  }
}

TEST(Stamp, EveryChangedByteIsFound) {
  const size_t descriptor = 4;
  const Buffer payload = stamped(237, 237 - stamp_size - descriptor, example);
  for (size_t i = descriptor; i < payload.size(); ++i) {
    Buffer changed = payload;
    changed[i] ^= 0x10;
    EXPECT_FALSE(read_stamp(changed)) << i;
  }
}

TEST(Stamp, WhatIsInFrontIsTheServersToChange) {
  Buffer payload = stamped(237, 237 - stamp_size - 4, example);
  payload[2] ^= 0x55;
  EXPECT_TRUE(read_stamp(payload));
  payload.insert(payload.begin(), {1, 2});  // as a retransmission does
  EXPECT_TRUE(read_stamp(payload));
}

TEST(Stamp, ContentThatIsMissingOrAnotherPacketsIsFound) {
  Buffer payload = stamped(200, 200 - stamp_size, example);
  const Buffer shorter(payload.begin() + 1, payload.end());
  ASSERT_FALSE(read_stamp(shorter));
  EXPECT_EQ(read_stamp(shorter).error(), StampFault::damaged);
  const Buffer other = noise(200, 2);
  std::copy_n(other.begin(), 40, payload.begin());
  EXPECT_FALSE(read_stamp(payload));
}

TEST(Stamp, OtherPayloadsHaveNone) {
  EXPECT_EQ(read_stamp(noise(500)).error(), StampFault::absent);
  EXPECT_EQ(read_stamp(Buffer(stamp_size - 1)).error(), StampFault::absent);
  EXPECT_EQ(read_stamp({}).error(), StampFault::absent);
}

TEST(Checksum, TellsOrderAndLengthApart) {
  Buffer bytes = noise(96);
  const uint64_t sum = checksum(bytes);
  Buffer swapped = bytes;
  std::swap_ranges(swapped.begin(), swapped.begin() + 32, swapped.begin() + 32);
  EXPECT_NE(checksum(swapped), sum);
  bytes.push_back(0);
  EXPECT_NE(checksum(bytes), sum);
}

}  // namespace
}  // namespace vicino::load
