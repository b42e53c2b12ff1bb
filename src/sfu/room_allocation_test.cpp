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

class AllocationTest : public RoomTest {
 protected:
  static constexpr uint32_t receivers = 20, first = 2;

  // Paths that are known to be wide: what waits for a narrow one takes room once.
  AllocationTest() : RoomTest({.downlink = {.start = rtc::kilobits_per_second(50'000)}}) {}

  // A camera and a microphone to all, for two seconds; allocations of the second one, without those
  // of reports, which are some a second.
  size_t forward(bool with_reports) {
    join(1);
    for (uint32_t id = first; id < first + receivers; ++id) {
      join(id);
      want(id, {camera_of(1, 320, 180)});
    }
    Stream mic{"mic", "", 5, 0, opus_in};
    size_t spent = 0;
    for (int i = 0; i < 2000; ++i) {
      Buffer video = q.vp8(i == 0), audio = mic.opus(30);
      if (i == 1000) counter.packets = spent = 0;
      const size_t before = allocations;
      EXPECT_TRUE(room.handle_rtp(now, {1}, video, counter));
      EXPECT_TRUE(room.handle_rtp(now, {1}, audio, counter));
      const bool batch_ends = i % 3 == 0;
      if (batch_ends) room.flush(now, counter);
      spent += allocations - before;
      now = now + milliseconds(1);
      if (with_reports && i % 50 == 0) report(i);
      if (batch_ends) room.handle_timeout(now, counter);
    }
    room.flush(now, counter);
    return spent;
  }
  // All that came since the last one, 2 packets each millisecond.
  void report(int millisecond) {
    const auto sent = static_cast<uint16_t>(2 * millisecond);
    rtc::TransportFeedback feedback;
    feedback.reference_time_us = now.us / 64'000 * 64'000;
    feedback.base_sequence = reported_;
    for (; reported_ != sent; ++reported_)
      feedback.arrivals.emplace_back(250 * (static_cast<int64_t>(feedback.arrivals.size()) / 2));
    if (feedback.arrivals.empty()) return;
    for (uint32_t id = first; id < first + receivers; ++id) EXPECT_TRUE(send(id, feedback));
  }

  Counter counter;

 private:
  uint16_t reported_ = 0;
};

TEST_F(AllocationTest, ForwardsWithoutAllocating) {
  EXPECT_EQ(forward(false), 0u);
  EXPECT_EQ(counter.packets, 1000u * 2 * receivers);
}

TEST_F(AllocationTest, ForwardsToThoseWhoReportWithoutAllocating) {
  EXPECT_EQ(forward(true), 0u);
  EXPECT_EQ(counter.packets, 1000u * 2 * receivers);
}

}  // namespace
}  // namespace vicino::sfu
