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

std::optional<BitRate> AckedRate::over(Duration window) const {
  if (arrivals_.size() < fewest) return std::nullopt;
  const Instant end = arrivals_.back().at;
  size_t bytes = 0, packets = 0;
  Instant begin = end;
  // What came with the first of the window, or in the same moment, was sent before it.
  size_t at_begin = 0;
  for (auto it = arrivals_.rbegin(); it != arrivals_.rend(); ++it) {
    if (end - it->at > window && packets >= fewest) break;
    at_begin = it->at == begin ? at_begin + it->bytes : it->bytes;
    begin = it->at;
    bytes += it->bytes;
    ++packets;
  }
  if (begin == end) return std::nullopt;
  return rate_of(static_cast<double>(bytes - at_begin), end - begin);
}

}  // namespace vicino::rtc
