#include "rtc/loss_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vicino::rtc {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
// Shares that are lost whatever is sent; finer steps cost time and tell nothing that an observation
// of some ten packets could.
constexpr double shares[] = {0.0005, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075,
                             0.1,    0.15,  0.2,  0.3,  0.4,   0.5};
constexpr double most_certain = 0.999;

}  // namespace

void LossBound::sent(size_t packets, size_t bytes, size_t lost, size_t late) {
  packets_ += packets;
  bytes_ += bytes;
  lost_ += lost;
  late_ += late;
}

double LossBound::likelihood(double capacity_bps, double inherent) const {
  double sum = 0, weight = 1;
  for (size_t i = 0; i < std::min(count_, max_observations); ++i, weight *= fading) {
    const Observation& o = observations_[(count_ - 1 - i) % max_observations];
    const double excess = o.rate_bps > capacity_bps ? 1 - capacity_bps / o.rate_bps : 0;
    const double share = std::min(inherent + (1 - inherent) * excess, most_certain);
    sum += weight * (o.lost * std::log(share) + (o.sent - o.lost) * std::log1p(-share));
  }
  return sum;
}

LossBound::Explanation LossBound::explain(double capacity_bps) const {
  Explanation best{-unlimited, 0};
  for (const double share : shares) {
    const double l = likelihood(capacity_bps, share);
    if (l > best.likelihood) best = {l, share};
  }
  return best;
}

void LossBound::update(Instant now, BitRate target, BitRate floor) {
  if (!since_) since_ = now;
  if (now - *since_ < observation_time || packets_ < observation_packets) return;
  const double elapsed = static_cast<double>((now - *since_).us) / 1e6;
  observe(now);
  may_grow_ = true;
  if (recent_ < tolerated) {
    if (bound_) bound_ = *bound_ * std::pow(1 + growth_per_second, elapsed);
    if (bound_ && *bound_ > target * 1.2) bound_.reset();
    inherent_ = std::min(inherent_, recent_);
    confirmed_ = std::min(confirmed_, recent_);
    return;
  }
  review(target, floor);
}

void LossBound::observe(Instant now) {
  const auto lost = static_cast<double>(lost_ > late_ ? lost_ - late_ : 0);
  const auto rate = static_cast<double>(rate_of(static_cast<double>(bytes_), now - *since_).bps);
  // What was before a sudden change tells nothing any more.
  const double share = lost / static_cast<double>(packets_);
  if (share > std::max(inherent_, recent_) + sudden) count_ = 0;
  observations_[count_++ % max_observations] = {rate, static_cast<double>(packets_), lost};
  since_ = now;
  packets_ = bytes_ = lost_ = late_ = 0;
  // Over a second or so: a few losses in one observation are no trend.
  double sent_lately = 0, lost_lately = 0;
  for (size_t i = 0; i < std::min<size_t>(count_, 5); ++i) {
    const Observation& o = observations_[(count_ - 1 - i) % max_observations];
    sent_lately += o.sent;
    lost_lately += o.lost;
  }
  recent_ = lost_lately / sent_lately;
}

// Whether the rates tell the two explanations apart at all.
bool LossBound::varied() const {
  double least = unlimited, most = 0;
  for (size_t i = 0; i < std::min(count_, max_observations / 2); ++i) {
    const double rate = observations_[(count_ - 1 - i) % max_observations].rate_bps;
    least = std::min(least, rate);
    most = std::max(most, rate);
  }
  return most > least * telling_ratio;
}

void LossBound::review(BitRate target, BitRate floor) {
  const Explanation always = explain(unlimited);
  const auto current = static_cast<double>(std::min(target, bound_.value_or(target)).bps);
  Explanation best = always;
  double capacity = unlimited;
  for (const double factor : {1.2, 1.1, 1.05, 1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5}) {
    const Explanation e = explain(current * factor);
    if (e.likelihood <= best.likelihood) continue;
    best = e;
    capacity = current * factor;
  }
  if (recent_ > hopeless && count_ >= hopeless_observations) {
    bound_ = std::max(
        bits_per_second(static_cast<int64_t>(current * std::max(1 - recent_, least_step))), floor);
    may_grow_ = false;
    return;
  }
  const bool limited = best.likelihood > always.likelihood + evidence;
  inherent_ = limited ? best.inherent : always.inherent;
  if (limited) {
    may_grow_ = capacity > current;
    bound_ = std::max(
        {bits_per_second(static_cast<int64_t>(std::max(capacity, current * least_step))), floor});
    return;
  }
  if (varied()) confirmed_ = inherent_;
  if (recent_ > std::max(excessive, confirmed_ * 1.5 + tolerated) && !varied()) {
    bound_ = std::max(bits_per_second(static_cast<int64_t>(current * trial_step)), floor);
  } else if (bound_) {
    bound_ = *bound_ * absolved_growth;
    if (*bound_ > target * 1.2) bound_.reset();
  }
}

}  // namespace vicino::rtc
