#include "rtc/rate_control.h"

#include <algorithm>
#include <cmath>

namespace vicino::rtc {

void RateControl::set(BitRate rate) {
  rate_ = target_ = std::clamp(rate, limits_.floor, limits_.ceiling);
  drain_until_.reset();
  last_growth_.reset();
}

void RateControl::learn_capacity(BitRate measured) {
  if (!capacity_ || std::abs(measured / *capacity_ - 1) > capacity_tolerance) {
    capacity_ = measured;
  } else {
    capacity_ = *capacity_ + (measured - *capacity_) * capacity_smoothing;
  }
}

// Whether a queue became shorter by what was taken out of it. One that is another's doesn't.
bool RateControl::is_foreign(Instant now, const Queue& before, const Path& path) const {
  if (!queue_since_ || now - *queue_since_ < foreign_after) return false;
  // What was taken out is only felt once the queue that was before it has gone.
  const Duration felt = now - before.at - before.delay - path.rtt;
  if (felt < least_felt || path.queue_delay < least_foreign || path.queue_delay > longest_foreign)
    return false;
  const double share = static_cast<double>(felt.us) / static_cast<double>((now - before.at).us);
  const double taken = std::max(before.own_bytes - path.queued_bytes, 0.0) * share;
  const Duration own = before.rate.time_for(taken);
  // What arrives was sent when the queue was shorter than it is.
  const Duration delay = std::max(before.delay, before.rate.time_for(before.own_bytes));
  return own > least_taken && delay - path.queue_delay < before.rate.time_for(taken * shrunk);
}

void RateControl::judge_drain(Instant now, const Path& path) {
  if (is_foreign(now, drain_from_, path)) foreign(now, drain_from_);
}

void RateControl::foreign(Instant now, const Queue& before) {
  foreign_until_ = now + foreign_time;
  rate_ = target_ = std::max(rate_, before.rate * taken_back);
}

void RateControl::update(Instant now, const Path& path) {
  if (path.queue_delay < standing_queue) {
    queue_since_.reset();
  } else if (!queue_since_) {
    queue_since_ = now;
  }
  if (foreign_until_ && (now >= *foreign_until_ || path.queue_delay < standing_queue ||
                         path.queue_delay > longest_foreign))
    foreign_until_.reset();
  if (path.signal == DelaySignal::overuse && path.queue_delay > jitter && !foreign_until_) {
    overused(now, path);
    return;
  }
  if (path.queue_delay < jitter) rate_ = std::max(rate_, std::min(path.proven, limits_.ceiling));
  if (drain_until_) {
    const bool empty = path.queue_delay < least_foreign && path.acked_recently &&
                       path.queued_bytes <= path.acked_recently->bytes_in(drained);
    const bool too_soon = path.queue_delay >= least_foreign && now - *queue_since_ < foreign_after;
    if (too_soon || (!empty && now < *drain_until_)) return;
    judge_drain(now, path);
    drain_until_.reset();
    last_growth_ = now;
  } else if (queue_stands(path)) {
    if (!stands_since_) {
      stands_since_ = now;
      stands_from_ = {now, path.queue_delay, path.queued_bytes, *path.acked};
    }
    const bool enough =
        now - *stands_since_ > stands_longest || rate_ < stands_from_.rate * given_up;
    last_growth_ = now;
    if (enough && is_foreign(now, stands_from_, path)) return foreign(now, stands_from_);
    learn_capacity(*path.acked);
    rate_ = std::clamp(*path.acked * run_off, limits_.floor, std::max(rate_, limits_.floor));
  } else if (path.signal == DelaySignal::normal || foreign_until_) {
    grow(now, path);
  } else {
    last_growth_ = now;  // the queue empties: wait until it has
  }
  if (path.queue_delay < standing_queue) stands_since_.reset();
  target_ = rate_;
}

bool RateControl::queue_stands(const Path& path) const {
  if (!path.acked || !path.may_grow || foreign_until_) return false;
  const Duration packet = path.acked->time_for(packet_bits / 16);
  return path.queue_delay > std::max(standing_queue, packet) && path.queue_delay < foreign_queue;
}

void RateControl::overused(Instant now, const Path& path) {
  last_growth_ = now;
  const auto arriving = path.acked_recently ? path.acked_recently : path.acked;
  if (!arriving) {
    if (!last_decrease_ || now - *last_decrease_ > path.rtt + response_extra) {
      last_decrease_ = now;
      rate_ = target_ = std::max(rate_ * decrease, limits_.floor);
    }
    return;
  }
  // What arrives of a burst is less than the path is known to carry.
  const bool below_capacity = !drain_until_ && capacity_ && *arriving < *capacity_ * decrease;
  if (!below_capacity) learn_capacity(*arriving);
  last_decrease_ = now;
  if (drain_until_ && now >= *drain_until_) judge_drain(now, path);
  // It was just found to be another's: to go on giving way would take back what that gave back.
  if (foreign_until_) return drain_until_.reset();
  // Once per queue: further reports of the same one only show better what arrives.
  const BitRate most = drain_until_ ? rate_ : rate_ * resume;
  const bool gently = (path.limited || below_capacity) && path.queue_delay < gentle_queue;
  const BitRate least = gently ? std::min(rate_ * decrease, most) : limits_.floor;
  rate_ = std::max({std::min(*arriving * resume, most), least, limits_.floor});
  BitRate lower = *arriving * decrease;
  if (path.queued_bytes > arriving->bytes_in(drain_time) * (1 - decrease))
    lower = *arriving - rate_of(path.queued_bytes, drain_time);
  target_ = std::clamp(std::max(lower, *arriving * drain_least), limits_.floor, rate_);
  if (!drain_until_ || now >= *drain_until_) {
    drain_from_ = {now, path.queue_delay, path.queued_bytes, *arriving};
  }
  const BitRate emptying = std::max(*arriving - target_, kilobits_per_second(1));
  drain_until_ = std::min(now + emptying.time_for(path.queued_bytes) + path.rtt,
                          drain_from_.at + drain_longest);
}

void RateControl::grow(Instant now, const Path& path) {
  const Duration since = std::min(last_growth_ ? now - *last_growth_ : Duration{}, seconds(1));
  last_growth_ = now;
  if (!path.may_grow || !path.acked) return;
  const BitRate most = *path.acked * acked_headroom + acked_headroom_extra;
  if (rate_ >= most) return;
  const double elapsed = static_cast<double>(since.us) / 1e6;
  if (capacity_ && *path.acked > *capacity_ * (1 + capacity_tolerance)) capacity_.reset();
  BitRate next = rate_;
  if (capacity_ && rate_ > *capacity_ * (1 - capacity_tolerance)) {
    const double response = static_cast<double>((path.rtt + response_extra).us) / 1e6;
    const auto capacity = static_cast<double>(capacity_->bps);
    const double least = capacity * min_near_growth_per_second;
    const double most_near =
        static_cast<double>((*capacity_ - slow_path).bps) * max_near_growth_per_second;
    const double step = std::clamp(packet_bits / response, least, std::max(least, most_near));
    next.bps += static_cast<int64_t>(step * elapsed);
  } else {
    next = rate_ * std::pow(1 + growth_per_second, elapsed);
  }
  rate_ = std::clamp(next, limits_.floor, std::min(most, limits_.ceiling));
}

void RateControl::probed(BitRate rate, bool full) {
  if (full) {
    learn_capacity(rate);
  } else if (capacity_ && rate > *capacity_) {
    capacity_.reset();
  }
  if (drain_until_ || rate <= rate_) return;
  rate_ = target_ = std::min(rate, limits_.ceiling);
}

void RateControl::passed(Instant now, BitRate rate) {
  foreign_until_ = now + foreign_time;
  probed(rate, false);
}

}  // namespace vicino::rtc
