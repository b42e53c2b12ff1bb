#include "rtc/nack.h"

#include <algorithm>
#include <utility>

namespace vicino::rtc {

void NackGenerator::give_up_before(int64_t sequence) {
  const auto end = missing_.lower_bound(sequence);
  if (end == missing_.begin()) return;
  missing_.erase(missing_.begin(), end);
  lost_sync_ = true;
}

void NackGenerator::received(Instant now, uint16_t sequence) {
  const int64_t unwrapped = unwrapper_.unwrap(sequence);
  if (!newest_) {
    newest_ = unwrapped;
    return;
  }
  if (unwrapped <= *newest_) {
    missing_.erase(unwrapped);
    return;
  }
  if (unwrapped - *newest_ - 1 > max_gap) {
    missing_.clear();
    lost_sync_ = true;
  } else {
    for (int64_t s = *newest_ + 1; s < unwrapped; ++s) {
      missing_.emplace_hint(missing_.end(), s, Missing{now + reorder_delay});
    }
  }
  newest_ = unwrapped;
  if (missing_.size() > max_missing) {
    const auto kept = static_cast<std::ptrdiff_t>(missing_.size() - max_missing);
    give_up_before(std::next(missing_.begin(), kept)->first);
  }
}

std::vector<uint16_t> NackGenerator::due(Instant now, Duration rtt) {
  std::vector<uint16_t> asked;
  for (auto it = missing_.begin(); it != missing_.end();) {
    auto& [sequence, missing] = *it;
    if (missing.next > now) {
      ++it;
    } else if (missing.asked == max_asks) {
      lost_sync_ = true;
      it = missing_.erase(it);
    } else {
      asked.push_back(static_cast<uint16_t>(sequence));
      ++missing.asked;
      missing.next = now + std::max(rtt, min_interval);
      ++it;
    }
  }
  return asked;
}

Instant NackGenerator::next_due() const {
  Instant next = Instant::never();
  for (const auto& [sequence, missing] : missing_) next = std::min(next, missing.next);
  return next;
}

bool NackGenerator::take_lost_sync() {
  return std::exchange(lost_sync_, false);
}

}  // namespace vicino::rtc
