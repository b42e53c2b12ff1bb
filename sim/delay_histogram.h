// How long packets waited: counts by the millisecond, in fixed memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace vicino::sim {

class DelayHistogram {
 public:
  void add(Duration delay);
  void merge(const DelayHistogram& other);

  uint64_t count() const { return count_; }
  Duration largest() const { return largest_; }
  // What this share (0 to 1) of the delays doesn't exceed, rounded up to the millisecond, so that
  // it never looks better than it was. Zero when there are none.
  Duration at(double share) const;

 private:
  // Bucket i counts (i - 1, i] ms, the last one all that is longer. 16 KiB; more would tell apart
  // delays at which no call works any more.
  static constexpr size_t buckets = 4096;

  std::array<uint32_t, buckets> counts_{};
  uint64_t count_ = 0;
  Duration largest_{};
};

}  // namespace vicino::sim
