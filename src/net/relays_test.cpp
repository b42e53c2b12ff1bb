#include "net/relays.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <random>
#include <thread>

namespace vicino::net {
namespace {

constexpr sfu::Relayed what{sfu::Relayed::Kind::rtp, {7}, {42}};

Buffer packet(size_t size, uint8_t fill) {
  return Buffer(size, fill);
}

TEST(RelayRing, GivesWhatWasPublishedInOrder) {
  RelayRing ring(4096);
  ASSERT_TRUE(ring.push(what, packet(3, 1)));
  ASSERT_TRUE(ring.push({sfu::Relayed::Kind::request, {8}, {43}}, packet(1200, 2)));
  EXPECT_TRUE(ring.empty()) << "nobody has published it";
  EXPECT_TRUE(ring.publish());
  EXPECT_FALSE(ring.publish());
  std::vector<Buffer> got;
  EXPECT_EQ(ring.take([&](const sfu::Relayed& r, MutBytes bytes) {
    EXPECT_EQ(r.room.value, got.empty() ? 7u : 8u);
    EXPECT_EQ(r.participant.value, got.empty() ? 42u : 43u);
    EXPECT_EQ(r.kind, got.empty() ? sfu::Relayed::Kind::rtp : sfu::Relayed::Kind::request);
    got.emplace_back(bytes.begin(), bytes.end());
  }),
            2u);
  EXPECT_EQ(got, (std::vector<Buffer>{packet(3, 1), packet(1200, 2)}));
  EXPECT_TRUE(ring.empty());
}

TEST(RelayRing, LosesWhatItHasNoRoomForAndGoesOn) {
  RelayRing ring(4096);
  size_t pushed = 0;
  while (ring.push(what, packet(1000, static_cast<uint8_t>(pushed)))) ++pushed;
  EXPECT_GE(pushed, 3u);
  ring.publish();
  EXPECT_EQ(ring.take([](const sfu::Relayed&, MutBytes) {}), pushed);
  EXPECT_TRUE(ring.push(what, packet(1000, 9)));
  EXPECT_FALSE(ring.push(what, packet(5000, 9))) << "larger than all of it";
}

// Any sizes, any turns of the ring, with a reader that changes what it is given.
TEST(RelayRing, CarriesEveryByteBetweenTwoThreads) {
  RelayRing ring(8192);
  constexpr uint32_t count = 20'000;
  std::thread writer([&] {
    std::minstd_rand sizes(1);
    for (uint32_t i = 0; i < count; ++i) {
      const Buffer bytes(sizes() % 1500, static_cast<uint8_t>(i));
      while (!ring.push({sfu::Relayed::Kind::rtp, {i}, {i}}, bytes)) {
        ring.publish();
        std::this_thread::yield();
      }
      if (sizes() % 4 == 0) ring.publish();
    }
    ring.publish();
  });
  std::minstd_rand sizes(1);
  uint32_t next = 0, wrong = 0;
  while (next < count) {
    const size_t taken = ring.take([&](const sfu::Relayed& r, MutBytes bytes) {
      const size_t size = sizes() % 1500;
      wrong += r.room.value != next || r.participant.value != next || bytes.size() != size;
      wrong += static_cast<uint32_t>(bytes.size()) -
               static_cast<uint32_t>(std::ranges::count(bytes, static_cast<uint8_t>(next)));
      std::ranges::fill(bytes, uint8_t{255});
      sizes();
      ++next;
    });
    if (taken == 0) std::this_thread::yield();
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
}

bool readable(int fd, int wait_ms) {
  pollfd source{fd, POLLIN, 0};
  return ::poll(&source, 1, wait_ms) == 1;
}

TEST(Relays, WakesWhoSleepsAndNobodyElse) {
  Relays relays(3);
  ASSERT_TRUE(relays.end(1).falling_asleep());
  ASSERT_TRUE(relays.end(2).falling_asleep());
  relays.end(0).relay(1, what, packet(10, 1));
  EXPECT_FALSE(readable(relays.end(1).fd(), 0)) << "before it is published";
  relays.end(0).publish();
  EXPECT_TRUE(readable(relays.end(1).fd(), 5000));
  EXPECT_FALSE(readable(relays.end(2).fd(), 0));
  relays.end(1).awake();
  EXPECT_FALSE(readable(relays.end(1).fd(), 0));
  EXPECT_FALSE(relays.end(1).falling_asleep()) << "something is there";
  size_t from_0 = 0;
  EXPECT_EQ(relays.end(1).take([&](const sfu::Relayed&, MutBytes) { ++from_0; }), 1u);
  EXPECT_EQ(from_0, 1u);
  EXPECT_TRUE(relays.end(1).falling_asleep());
}

TEST(Relays, NoMessageIsSleptOver) {
  Relays relays(2, 4096);
  constexpr size_t count = 20'000;
  std::thread sender([&] {
    for (size_t i = 0; i < count; ++i) {
      relays.end(0).relay(1, what, packet(8, 0));
      relays.end(0).publish();
      // The receiver has taken it before the next is sent: each one finds a reader that is about to
      // sleep.
      while (relays.end(0).take([](const sfu::Relayed&, MutBytes) {}) == 0)
        std::this_thread::yield();
    }
  });
  size_t got = 0;
  while (got < count) {
    if (relays.end(1).falling_asleep()) {
      ASSERT_TRUE(readable(relays.end(1).fd(), 10'000)) << got;
    }
    relays.end(1).awake();
    const size_t taken = relays.end(1).take([](const sfu::Relayed&, MutBytes) {});
    for (size_t i = 0; i < taken; ++i) relays.end(1).relay(0, what, packet(8, 0));
    relays.end(1).publish();
    got += taken;
  }
  sender.join();
  EXPECT_EQ(relays.end(0).dropped(), 0u);
}

}  // namespace
}  // namespace vicino::net
