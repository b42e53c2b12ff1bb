#include "sim/media/playout_delay.h"

#include <algorithm>
#include <vector>

namespace vicino::sim {

void PlayoutDelay::complete(Instant now, Instant captured) {
  ways_.push_back(now - captured);
  if (ways_.size() > remembered_) ways_.pop_front();
  std::vector<Duration> sorted(ways_.begin(), ways_.end());
  const auto place = static_cast<std::ptrdiff_t>(share_ * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + place, sorted.end());
  const Duration most = sorted[static_cast<size_t>(place)];
  shortest_ = *std::min_element(sorted.begin(), sorted.begin() + place + 1);
  extra_ = std::min(most - shortest_ + margin_, longest_);
}

}  // namespace vicino::sim
