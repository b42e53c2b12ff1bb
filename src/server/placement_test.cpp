#include "server/placement.h"

#include <gtest/gtest.h>

namespace vicino::server {
namespace {

using Loads = std::vector<WorkerLoad>;

TEST(Placement, ANewRoomGoesWhereLeastIsToDo) {
  const WorkerLoad busy{.members = 2, .packets_per_second = 10'000};
  const WorkerLoad full{.members = 100};
  EXPECT_EQ(place(Loads{busy, full, full}, {}, 50), 1u) << "few who are sent much count for many";
  EXPECT_EQ(place(Loads{busy, {}}, {}, 50), 1u);
}

TEST(Placement, ARoomStaysWholeUntilAWorkerHasEnoughOfIt) {
  const std::vector<WorkerLoad> workers = {{.members = 49}, {}};
  EXPECT_EQ(place(workers, {{0, 49}}, 50), 0u);
  EXPECT_EQ(place(workers, {{0, 50}}, 50), 1u);
}

TEST(Placement, ItSpreadsOnlyToWhoHasLessToDo) {
  const WorkerLoad half{.members = 50};
  const WorkerLoad busy{.members = 1, .packets_per_second = 50'000};
  EXPECT_EQ(place(Loads{half, busy}, {{0, 50}}, 50), 0u);
  EXPECT_EQ(place(Loads{half, half}, {{0, 50}}, 50), 0u);
}

TEST(Placement, WhatIsSpreadGrowsEvenly) {
  std::vector<WorkerLoad> workers(3);
  std::map<size_t, size_t> carrying;
  for (int i = 0; i < 300; ++i) {
    const size_t at = place(workers, carrying, 20);
    ++workers[at].members;
    ++carrying[at];
  }
  EXPECT_EQ(carrying, (std::map<size_t, size_t>{{0, 100}, {1, 100}, {2, 100}}));
}

}  // namespace
}  // namespace vicino::server
