#include "rtc/delay_trend.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace vicino::rtc {
namespace {

double to_ms(Duration d) {
  return static_cast<double>(d.us) / 1000;
}

}  // namespace

void DelayTrend::restart() {
  previous_ = current_ = std::nullopt;
  count_ = 0;
  delay_ms_ = smoothed_ms_ = last_slope_ = 0;
  over_for_.reset();
  over_count_ = 0;
  threshold_at_.reset();
  signal_ = DelaySignal::normal;
}

bool DelayTrend::belongs(Instant sent, Instant arrived) const {
  if (sent - current_->first_sent <= burst) return true;
  const Duration between = arrived - current_->last_arrived;
  return between <= burst && between < sent - current_->last_sent &&
         arrived - current_->first_arrived < max_held_up;
}

void DelayTrend::arrived(Instant sent, Instant arrived) {
  if (!current_) {
    current_ = {sent, sent, arrived, arrived};
    return;
  }
  if (sent < current_->first_sent) return;  // overtaken: its group is closed
  const Duration step = arrived - current_->last_arrived;
  if (step > max_step || step < Duration{} - max_step || sent - current_->last_sent > max_step) {
    restart();
    current_ = {sent, sent, arrived, arrived};
    return;
  }
  if (belongs(sent, arrived)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_arrived = std::max(current_->last_arrived, arrived);
    current_->first_arrived = std::min(current_->first_arrived, arrived);
    return;
  }
  if (previous_) group_done(*previous_, *current_);
  previous_ = current_;
  current_ = {sent, sent, arrived, arrived};
}

void DelayTrend::group_done(const Group& earlier, const Group& later) {
  const Duration sent = later.last_sent - earlier.last_sent;
  const Duration arrived = later.last_arrived - earlier.last_arrived;
  if (arrived < Duration{}) return;  // groups in another order: nothing to learn
  if (count_ == 0) start_ = later.last_arrived;
  delay_ms_ += to_ms(arrived - sent);
  smoothed_ms_ = count_ == 0 ? delay_ms_ : smoothing * smoothed_ms_ + (1 - smoothing) * delay_ms_;
  samples_[count_ % window] = {to_ms(later.last_arrived - start_), smoothed_ms_};
  ++count_;
  ++groups_;
  if (const auto fitted = slope()) detect(*fitted, later.last_arrived, sent);
}

// Least squares.
std::optional<double> DelayTrend::slope() const {
  if (count_ < fewest) return std::nullopt;
  const auto samples = std::span(samples_).first(std::min(count_, window));
  const auto n = static_cast<double>(samples.size());
  double mean_x = 0, mean_y = 0;
  for (const Sample& s : samples) {
    mean_x += s.arrived_ms / n;
    mean_y += s.delay_ms / n;
  }
  double numerator = 0, denominator = 0;
  for (const Sample& s : samples) {
    numerator += (s.arrived_ms - mean_x) * (s.delay_ms - mean_y);
    denominator += (s.arrived_ms - mean_x) * (s.arrived_ms - mean_x);
  }
  if (denominator <= 0) return std::nullopt;
  return numerator / denominator;
}

void DelayTrend::detect(double slope, Instant arrived, Duration since_last_sent) {
  const int groups = static_cast<int>(std::min<size_t>(groups_, max_groups_counted));
  const double trend = groups * slope * gain;
  if (trend > threshold_) {
    // Half of the first step, as the crossing was somewhere within it.
    over_for_ = over_for_ ? *over_for_ + since_last_sent : since_last_sent / 2;
    ++over_count_;
    if (*over_for_ > persistence && over_count_ > 1 && slope >= last_slope_) {
      over_for_ = Duration{};
      over_count_ = 0;
      signal_ = DelaySignal::overuse;
    }
  } else {
    over_for_.reset();
    over_count_ = 0;
    signal_ = trend < -threshold_ ? DelaySignal::underuse : DelaySignal::normal;
  }
  last_slope_ = slope;
  adapt_threshold(trend, arrived);
}

void DelayTrend::adapt_threshold(double trend, Instant arrived) {
  const Duration since = threshold_at_ ? arrived - *threshold_at_ : Duration{};
  threshold_at_ = arrived;
  const double size = std::abs(trend);
  if (size > threshold_ + threshold_outlier) return;
  const double ms = std::clamp(to_ms(since), 0.0, 100.0);
  const double speed = size < threshold_ ? threshold_down : threshold_up;
  threshold_ =
      std::clamp(threshold_ + speed * (size - threshold_) * ms, threshold_min, threshold_max);
}

}  // namespace vicino::rtc
