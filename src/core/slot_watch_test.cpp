#include "core/slot_watch.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace vicino::core {
namespace {

const SenderId carol{1}, dave{2};
constexpr auto limit = SlotWatch::failures_to_tell;

class SlotWatchTest : public ::testing::Test {
 protected:
  void fail(Errc why, uint32_t times = limit) {
    for (uint32_t i = 0; i < times; ++i) watch.failed("9", why);
  }
  // The one report there is to take; nullopt: none.
  std::optional<SlotReport> report() {
    const auto reports = watch.take_reports();
    if (!reports) return std::nullopt;
    EXPECT_EQ(reports->slots.size(), 1u);
    return reports->slots.at(0);
  }
  std::optional<SlotState> state() {
    const auto r = report();
    return r ? std::optional(r->state) : std::nullopt;
  }

  SlotWatch watch;
};

TEST_F(SlotWatchTest, TellsWhoIsThereWhenItChanges) {
  EXPECT_EQ(watch.take_reports(), std::nullopt);
  watch.opened("9", carol, Source::camera);
  EXPECT_EQ(report(), (SlotReport{"9", SlotState::opened, carol, Source::camera}));
  for (int i = 0; i < 100; ++i) watch.opened("9", carol, Source::camera);
  EXPECT_EQ(report(), std::nullopt);
  watch.opened("9", dave, Source::camera);
  EXPECT_EQ(report()->sender, dave);
  watch.opened("9", dave, Source::screen);
  EXPECT_EQ(report()->source, Source::screen);
}

TEST_F(SlotWatchTest, AFewFailuresAreNothing) {
  fail(Errc::unknown_key, limit - 1);
  EXPECT_EQ(state(), std::nullopt);
  watch.opened("9", carol, Source::camera);
  EXPECT_EQ(state(), SlotState::opened);
  fail(Errc::unknown_key, limit - 1);
  watch.opened("9", carol, Source::camera);
  fail(Errc::unknown_key, limit - 1);
  EXPECT_EQ(state(), std::nullopt);
}

TEST_F(SlotWatchTest, TellsMissingKeysFromFramesThatDontOpen) {
  for (const Errc why : {Errc::unauthenticated, Errc::malformed, Errc::replayed, Errc::truncated}) {
    fail(why);
    EXPECT_EQ(state(), SlotState::refused);
    fail(why, 1000);
    EXPECT_EQ(state(), std::nullopt);
    watch.opened("9", carol, Source::camera);
    EXPECT_EQ(state(), SlotState::opened);
    fail(Errc::unknown_key);
    EXPECT_EQ(state(), SlotState::no_key);
    watch.opened("9", carol, Source::camera);
    EXPECT_EQ(state(), SlotState::opened) << "recovers with the first that opens";
  }
}

// Otherwise a server that mixes its forgeries well would keep a picture that stands still
// "flowing".
TEST_F(SlotWatchTest, AMixtureOfFailuresIsToldOnce) {
  watch.opened("9", carol, Source::camera);
  EXPECT_EQ(state(), SlotState::opened);
  for (int i = 0; i < 100; ++i) {
    fail(Errc::unknown_key, 1);
    fail(Errc::unauthenticated, 1);
  }
  EXPECT_TRUE(state());
  for (int i = 0; i < 100; ++i) {
    fail(Errc::unknown_key, 1);
    fail(Errc::unauthenticated, 1);
  }
  EXPECT_FALSE(state());
  fail(Errc::unauthenticated);
  fail(Errc::unknown_key);
  EXPECT_EQ(state(), SlotState::no_key) << "what it is now";
}

TEST_F(SlotWatchTest, AForgottenSlotIsToldAgain) {
  watch.opened("9", carol, Source::camera);
  watch.opened("10", dave, Source::camera);
  EXPECT_EQ(watch.take_reports()->slots.size(), 2u);
  watch.forget({0, {"9"}});
  watch.opened("9", carol, Source::camera);
  watch.opened("10", dave, Source::camera);
  EXPECT_EQ(report(), (SlotReport{"9", SlotState::opened, carol, Source::camera}));
  fail(Errc::unknown_key);
  watch.forget({0, {"9"}});
  EXPECT_EQ(report(), std::nullopt) << "what wasn't taken of it is forgotten too";
}

TEST_F(SlotWatchTest, ANewConnectionForgetsAllSlotsAndMarksReports) {
  watch.opened("9", carol, Source::camera);
  EXPECT_EQ(watch.take_reports()->connection, 0u);
  watch.forget({7, {}});
  EXPECT_EQ(report(), std::nullopt);
  watch.opened("9", carol, Source::camera);
  const auto reports = watch.take_reports();
  ASSERT_TRUE(reports);
  EXPECT_EQ(*reports, (SlotReports{7, {{"9", SlotState::opened, carol, Source::camera}}}));
}

TEST_F(SlotWatchTest, SlotsAreBounded) {
  for (int i = 0; i < 10'000; ++i) watch.opened(std::to_string(i), carol, Source::camera);
  watch.opened("", carol, Source::camera);
  watch.opened(std::string(300, 'x'), carol, Source::camera);
  EXPECT_EQ(watch.take_reports()->slots.size(), limits::max_sdp_media);
}

}  // namespace
}  // namespace vicino::core
