#include "sim/call/tcp_flow.h"

#include <gtest/gtest.h>

#include "sim/path.h"

namespace vicino::sim {
namespace {

TEST(TcpFlow, FillsAPathAloneWhateverItsRate) {
  for (const uint64_t rate : {500'000u, 3'000'000u, 20'000'000u}) {
    Path path(1, {.rate = rate, .queue = milliseconds(200), .delay = milliseconds(20)});
    TcpFlow flow({}, milliseconds(20));
    uint64_t sent = 0;
    const Instant end = Instant{} + seconds(30);
    for (Instant now; now < end; now = std::min(path.next_deadline(), flow.next_timeout())) {
      while (const auto delivery = path.take(now)) flow.arrived(now, delivery->tag);
      for (size_t left = flow.take_packets(now); left > 0; --left)
        path.push(now, Buffer(TcpFlow::packet_size), sent++);
    }
    const double carried = static_cast<double>(path.statistics().delivered) * 1500 * 8 / 30;
    EXPECT_GT(carried, 0.9 * static_cast<double>(rate)) << rate;
    EXPECT_GT(path.statistics().dropped_queue, 0u) << "it finds the end by losing";
  }
}

}  // namespace
}  // namespace vicino::sim
