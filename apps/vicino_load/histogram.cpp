#include "histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vicino::load {

size_t Histogram::bucket_of(uint64_t value) {
  value = std::min(value, (uint64_t{1} << longest) - 1);
  if (value < uint64_t{1} << precision) return static_cast<size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - precision - 1;
  // The leading bit is in (value >> shift) too: it moves each doubling on by one row.
  return (size_t{shift} << precision) + static_cast<size_t>(value >> shift);
}

uint64_t Histogram::end_of(size_t bucket) {
  const size_t row = bucket >> precision;
  if (row == 0) return bucket;
  const auto shift = static_cast<unsigned>(row - 1);
  const uint64_t leading = (bucket & ((size_t{1} << precision) - 1)) | size_t{1} << precision;
  return ((leading + 1) << shift) - 1;
}

void Histogram::add(uint64_t nanoseconds) {
  ++counts_[bucket_of(nanoseconds)];
  ++count_;
  largest_ = std::max(largest_, nanoseconds);
}

void Histogram::add_all(const Histogram& other) {
  for (size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  largest_ = std::max(largest_, other.largest_);
}

uint64_t Histogram::at(double share) const {
  if (count_ == 0) return 0;
  const auto wanted =
      std::max<uint64_t>(static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_))), 1);
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(end_of(i), largest_);
  }
  return largest_;
}

}  // namespace vicino::load
