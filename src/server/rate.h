// A token bucket: so many units per second, averaged over `burst`.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/time.h"

namespace vicino::server {

class RateLimit {
 public:
  RateLimit(size_t per_second, Duration burst, Instant now)
      : per_second_(static_cast<int64_t>(per_second)),
        burst_(burst),
        balance_(capacity()),
        last_(now) {}

  // Takes `cost` units if that many have collected. More than the bucket holds costs all of it, so
  // that a costly thing is rare under a small limit, not impossible.
  bool take(Instant now, size_t cost) {
    const Duration elapsed = std::clamp(now - last_, Duration{}, burst_);
    balance_ = std::min(capacity(), balance_ + elapsed.us * per_second_);
    last_ = std::max(last_, now);
    const int64_t price = std::min(static_cast<int64_t>(cost) * unit, capacity());
    if (price > balance_) return false;
    balance_ -= price;
    return true;
  }

 private:
  static constexpr int64_t unit = 1'000'000;  // microseconds in a second: no rounding
  int64_t capacity() const { return per_second_ * burst_.us; }

  int64_t per_second_;
  Duration burst_;
  int64_t balance_;  // in millionths of a unit
  Instant last_;
};

}  // namespace vicino::server
