// Time as typed arguments. No logic reads a clock: src/net/clock.h reads it once per turn of the
// loop and passes it on.
#pragma once

#include <compare>
#include <cstdint>

namespace vicino {

struct Duration {
  int64_t us = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator*(Duration a, int64_t n) { return {a.us * n}; }
  friend constexpr Duration operator/(Duration a, int64_t n) { return {a.us / n}; }
  constexpr int64_t ms() const { return us / 1000; }
};
constexpr Duration microseconds(int64_t n) {
  return {n};
}
constexpr Duration milliseconds(int64_t n) {
  return {n * 1000};
}
constexpr Duration seconds(int64_t n) {
  return {n * 1'000'000};
}

// A monotonic moment: microseconds since an arbitrary start. Only differences mean anything.
struct Instant {
  int64_t us = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.us + d.us}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
  static constexpr Instant never() { return {INT64_MAX}; }
};

// Milliseconds since 1970, for what people and other machines read (logs, sender reports).
struct WallTime {
  int64_t ms = 0;
  friend constexpr auto operator<=>(WallTime, WallTime) = default;
};

}  // namespace vicino
