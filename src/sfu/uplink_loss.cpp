#include "sfu/uplink_loss.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vicino::sfu {

void UplinkLoss::review(int64_t expected, int64_t received) {
  const int64_t due = expected - expected_, came = received - received_;
  expected_ = expected;
  received_ = received;
  const bool was_silent = std::exchange(silent_, came == 0);
  double lost = 0;
  if (due >= fewest_packets && came > 0 && !was_silent)
    lost = std::clamp(1 - static_cast<double>(came) / static_cast<double>(due), 0.0, 1.0);
  lost_ += newest_weight * (lost - lost_);
  poor_ = lost_ >= (poor_ ? poor_until : poor_from);
}

std::optional<uint16_t> UplinkLoss::poor_permille() const {
  if (!poor_) return std::nullopt;
  return static_cast<uint16_t>(std::lround(lost_ * 1000 / step) * step);
}

}  // namespace vicino::sfu
