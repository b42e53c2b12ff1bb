#include "rtc/twcc.h"

namespace vicino::rtc {
namespace {

// Arrival times are whole ticks from the clock's start, so that rounding never accumulates.
int64_t floor_to(int64_t us, int64_t unit) {
  const int64_t remainder = us % unit;
  return us - (remainder < 0 ? remainder + unit : remainder);
}

}  // namespace

void TwccReceiver::received(Instant now, uint16_t transport_sequence) {
  arrivals_.emplace(unwrapper_.unwrap(transport_sequence), now);
  if (arrivals_.size() > max_pending) arrivals_.erase(arrivals_.begin());
}

std::optional<TransportFeedback> TwccReceiver::take_feedback(uint32_t sender_ssrc,
                                                             uint32_t media_ssrc) {
  if (arrivals_.empty()) return std::nullopt;
  auto it = arrivals_.begin();
  const bool late = next_base_ && it->first < *next_base_;
  // Losses before the first arrival are reported too, except those that an earlier report has named
  // or that are too many.
  int64_t next = it->first;
  if (next_base_ && !late && it->first - *next_base_ <= max_gap) next = *next_base_;

  TransportFeedback feedback{.sender_ssrc = sender_ssrc,
                             .media_ssrc = media_ssrc,
                             .feedback_count = count_++,
                             .reference_time_us = floor_to(it->second.us, reference_us),
                             .base_sequence = static_cast<uint16_t>(next),
                             .arrivals = {}};
  int64_t previous = 0;
  for (size_t taken = 0; it != arrivals_.end() && taken < max_per_feedback; ++taken) {
    const int64_t gap = it->first - next;
    const int64_t arrival = floor_to(it->second.us, tick_us) - feedback.reference_time_us;
    const int64_t ticks = (arrival - previous) / tick_us;
    // A late packet's report ends with it: what follows was reported as received or lost already.
    if (gap > (late ? 0 : max_gap) || ticks < INT16_MIN || ticks > INT16_MAX) break;
    if (feedback.arrivals.size() + static_cast<size_t>(gap) >= max_feedback_packets) break;
    feedback.arrivals.resize(feedback.arrivals.size() + static_cast<size_t>(gap));
    feedback.arrivals.emplace_back(arrival);
    previous = arrival;
    next = it->first + 1;
    it = arrivals_.erase(it);
  }
  next_base_ = std::max(next_base_.value_or(next), next);
  return feedback;
}

}  // namespace vicino::rtc
