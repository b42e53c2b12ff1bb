// For tests of the bandwidth estimator and its parts: when they begin.
#pragma once

#include "base/time.h"

namespace vicino::rtc {

inline constexpr Instant start = Instant{} + seconds(100);

}  // namespace vicino::rtc
