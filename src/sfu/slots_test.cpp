#include "sfu/slots.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

using Contents = std::vector<std::optional<Content>>;
Content camera(uint32_t id) {
  return {{id}, Source::camera};
}

TEST(Slots, FillInOrder) {
  const std::vector<Content> desired = {camera(1), camera(2)};
  EXPECT_EQ(assign_slots(Contents(3), desired), (Contents{camera(1), camera(2), std::nullopt}));
  EXPECT_EQ(assign_slots({}, desired), Contents{});
}

TEST(Slots, KeepWhatIsStillDesired) {
  const Contents now = {camera(1), camera(2), camera(3)};
  const std::vector<Content> desired = {camera(3), camera(4), camera(1)};
  EXPECT_EQ(assign_slots(now, desired), (Contents{camera(1), camera(4), camera(3)}));
}

TEST(Slots, TheLeastImportantStayOut) {
  const Contents now = {camera(9), std::nullopt};
  const std::vector<Content> desired = {camera(1), camera(2), camera(9)};
  EXPECT_EQ(assign_slots(now, desired), (Contents{camera(1), camera(2)}));
}

TEST(Slots, EmptyWhenNothingIsDesired) {
  EXPECT_EQ(assign_slots(Contents{camera(1)}, {}), Contents(1));
}

TEST(Slots, TellSourcesOfOneParticipantApart) {
  const Contents now = {camera(1), std::nullopt};
  const std::vector<Content> desired = {{{1}, Source::screen}, camera(1)};
  EXPECT_EQ(assign_slots(now, desired), (Contents{camera(1), Content{{1}, Source::screen}}));
}

}  // namespace
}  // namespace vicino::sfu
