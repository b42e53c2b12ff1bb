#include <gmock/gmock.h>

#include <set>

#include "mls/refusals.h"

namespace vicino::mls {
namespace {

std::vector<Refusal> all() {
  std::vector<Refusal> refusals;
  for (const auto table : {framing_refusals(), leaf_refusals(), tree_refusals(),
                           proposal_refusals(), commit_refusals(), joining_refusals()})
    refusals.insert(refusals.end(), table.begin(), table.end());
  return refusals;
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, ByThisRuleAndWithoutATrace) {
  Scene scene;
  const std::optional<Fault> fault = GetParam().attempt(scene);
  ASSERT_TRUE(fault) << "accepted";
  EXPECT_EQ(*fault, GetParam().fault) << to_string(*fault);
}

INSTANTIATE_TEST_SUITE_P(All, Refused, testing::ValuesIn(all()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Refusals, EveryFaultIsProvoked) {
  std::set<std::string_view> provoked, known;
  for (const Refusal& refusal : all()) provoked.insert(to_string(refusal.fault));
  // Faults are numbered without gaps, from 0; what has no name is behind the last.
  for (int number = 0; to_string(static_cast<Fault>(number)) != "unknown"; ++number)
    known.insert(to_string(static_cast<Fault>(number)));
  EXPECT_GT(known.size(), 80u);
  EXPECT_THAT(provoked, testing::ContainerEq(known));
}

}  // namespace
}  // namespace vicino::mls
