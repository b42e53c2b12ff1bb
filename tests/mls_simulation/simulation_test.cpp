// Worlds from a seed. VICINO_MLS_SEED and VICINO_MLS_STEPS make other and longer ones; a failure
// says which seed it was.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "world.h"

namespace vicino::mls_simulation {
namespace {

constexpr CipherSuite suites[] = {CipherSuite::x25519_aes128gcm_sha256_ed25519,
                                  CipherSuite::x25519_chacha20poly1305_sha256_ed25519};

constexpr uint64_t default_steps = 24;

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

Tally run(const Plan& plan) {
  const Tally tally = World(plan).run();
  std::cout << "seed " << plan.seed << ": " << tally.epochs << " epochs, up to "
            << tally.most_members << " members (" << tally.most_live
            << " of them in the same epoch), " << tally.joins << " joins, " << tally.external_joins
            << " external, " << tally.resyncs << " resyncs, " << tally.removals << " removals, "
            << tally.races << " races, " << tally.proposals << " proposals ("
            << tally.proposals_lost << " times lost, " << tally.commits_not_understood
            << " commits not understood for it), " << tally.messages_opened << " messages ("
            << tally.messages_late << " late), " << tally.refused << " refused, " << tally.reloads
            << " reloads, " << tally.paths_kept_shut << " paths kept from the removed\n";
  return tally;
}

// All ways to run a world; the longer it runs the more it has to have seen: some in every world,
// the rest in one of them at least.
void run_small_worlds(std::initializer_list<size_t> worlds) {
  const uint64_t seed = setting("VICINO_MLS_SEED", 1);
  const size_t steps = setting("VICINO_MLS_STEPS", default_steps);
  Tally all;
  for (const size_t i : worlds) {
    const Tally tally = run({.seed = seed + i,
                             .suite = suites[i % 2],
                             .max_members = 4 + 7 * (i % 4),
                             .steps = steps,
                             .private_handshake = i / 2 % 2 == 1,
                             .joiners_replace_leaves = i / 4 % 2 == 1});
    EXPECT_EQ(tally.epochs, steps);
    all += tally;
    if (steps < default_steps) continue;
    EXPECT_GT(tally.joins, 0u);
    EXPECT_GT(tally.removals, 0u);
    EXPECT_GT(tally.races, 0u);
    EXPECT_GT(tally.messages_opened, 0u);
    EXPECT_GT(tally.refused, 0u);
    EXPECT_TRUE(i / 2 % 2 == 1 || tally.paths_kept_shut > 0);
  }
  if (steps < default_steps) return;
  EXPECT_GT(all.external_joins, 0u);
  EXPECT_GT(all.resyncs, 0u);
  EXPECT_GT(all.proposals_lost, 0u);
  EXPECT_GT(all.commits_not_understood, 0u);
  EXPECT_GT(all.messages_late, 0u);
  EXPECT_GT(all.reloads, 0u);
}

TEST(MlsSimulation, GroupsOnPublicHandshakesAgree) {
  run_small_worlds({0, 1, 4, 5});
}

TEST(MlsSimulation, GroupsOnPrivateHandshakesAgree) {
  run_small_worlds({2, 3, 6, 7});
}

TEST(MlsSimulation, LargeGroupsAgree) {
  const uint64_t seed = setting("VICINO_MLS_SEED", 1) + 1000;
  const size_t steps = setting("VICINO_MLS_STEPS", default_steps) / 6;
  const Tally tally = run({.seed = seed,
                           .suite = suites[seed % 2],
                           .max_members = 200,
                           .steps = steps,
                           .batch = 199,
                           .eager = true});
  EXPECT_TRUE(steps < default_steps / 6 || tally.most_live > 180) << tally.most_live;
}

}  // namespace
}  // namespace vicino::mls_simulation
