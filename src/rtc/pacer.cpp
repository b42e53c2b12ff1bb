#include "rtc/pacer.h"

#include <algorithm>

namespace vicino::rtc {

void Pacer::set_rate(Instant now, BitRate target, bool roomy) {
  debt_ = debt_at(now, rate_);
  at_ = std::max(at_, now);
  rate_ = std::max(target * (roomy ? roomy_headroom : headroom), kilobits_per_second(1));
}

void Pacer::sent(Instant now, size_t bytes) {
  debt_ = std::min(debt_at(now, rate_) + static_cast<double>(bytes),
                   std::max(rate_.bytes_in(most_debt), static_cast<double>(smallest_burst)));
  at_ = std::max(at_, now);
}

double Pacer::debt_at(Instant now, BitRate rate) const {
  return std::max(0.0, debt_ - rate.bytes_in(std::max(now - at_, Duration{})));
}

BitRate Pacer::pacing_rate(Instant now, size_t waiting, Instant oldest) const {
  if (waiting == 0) return rate_;
  const Duration left = std::max(longest_wait - (now - oldest), milliseconds(1));
  return std::max(rate_, rate_of(static_cast<double>(waiting), left));
}

size_t Pacer::allowance(Instant now, size_t waiting, Instant oldest) const {
  const BitRate rate = pacing_rate(now, waiting, oldest);
  const double burst_bytes = std::max(rate.bytes_in(burst), static_cast<double>(smallest_burst));
  const double left = burst_bytes - debt_at(now, rate);
  // Half a burst at least, or every packet would be a wake-up.
  return left < burst_bytes / 2 ? 0 : std::min(waiting, static_cast<size_t>(left));
}

Instant Pacer::next(Instant now, size_t waiting, Instant oldest) const {
  if (waiting == 0) return Instant::never();
  const BitRate rate = pacing_rate(now, waiting, oldest);
  const double burst_bytes = std::max(rate.bytes_in(burst), static_cast<double>(smallest_burst));
  const double excess = debt_at(now, rate) - burst_bytes / 2;
  if (excess <= 0) return now;
  const Instant paid = now + rate.time_for(excess) + microseconds(1);
  // The rate rises until then; afterwards it is as high as it gets.
  const Instant latest = oldest + longest_wait;
  return latest > now ? std::min(paid, latest) : paid;
}

}  // namespace vicino::rtc
