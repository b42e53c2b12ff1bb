// Rates as a type, so that bits and bytes can't be taken for each other.
#pragma once

#include <compare>
#include <cstdint>

#include "base/time.h"

namespace vicino::rtc {

struct BitRate {
  int64_t bps = 0;
  friend constexpr auto operator<=>(BitRate, BitRate) = default;
  friend constexpr BitRate operator+(BitRate a, BitRate b) { return {a.bps + b.bps}; }
  friend constexpr BitRate operator-(BitRate a, BitRate b) { return {a.bps - b.bps}; }
  // Fractions of a rate: exact enough below 2^53 bit/s.
  friend constexpr BitRate operator*(BitRate r, double factor) {
    return {static_cast<int64_t>(static_cast<double>(r.bps) * factor)};
  }
  // `unit` isn't zero.
  friend constexpr double operator/(BitRate a, BitRate unit) {
    return static_cast<double>(a.bps) / static_cast<double>(unit.bps);
  }
  constexpr double bytes_in(Duration d) const {
    return static_cast<double>(bps) * static_cast<double>(d.us) / 8e6;
  }
  // How long `bytes` take; the rate isn't zero.
  constexpr Duration time_for(double bytes) const {
    return {static_cast<int64_t>(bytes * 8e6 / static_cast<double>(bps))};
  }
};
constexpr BitRate bits_per_second(int64_t n) {
  return {n};
}
constexpr BitRate kilobits_per_second(int64_t n) {
  return {n * 1000};
}
// `in` is more than zero.
constexpr BitRate rate_of(double bytes, Duration in) {
  return {static_cast<int64_t>(bytes * 8e6 / static_cast<double>(in.us))};
}

}  // namespace vicino::rtc
