// Counts of durations in buckets that grow with them: at most 1/64 off, from 1 ns to minutes, in
// fixed memory (as an HDR histogram does it).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vicino::load {

class Histogram {
 public:
  void add(uint64_t nanoseconds);
  void add_all(const Histogram& other);
  uint64_t count() const { return count_; }
  uint64_t largest() const { return largest_; }
  // The value that `share` (0 to 1) of all are at most, rounded up to its bucket's end; 0 when
  // empty.
  uint64_t at(double share) const;

 private:
  static constexpr unsigned precision = 6;  // bits kept below the leading one
  static constexpr unsigned longest =
      40;  // bits: 2^40 ns are 18 minutes; longer ones count as that
  static constexpr size_t buckets = (longest - precision + 1) << precision;
  static size_t bucket_of(uint64_t value);
  static uint64_t end_of(size_t bucket);

  std::array<uint64_t, buckets> counts_{};
  uint64_t count_ = 0;
  uint64_t largest_ = 0;
};

}  // namespace vicino::load
