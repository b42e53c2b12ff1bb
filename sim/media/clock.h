// The wall clock that the models put into reports: virtual time, taken for time since 1970.
#pragma once

#include "base/time.h"

namespace vicino::sim {

// 32.32 fixed point seconds since 1900 (RFC 3550 section 4).
constexpr uint64_t ntp_of(Instant now) {
  constexpr int64_t from_1900_to_1970 = 2'208'988'800;
  const auto whole = static_cast<uint64_t>(now.us / 1'000'000 + from_1900_to_1970);
  const auto fraction = (static_cast<uint64_t>(now.us % 1'000'000) << 32) / 1'000'000;
  return whole << 32 | fraction;
}

}  // namespace vicino::sim
