#include "rtc/probes.h"

#include <gtest/gtest.h>

#include "rtc/estimator_fixture.h"

namespace vicino::rtc {
namespace {

// Sends the plan as it says; packets arrive spread over `stretch` times as long, `lost` of them
// not.
std::optional<Probes::Outcome> run(BitRate rate, double stretch, int lost, double usual_loss = 0) {
  Probes probes;
  probes.plan(start, rate);
  const auto plan = probes.take_plan();
  EXPECT_TRUE(plan);
  EXPECT_FALSE(probes.take_plan()) << "once";
  const Duration gap = plan->rate.time_for(static_cast<double>(plan->packet_size));
  std::vector<PacketResult> results;
  for (size_t bytes = 0; bytes < plan->bytes; bytes += plan->packet_size) {
    const auto i = static_cast<int64_t>(results.size());
    probes.sent(start + gap * i, plan->id, plan->packet_size);
    const Duration later{static_cast<int64_t>(static_cast<double>(gap.us * i) * stretch)};
    results.push_back({start + gap * i, Instant{} + later, static_cast<uint16_t>(plan->packet_size),
                       plan->id, false});
  }
  for (int i = 0; i < lost; ++i) results[static_cast<size_t>(1 + i)].arrived.reset();
  for (const PacketResult& result : results) probes.result(result);
  return probes.outcome(start + milliseconds(100), usual_loss);
}

TEST(Probes, FindsThePathWideEnoughOrFull) {
  for (const int kbps : {100, 1000, 10'000}) {
    const auto wide = run(kilobits_per_second(kbps), 1, 0);
    ASSERT_TRUE(wide);
    EXPECT_FALSE(wide->full);
    EXPECT_NEAR(wide->rate / kilobits_per_second(kbps), 1, 0.02);
    const auto full = run(kilobits_per_second(kbps), 2, 0);
    ASSERT_TRUE(full);
    EXPECT_TRUE(full->full);
    EXPECT_NEAR(full->rate / kilobits_per_second(kbps), 0.475, 0.02);
  }
}

TEST(Probes, TakesNothingFromClustersThatWereLostOrSqueezed) {
  EXPECT_FALSE(run(kilobits_per_second(8000), 1, 4));
  EXPECT_TRUE(run(kilobits_per_second(8000), 1, 4, 0.3)) << "as much is always lost";
  EXPECT_FALSE(run(kilobits_per_second(8000), 0.3, 0));
}

TEST(Probes, CostLittleOnASlowPath) {
  EXPECT_EQ(Probes::bytes_at(kilobits_per_second(60)), 300u);
  EXPECT_LT(Probes::bytes_at(kilobits_per_second(10'000)), 20'000u);
}

TEST(Probes, GivesUpOnAProbeThatNobodySends) {
  Probes probes;
  EXPECT_EQ(probes.next_due(), Instant::never());
  probes.plan(start, kilobits_per_second(1000));
  EXPECT_FALSE(probes.outcome(start, 0));
  EXPECT_TRUE(probes.under_way());
  EXPECT_FALSE(probes.outcome(probes.next_due(), 0));
  EXPECT_FALSE(probes.under_way());
}

}  // namespace
}  // namespace vicino::rtc
