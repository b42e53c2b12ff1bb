// Whether a queue builds up in front of the receiver, from how the time on the way changes between
// groups of packets (draft-ietf-rmcat-gcc-02 sections 5.2 to 5.4, with a line fitted through the
// last groups in place of the Kalman filter).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace vicino::rtc {

enum class DelaySignal : uint8_t {
  normal,
  overuse,   // the queue grows
  underuse,  // the queue empties
};

class DelayTrend {
 public:
  // A packet that arrived, in order of sending; `arrived` on the receiver's clock. Anything may be
  // in it: times that make no sense begin the measurement anew.
  void arrived(Instant sent, Instant arrived);
  DelaySignal signal() const { return signal_; }
  // Forgets what was measured, not how noisy the path is.
  void restart();

 private:
  // Packets sent within this time are one group: less makes more and noisier groups, more sees the
  // queue later.
  static constexpr Duration burst = milliseconds(5);
  // Packets that come faster than they were sent were held up together, by a radio link or a
  // sleeping receiver; they are one group as long as it lasts no longer than this.
  static constexpr Duration max_held_up = milliseconds(100);
  // Groups in the fitted line. More is calmer and slower.
  static constexpr size_t window = 20;
  static constexpr size_t fewest = 10;  // after a restart: a large queue is seen with fewer
  // Of the old in the smoothed delay. Higher is calmer and slower.
  static constexpr double smoothing = 0.9;
  // The slope is multiplied by the number of groups, at most so many, and by the gain, before it is
  // compared with the threshold. Higher reacts to smaller queues, and to noise.
  static constexpr int max_groups_counted = 60;
  static constexpr double gain = 4;
  // The threshold follows the noise: quickly up would let queues grow (and win against flows that
  // fill them), quickly down starves next to such flows.
  static constexpr double threshold_start = 12.5, threshold_min = 6, threshold_max = 600;
  static constexpr double threshold_up = 0.0087, threshold_down = 0.039;  // per ms
  static constexpr double threshold_outlier = 15;  // further above it is a burst, not the noise
  // Overuse must last for so long. More lets the queue grow by as much.
  static constexpr Duration persistence = milliseconds(10);
  static constexpr Duration max_step = seconds(3);  // between groups; more is another measurement

  struct Group {
    Instant first_sent, last_sent, first_arrived, last_arrived;
  };
  struct Sample {
    double arrived_ms, delay_ms;
  };
  bool belongs(Instant sent, Instant arrived) const;
  void group_done(const Group& earlier, const Group& later);
  std::optional<double> slope() const;
  void detect(double slope, Instant arrived, Duration since_last_sent);
  void adapt_threshold(double trend, Instant arrived);

  std::optional<Group> previous_, current_;
  std::array<Sample, window> samples_{};
  size_t count_ = 0;   // groups since the restart
  size_t groups_ = 0;  // all
  Instant start_;      // arrival of the first, so that the numbers stay small
  double delay_ms_ = 0, smoothed_ms_ = 0;

  double threshold_ = threshold_start;
  std::optional<Instant> threshold_at_;
  double last_slope_ = 0;
  std::optional<Duration> over_for_;
  int over_count_ = 0;
  DelaySignal signal_ = DelaySignal::normal;
};

}  // namespace vicino::rtc
