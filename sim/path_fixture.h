// For tests of the path: pushes numbered packets and keeps what comes out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/path.h"

namespace vicino::sim {

struct Arrived {
  Instant at;
  uint64_t number;
  friend bool operator==(const Arrived&, const Arrived&) = default;
};

inline constexpr Instant start{1'000'000};

// The path's `overhead` is set to 0 by tests that count bytes by hand.
inline PathSettings plain() {
  return {.overhead = 0};
}

inline std::vector<Arrived> take_all(Path& path, Instant until) {
  std::vector<Arrived> arrived;
  while (path.next_deadline() <= until) {
    const Instant now = path.next_deadline();
    while (const auto delivery = path.take(now)) arrived.push_back({delivery->at, delivery->tag});
  }
  return arrived;
}

// `count` packets of `size` bytes, one every `gap` from `from` on, numbered from `first`;
// everything that has come out until the last one was pushed is in the result.
inline std::vector<Arrived> push_many(Path& path, uint64_t count, size_t size, Duration gap,
                                      Instant from = start, uint64_t first = 0) {
  std::vector<Arrived> arrived;
  for (uint64_t i = 0; i < count; ++i) {
    const Instant now = from + gap * static_cast<int64_t>(i);
    for (const Arrived& a : take_all(path, now)) arrived.push_back(a);
    path.push(now, Buffer(size), first + i);
  }
  return arrived;
}

// The same, and everything that comes out ever.
inline std::vector<Arrived> through(Path& path, uint64_t count, size_t size, Duration gap) {
  std::vector<Arrived> arrived = push_many(path, count, size, gap);
  for (const Arrived& a : take_all(path, start + seconds(100'000))) arrived.push_back(a);
  return arrived;
}

inline bool in_order(const std::vector<Arrived>& arrived) {
  return std::ranges::is_sorted(arrived, {}, &Arrived::number);
}

// The numbers that came out, once each.
inline std::set<uint64_t> numbers(const std::vector<Arrived>& arrived) {
  std::set<uint64_t> all;
  for (const Arrived& a : arrived) all.insert(a.number);
  return all;
}

// Nothing gets lost without being counted.
inline void expect_accounted(const Path& path) {
  const PathStatistics& s = path.statistics();
  EXPECT_EQ(s.pushed + s.duplicated, s.delivered + s.dropped_queue + s.dropped_loss +
                                         s.dropped_outage + s.dropped_overflow + path.under_way());
}

}  // namespace vicino::sim
