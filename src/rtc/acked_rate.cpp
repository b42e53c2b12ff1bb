#include "rtc/acked_rate.h"

#include <algorithm>

namespace vicino::rtc {

void AckedRate::arrived(Instant arrived, size_t bytes) {
  // A late packet counts as if it had come with the newest.
  if (!arrivals_.empty()) arrived = std::max(arrived, arrivals_.back().at);
  arrivals_.push_back({arrived, bytes});
  while (arrivals_.size() > max_arrivals || arrived - arrivals_.front().at > longest)
    arrivals_.pop_front();
}

AckedRate::Rates AckedRate::rates() const {
  Rates rates;
  if (arrivals_.size() < fewest) return rates;
  const Instant end = arrivals_.back().at;
  size_t bytes = 0, packets = 0;
  Instant begin = end;
  // What came with the first of the window, or in the same moment, was sent before it.
  size_t at_begin = 0;
  const auto so_far = [&]() -> std::optional<BitRate> {
    if (begin == end) return std::nullopt;
    return rate_of(static_cast<double>(bytes - at_begin), end - begin);
  };
  bool recent_ended = false;
  for (auto it = arrivals_.rbegin(); it != arrivals_.rend(); ++it) {
    if (packets >= fewest) {
      if (end - it->at > calm_window) break;
      if (!recent_ended && end - it->at > recent_window) {
        rates.recent = so_far();
        recent_ended = true;
      }
    }
    at_begin = it->at == begin ? at_begin + it->bytes : it->bytes;
    begin = it->at;
    bytes += it->bytes;
    ++packets;
  }
  rates.calm = so_far();
  if (!recent_ended) rates.recent = rates.calm;
  return rates;
}

}  // namespace vicino::rtc
