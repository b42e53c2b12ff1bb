#include "sim/media/freeze_meter.h"

#include <algorithm>

namespace vicino::sim {

bool FreezeMeter::is_freeze(Duration gap) const {
  if (gaps_.size() < fewest) return false;
  const Duration average = sum_ / static_cast<int64_t>(gaps_.size());
  return gap > std::max(average * 3, average + milliseconds(150));
}

void FreezeMeter::shown(Instant at) {
  if (last_) {
    const Duration gap = at - *last_;
    if (is_freeze(gap)) freezes_.push_back({*last_, at});
    gaps_.push_back(gap);
    sum_ = sum_ + gap;
    if (gaps_.size() > averaged) {
      sum_ = sum_ - gaps_.front();
      gaps_.pop_front();
    }
  }
  last_ = at;
}

void FreezeMeter::pause(Instant at) {
  if (last_ && is_freeze(at - *last_)) freezes_.push_back({*last_, at});
  last_.reset();
}

std::vector<FreezeMeter::Gap> FreezeMeter::freezes(Instant until) const {
  std::vector<Gap> all = freezes_;
  if (last_ && is_freeze(until - *last_)) all.push_back({*last_, until});
  return all;
}

double FreezeMeter::share(Instant from, Instant to) const {
  Duration frozen{};
  for (const Gap& gap : freezes(to)) {
    const Duration part = std::min(gap.to, to) - std::max(gap.from, from);
    frozen = frozen + std::max(part, Duration{});
  }
  return static_cast<double>(frozen.us) / static_cast<double>((to - from).us);
}

}  // namespace vicino::sim
