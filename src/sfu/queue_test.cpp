#include "sfu/queue.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::sfu {
namespace {

std::vector<size_t> sent_sizes(const PacketQueue& queue) {
  std::vector<size_t> sizes;
  for (const MediaPacket& p : queue.packets()) sizes.push_back(p.payload.size() + p.padding);
  return sizes;
}

PacketQueue queue_of(const std::vector<size_t>& sizes) {
  PacketQueue queue;
  for (const size_t size : sizes) {
    Buffer payload(size, 7);
    MediaPacket packet;
    packet.payload = payload;
    queue.push(packet);
  }
  queue.equalise();
  return queue;
}

TEST(PacketQueue, PadsWhatDiffersByLittle) {
  EXPECT_EQ(sent_sizes(queue_of({1100, 1099, 1100, 1099})),
            (std::vector<size_t>{1100, 1100, 1100, 1099}));
  EXPECT_EQ(sent_sizes(queue_of({1099, 1100})), (std::vector<size_t>{1100, 1100}));
  EXPECT_EQ(sent_sizes(queue_of({1084, 1100, 500})), (std::vector<size_t>{1100, 1100, 500}));
}

TEST(PacketQueue, PadsNothingThatBreaksTheTrainAnyway) {
  EXPECT_EQ(sent_sizes(queue_of({1083, 1100})), (std::vector<size_t>{1083, 1100}));
  EXPECT_EQ(sent_sizes(queue_of({1100, 500, 1099, 1100})),
            (std::vector<size_t>{1100, 500, 1100, 1100}));
  EXPECT_EQ(sent_sizes(queue_of({1100, 700})), (std::vector<size_t>{1100, 700}));
  EXPECT_EQ(sent_sizes(queue_of({100})), (std::vector<size_t>{100}));
  EXPECT_EQ(sent_sizes(queue_of({0, 10})), (std::vector<size_t>{0, 10})) << "nothing to pad";
}

TEST(PacketQueue, WhatWasQueuedComesOutWhateverThePadding) {
  SeededRandom random(9);
  PacketQueue queue;
  for (int round = 0; round < 500; ++round) {
    std::vector<Buffer> payloads, levels, descriptors;
    const size_t count = 1 + random.u32() % PacketQueue::max_packets;
    for (size_t i = 0; i < count; ++i) {
      payloads.emplace_back(random.u32() % 3 == 0 ? random.u32() % 1300 : 1150 + random.u32() % 20);
      levels.emplace_back(random.u32() % 2);
      descriptors.emplace_back(random.u32() % 5);
      for (Buffer* b : {&payloads.back(), &levels.back(), &descriptors.back()}) random.fill(*b);
      MediaPacket packet;
      packet.numbers.sequence = static_cast<int64_t>(i);
      packet.payload = payloads.back();
      packet.audio_level = levels.back();
      packet.dependency_descriptor = descriptors.back();
      queue.push(packet);
    }
    EXPECT_EQ(queue.full(), count == PacketQueue::max_packets);
    queue.equalise();
    const auto packets = queue.packets();
    ASSERT_EQ(packets.size(), count);
    for (size_t i = 0; i < count; ++i) {
      const MediaPacket& p = packets[i];
      EXPECT_EQ(p.numbers.sequence, static_cast<int64_t>(i));
      EXPECT_TRUE(equal(p.payload, payloads[i]));
      EXPECT_TRUE(equal(p.audio_level, levels[i]));
      EXPECT_TRUE(equal(p.dependency_descriptor, descriptors[i]));
      EXPECT_LE(p.padding, PacketQueue::max_padding);
      if (p.padding != 0) {
        EXPECT_EQ(p.payload.data()[p.payload.size() + p.padding - 1], p.padding);
      }
    }
    queue.clear();
    EXPECT_TRUE(queue.empty());
  }
}

}  // namespace
}  // namespace vicino::sfu
