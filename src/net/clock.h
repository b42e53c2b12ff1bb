// The only place that reads a clock. Loops read it once a turn and pass the value on.
#pragma once

#include <chrono>

#include "base/time.h"

namespace vicino::net {

inline Instant now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count()};
}

inline WallTime wall_time() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count()};
}

}  // namespace vicino::net
