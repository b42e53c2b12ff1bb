#include "arrivals.h"

#include <algorithm>

namespace vicino::load {
namespace {

constexpr int64_t tick_us = 250;
constexpr int64_t reference_us = 64'000;

size_t place(int64_t sequence, int64_t ring) {
  return static_cast<size_t>(sequence & (ring - 1));
}

}  // namespace

void Arrivals::received(Instant now, uint16_t sequence) {
  const int64_t number = unwrapper_.unwrap(sequence);
  if (!first_) {
    first_ = newest_ = number;
  } else if (number < *first_) {
    return;  // its neighbours were reported: late packets aren't worth a report of their own
  }
  for (; newest_ < number; ++newest_) at_us_[place(newest_ + 1, ring)] = 0;
  if (newest_ - *first_ >= ring) first_ = newest_ - ring + 1;
  at_us_[place(number, ring)] = now.us;
}

std::optional<rtc::TransportFeedback> Arrivals::take(uint32_t sender_ssrc, uint32_t media_ssrc) {
  if (!first_) return std::nullopt;
  // A report begins with a packet that came.
  while (*first_ <= newest_ && at_us_[place(*first_, ring)] == 0) ++*first_;
  if (*first_ > newest_) return std::nullopt;
  rtc::TransportFeedback report{.sender_ssrc = sender_ssrc,
                                .media_ssrc = media_ssrc,
                                .feedback_count = count_++,
                                .base_sequence = static_cast<uint16_t>(*first_),
                                .arrivals = {}};
  report.reference_time_us = at_us_[place(*first_, ring)] / reference_us * reference_us;
  const int64_t end = std::min(newest_ + 1, *first_ + per_report);
  report.arrivals.reserve(static_cast<size_t>(end - *first_));
  for (; *first_ < end; ++*first_) {
    int64_t& at = at_us_[place(*first_, ring)];
    report.arrivals.push_back(
        at == 0 ? std::nullopt
                : std::optional((at - report.reference_time_us) / tick_us * tick_us));
    at = 0;
  }
  return report;
}

}  // namespace vicino::load
