// Which counters of one key were already accepted, as a window behind the newest one.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/limits.h"

namespace vicino::sframe {

class ReplayWindow {
 public:
  // Errors: replayed (accepted before, or `limits::replay_window` or more behind the newest).
  Status check(uint64_t counter) const;
  // Checks and remembers. Only for frames that authenticated: a forged counter would shut out
  // honest frames.
  Status accept(uint64_t counter);

 private:
  static constexpr uint64_t size = limits::replay_window;
  static_assert(size % 64 == 0);

  bool seen(uint64_t counter) const {
    return (bits_[counter % size / 64] >> counter % 64 & 1) != 0;
  }
  void mark(uint64_t counter) { bits_[counter % size / 64] |= uint64_t{1} << counter % 64; }
  void clear(uint64_t counter) { bits_[counter % size / 64] &= ~(uint64_t{1} << counter % 64); }

  std::optional<uint64_t> newest_;
  std::array<uint64_t, size / 64> bits_{};  // a ring: counter modulo size
};

}  // namespace vicino::sframe
