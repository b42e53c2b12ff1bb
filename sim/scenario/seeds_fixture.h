// For tests: which seeds to run. `./do test` takes them from the commit; VICINO_SEED names the
// first, so that a failure is seen again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace vicino::sim {

inline std::vector<uint64_t> test_seeds(size_t count) {
  const char* given = std::getenv("VICINO_SEED");
  const uint64_t first = given ? std::strtoull(given, nullptr, 10) : 1;
  std::vector<uint64_t> seeds;
  for (size_t i = 0; i < count; ++i) seeds.push_back(first + i);
  return seeds;
}

}  // namespace vicino::sim
