// What an incoming stream takes per second, by what of it is sent on.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "rtc/bit_rate.h"
#include "sfu/layered_stream.h"

namespace vicino::sfu {

// What a packet takes on the way beside its payload: IPv4 and UDP, the SRTP tag, the RTP header
// with the extensions this server sends. Rates are compared with what the path carries.
inline constexpr size_t sealed_overhead = 28 + 16;  // without the header
inline constexpr size_t packet_overhead = sealed_overhead + 32;

class RateMeter {
 public:
  // A packet of a frame that these targets need; of none: it counts for nobody. `begins_picture`:
  // it is the first of a moment's.
  void add(Targets targets, size_t payload, bool begins_picture) {
    if (targets == 0) return;
    fresh_pictures_ += begins_picture ? 1u : 0u;
    const auto lowest = static_cast<size_t>(std::countr_zero(targets)) % Target::temporal_layers;
    layers_ = std::max(layers_, lowest + 1);
    for (unsigned left = targets; left != 0; left &= left - 1)
      fresh_[static_cast<size_t>(std::countr_zero(left))] += payload + packet_overhead;
  }
  // Every 100 ms or so. Of a stream that pauses what is known stays: it may go on.
  void tick(Instant now, bool flowing);
  // Measured for long enough to be believed.
  bool known() const { return elapsed_s_ >= least_s; }
  size_t temporal_layers() const { return layers_; }  // at least 1
  rtc::BitRate up_to(Target target) const;
  // All temporal layers together.
  double pictures_per_second() const { return elapsed_s_ > 0 ? pictures_ / elapsed_s_ : 0; }
  // Of a stream without spatial layers.
  rtc::BitRate all() const { return up_to({0, Target::temporal_layers - 1}); }

 private:
  // The weight of what was measured falls to a third in so long. Longer is calmer, and later to see
  // that a picture has begun to move.
  static constexpr double memory_s = 1.0;
  static constexpr double least_s = 0.3;

  static constexpr size_t all_targets = Target::spatial_layers * Target::temporal_layers;

  std::array<size_t, all_targets> fresh_{};  // bytes since the last tick
  std::array<double, all_targets> bytes_{};  // fading sums
  size_t fresh_pictures_ = 0;
  double pictures_ = 0;
  double elapsed_s_ = 0;  // the same of time
  size_t layers_ = 1;
  Instant at_ = Instant::never();
};

}  // namespace vicino::sfu
