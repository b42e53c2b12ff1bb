#include "core/epoch_switch.h"

#include <gmock/gmock.h>

namespace vicino::core {

// For what a failing test prints.
void PrintTo(const EpochSwitch::SendUnder& output, std::ostream* out) {
  *out << "SendUnder " << output.epoch;
}
void PrintTo(const EpochSwitch::EndEpoch& output, std::ostream* out) {
  *out << "EndEpoch " << output.epoch;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Send = EpochSwitch::SendUnder;
using End = EpochSwitch::EndEpoch;

constexpr Instant start{5'000'000};
constexpr Instant at(int64_t ms) {
  return start + milliseconds(ms);
}

class EpochSwitchTest : public testing::Test {
 protected:
  // Outputs until then, each timeout handled when it is due.
  std::vector<EpochSwitch::Output> run_until(Instant end) {
    while (epochs.next_timeout() <= end) epochs.handle_timeout(epochs.next_timeout());
    return epochs.take_outputs();
  }
  void begin(Instant now, uint64_t epoch, bool removed = false, bool own_first = false) {
    ASSERT_TRUE(epochs.begin(now, epoch, removed, own_first));
  }
  EpochSwitch epochs;
};

TEST_F(EpochSwitchTest, TheFirstEpochIsSentUnderAtOnce) {
  begin(at(0), 7);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{7}));
  EXPECT_EQ(epochs.next_timeout(), Instant::never());
  EXPECT_EQ(epochs.sending(), 7u);
}

TEST_F(EpochSwitchTest, WaitsForTheServerAndThenKeepsTheKeysTenSeconds) {
  begin(at(0), 0);
  begin(at(0), 1);
  epochs.take_outputs();
  EXPECT_THAT(run_until(at(299)), IsEmpty());
  ASSERT_TRUE(epochs.server_says_switch(at(300), 1));
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{1}));
  EXPECT_THAT(run_until(at(10'299)), IsEmpty());
  EXPECT_TRUE(epochs.is_live(0));
  EXPECT_THAT(run_until(at(10'300)), ElementsAre(End{0}));
  EXPECT_FALSE(epochs.is_live(0));
  EXPECT_EQ(epochs.next_timeout(), Instant::never());
}

TEST_F(EpochSwitchTest, DoesNotWaitLongerThanASecond) {
  begin(at(0), 0);
  begin(at(0), 1);
  epochs.take_outputs();
  EXPECT_THAT(run_until(at(999)), IsEmpty());
  EXPECT_THAT(run_until(at(1000)), ElementsAre(Send{1}));
  EXPECT_THAT(run_until(at(11'000)), ElementsAre(End{0}));
}

TEST_F(EpochSwitchTest, SwitchesAtOnceWhenSomebodyWasRemoved) {
  begin(at(0), 0);
  begin(at(0), 1, true);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{0}, Send{1}));
}

TEST_F(EpochSwitchTest, ARemovalPassesOverASwitchThatWaits) {
  begin(at(0), 0);
  begin(at(100), 1);
  begin(at(200), 2, true);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{0}, Send{2}));
  ASSERT_TRUE(epochs.server_says_switch(at(250), 1));  // late: not back to 1
  EXPECT_THAT(run_until(at(10'199)), IsEmpty());
  EXPECT_THAT(run_until(at(10'200)), ElementsAre(End{0}, End{1}));
}

TEST_F(EpochSwitchTest, ComingBackAsAnotherLeafSwitchesAtOnce) {
  begin(at(0), 3);
  begin(at(0), 5, false, true);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{3}, Send{5}));
}

TEST_F(EpochSwitchTest, SeveralEpochsWithinASecondEachHaveTheirTime) {
  begin(at(0), 0);
  begin(at(0), 1);
  begin(at(400), 2);
  begin(at(800), 3);
  epochs.take_outputs();
  ASSERT_TRUE(epochs.server_says_switch(at(900), 1));
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{1}));
  EXPECT_THAT(run_until(at(1400)), ElementsAre(Send{2}));
  EXPECT_THAT(run_until(at(1800)), ElementsAre(Send{3}));
  EXPECT_THAT(run_until(at(60'000)), ElementsAre(End{0}, End{1}, End{2}));
}

TEST_F(EpochSwitchTest, TheNewestThatIsDueIsTaken) {
  begin(at(0), 0);
  begin(at(0), 1);
  begin(at(100), 2);
  epochs.take_outputs();
  epochs.handle_timeout(at(5000));  // after a suspension
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{2}));
}

TEST_F(EpochSwitchTest, ASwitchToANewerOnePassesOverOlderOnes) {
  begin(at(0), 0);
  begin(at(0), 1);
  begin(at(100), 2);
  epochs.take_outputs();
  ASSERT_TRUE(epochs.server_says_switch(at(200), 2));
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{2}));
  EXPECT_THAT(run_until(at(9'000)), IsEmpty());
}

TEST_F(EpochSwitchTest, SwitchesForOtherEpochs) {
  EXPECT_EQ(epochs.server_says_switch(at(0), 0).error().code, Errc::bad_state);  // none has begun
  begin(at(0), 4);
  begin(at(0), 6);  // having come back to the group in between
  epochs.take_outputs();
  EXPECT_EQ(epochs.server_says_switch(at(1), 7).error().code, Errc::bad_state);
  EXPECT_EQ(epochs.server_says_switch(at(1), UINT64_MAX).error().code, Errc::bad_state);
  EXPECT_EQ(epochs.server_says_switch(at(1), 5).error().code, Errc::bad_state);
  EXPECT_TRUE(epochs.server_says_switch(at(1), 4));  // already
  EXPECT_TRUE(epochs.server_says_switch(at(1), 1));  // long ago
  EXPECT_THAT(epochs.take_outputs(), IsEmpty());
  EXPECT_EQ(epochs.sending(), 4u);
}

TEST_F(EpochSwitchTest, AnEpochThatIsNotNewIsRefused) {
  begin(at(0), 4);
  EXPECT_EQ(epochs.begin(at(1), 4, true, true).error().code, Errc::bad_state);
  EXPECT_EQ(epochs.begin(at(1), 3, true, true).error().code, Errc::bad_state);
  EXPECT_EQ(epochs.sending(), 4u);
}

TEST_F(EpochSwitchTest, KeepsSixteenEpochsAtMost) {
  for (uint64_t epoch = 0; epoch < 16; ++epoch) begin(at(0), epoch, true);
  epochs.take_outputs();
  begin(at(0), 16, true);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{16}, End{0}));
  EXPECT_TRUE(epochs.is_live(1));
}

TEST_F(EpochSwitchTest, NeverSendsUnderAnEpochWhoseKeysItHasEnded) {
  for (uint64_t epoch = 0; epoch < 16; ++epoch) begin(at(0), epoch);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{0}));
  begin(at(0), 16);
  EXPECT_THAT(epochs.take_outputs(), ElementsAre(Send{16}, End{0}));
  EXPECT_TRUE(epochs.is_live(epochs.sending()));
}

}  // namespace
}  // namespace vicino::core
