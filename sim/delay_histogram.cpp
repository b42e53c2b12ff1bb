#include "sim/delay_histogram.h"

#include <algorithm>
#include <cmath>

namespace vicino::sim {

void DelayHistogram::add(Duration delay) {
  const int64_t us = std::max<int64_t>(delay.us, 0);
  const size_t bucket = std::min(static_cast<size_t>((us + 999) / 1000), buckets - 1);
  ++counts_[bucket];
  ++count_;
  largest_ = std::max(largest_, Duration{us});
}

void DelayHistogram::merge(const DelayHistogram& other) {
  for (size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  largest_ = std::max(largest_, other.largest_);
}

Duration DelayHistogram::at(double share) const {
  if (count_ == 0) return {};
  const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
  uint64_t seen = 0;
  for (size_t i = 0; i + 1 < buckets; ++i) {
    seen += counts_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted) {
      return milliseconds(static_cast<int64_t>(i));
    }
  }
  return largest_;
}

}  // namespace vicino::sim
