// How much of something there was per second lately, without keeping a list.
#pragma once

#include <algorithm>
#include <cmath>

#include "rtc/bit_rate.h"

namespace vicino::sim {

class DecayingRate {
 public:
  // Longer is steadier and later.
  explicit DecayingRate(Duration window = seconds(1)) : window_(window) {}

  void add(Instant now, size_t bytes) {
    bytes_ = bytes_at(now) + static_cast<double>(bytes);
    at_ = std::max(at_, now);
  }
  rtc::BitRate at(Instant now) const { return rtc::rate_of(bytes_at(now), window_); }

 private:
  double bytes_at(Instant now) const {
    const double since = static_cast<double>(std::max(now - at_, Duration{}).us);
    return bytes_ * std::exp(-since / static_cast<double>(window_.us));
  }
  Duration window_;
  double bytes_ = 0;
  Instant at_;
};

}  // namespace vicino::sim
