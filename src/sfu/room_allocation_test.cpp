// Forwarding allocates nothing per packet once warm. This file counts every allocation of the test
// program.
#include <cstdlib>
#include <new>

#include "sfu/room_fixture.h"

namespace {
size_t allocations = 0;
}  // namespace
// Not inlined: the compiler would see free() where it expects delete.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (!memory) std::abort();
  return memory;
}
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return operator new(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace vicino::sfu {
namespace {

struct Counter final : Egress {
  Route& route(ParticipantId to) override {
    at = {to};
    return at;
  }
  void rtp(Route&, std::span<const rtc::ClearRtp> run, rtc::StreamPlace&) override {
    packets += run.size();
  }
  void rtp_with(Buffer&, Route&, std::span<const rtc::ClearRtp> run, rtc::StreamPlace&) override {
    packets += run.size();
  }
  void rtcp(ParticipantId, Bytes) override {}
  Route at;
  size_t packets = 0;
};

TEST_F(RoomTest, ForwardsWithoutAllocating) {
  constexpr uint32_t receivers = 20;
  join(1);
  for (uint32_t id = 2; id < 2 + receivers; ++id) {
    join(id);
    want(id, {camera_of(1, 320, 180)});
  }
  Counter counter;
  Stream mic{"mic", "", 5, 0, opus_in};
  size_t spent = 0;
  for (int i = 0; i < 2000; ++i) {
    Buffer video = q.vp8(i == 0), audio = mic.opus(30);
    if (i == 1000) counter.packets = spent = 0;
    const size_t before = allocations;
    ASSERT_TRUE(room.handle_rtp(now, {1}, video, counter));
    ASSERT_TRUE(room.handle_rtp(now, {1}, audio, counter));
    const bool batch_ends = i % 3 == 0;
    if (batch_ends) room.flush(now, counter);
    spent += allocations - before;
    now = now + milliseconds(1);
    if (batch_ends) room.handle_timeout(now, counter);  // reports, some a second: may allocate
  }
  room.flush(now, counter);
  EXPECT_EQ(counter.packets, 1000u * 2 * receivers);
  EXPECT_EQ(spent, 0u);
}

}  // namespace
}  // namespace vicino::sfu
