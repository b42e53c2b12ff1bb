// What an incoming stream takes per second, by temporal layer.
#pragma once

#include <algorithm>
#include <array>

#include "rtc/bit_rate.h"

namespace vicino::sfu {

// What a packet takes on the way beside its payload: IPv4 and UDP, the SRTP tag, the RTP header
// with the extensions this server sends. Rates are compared with what the path carries.
inline constexpr size_t sealed_overhead = 28 + 16;  // without the header
inline constexpr size_t packet_overhead = sealed_overhead + 32;

class RateMeter {
 public:
  static constexpr size_t max_temporal = 4;  // of higher ones the last counts

  void add(uint8_t temporal, size_t payload) {
    const size_t index = std::min<size_t>(temporal, max_temporal - 1);
    fresh_[index] += payload + packet_overhead;
    layers_ = std::max(layers_, index + 1);
  }
  // Every 100 ms or so. Of a stream that pauses what is known stays: it may go on.
  void tick(Instant now, bool flowing);
  // Measured for long enough to be believed.
  bool known() const { return elapsed_s_ >= least_s; }
  size_t layers() const { return layers_; }  // at least 1
  // Of the layers up to `temporal`.
  rtc::BitRate up_to(size_t temporal) const;
  rtc::BitRate all() const { return up_to(max_temporal - 1); }

 private:
  // The weight of what was measured falls to a third in so long. Longer is calmer, and later to see
  // that a picture has begun to move.
  static constexpr double memory_s = 1.0;
  static constexpr double least_s = 0.3;

  std::array<size_t, max_temporal> fresh_{};  // bytes since the last tick
  std::array<double, max_temporal> bytes_{};  // fading sums
  double elapsed_s_ = 0;                      // the same of time
  size_t layers_ = 1;
  Instant at_ = Instant::never();
};

}  // namespace vicino::sfu
