// Every scenario reaches what it must, on a few seeds.
#include <gtest/gtest.h>

#include <ostream>
#include <set>

#include "sim/scenario/figures.h"
#include "sim/scenario/seeds_fixture.h"

namespace vicino::sim {

// For messages of tests.
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

namespace {

class Scenarios : public testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, ReachWhatTheyMust) {
  for (const uint64_t seed : test_seeds(2)) {
    const Course course(GetParam(), seed);
    for (const Verdict& v : judge(course)) {
      EXPECT_TRUE(v.no_worse) << name_of(v.must, course.end()) << " is "
                              << text_of(v.must.figure, v.value) << ", must be " << limit_of(v.must)
                              << "\n  ./do sim " << GetParam().name << " " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(scenarios()), [](const auto& made) {
  std::string name = made.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ScenarioList, HasNamesThatAreUniqueAndSomethingThatMustBeReached) {
  std::set<std::string> names;
  for (const Scenario& scenario : scenarios()) {
    EXPECT_TRUE(names.insert(scenario.name).second) << scenario.name;
    EXPECT_FALSE(scenario.musts.empty()) << scenario.name;
  }
}

}  // namespace
}  // namespace vicino::sim
