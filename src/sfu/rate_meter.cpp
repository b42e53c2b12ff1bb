#include "sfu/rate_meter.h"

#include <cmath>
#include <utility>

namespace vicino::sfu {

void RateMeter::tick(Instant now, bool flowing) {
  const bool silent = std::ranges::all_of(fresh_, [](size_t bytes) { return bytes == 0; });
  // The end of a stream or the time between two pictures: the next packet shows which.
  if (flowing && silent && at_ != Instant::never()) return;
  const double passed = at_ == Instant::never() ? 0 : static_cast<double>((now - at_).us) / 1e6;
  at_ = flowing ? now : Instant::never();
  if (!flowing || passed <= 0) {
    fresh_ = {};
    fresh_pictures_ = 0;
    return;
  }
  const double fading = std::exp(-passed / memory_s);
  elapsed_s_ = elapsed_s_ * fading + passed;
  for (size_t i = 0; i < all_targets; ++i) {
    bytes_[i] = bytes_[i] * fading + static_cast<double>(fresh_[i]);
    fresh_[i] = 0;
  }
  pictures_ = pictures_ * fading + static_cast<double>(std::exchange(fresh_pictures_, 0));
}

rtc::BitRate RateMeter::up_to(Target target) const {
  if (elapsed_s_ <= 0) return {};
  const auto index = static_cast<size_t>(std::countr_zero(bit_of(target)));
  return rtc::bits_per_second(static_cast<int64_t>(bytes_[index] * 8 / elapsed_s_));
}

}  // namespace vicino::sfu
