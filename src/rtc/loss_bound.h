// What loss says about the rate. A path that drops a share of whatever is sent (radio) is told from
// one that drops what doesn't fit (a short queue, a policer) by fitting both explanations to the
// rates and losses of the last seconds: the idea of libwebrtc's second loss-based estimator.
#pragma once

#include <array>
#include <optional>

#include "rtc/bit_rate.h"

namespace vicino::rtc {

class LossBound {
 public:
  // Outcomes of one report. `late`: lost by an earlier report, arrived after all.
  void sent(size_t packets, size_t bytes, size_t lost, size_t late);
  // After each report: `target` is what the delay allows and this bounds.
  void update(Instant now, BitRate target, BitRate floor);

  std::optional<BitRate> bound() const { return bound_; }
  // Share that is lost whatever is sent, 0 to 1.
  double inherent() const { return inherent_; }
  double recent() const { return recent_; }  // share lost lately
  bool may_grow() const { return may_grow_; }
  void restart() { *this = {}; }

 private:
  // One observation takes at least so long and so many packets: shorter ones are all noise, longer
  // ones see less of how loss follows the rate.
  static constexpr Duration observation_time = milliseconds(250);
  static constexpr size_t observation_packets = 10;
  static constexpr size_t max_observations = 20;  // five seconds or more; more forgets more slowly
  static constexpr double fading = 0.93;          // weight of an observation against the next one
  // Loss under the first is nothing, under the second no reason to send less.
  static constexpr double tolerated = 0.02;
  static constexpr double excessive = 0.10;
  // No path that is any good loses so much by itself for two seconds: an overflowing queue does,
  // whatever the rates were.
  static constexpr double hopeless = 0.35;
  static constexpr size_t hopeless_observations = 8;
  // An explanation must be so much likelier (natural logarithm) than "this share is always lost"
  // to be believed. Higher takes longer to see a policer, lower mistakes bursts for one.
  static constexpr double evidence = 4.0;
  static constexpr double sudden = 0.2;  // more than before, in one observation: the path changed
  static constexpr double growth_per_second = 0.10;  // of the bound once loss is small
  static constexpr double absolved_growth = 1.2;  // a review that finds loss is no matter of rate
  static constexpr double least_step = 0.5;       // of the target: no faster down in one step
  // While rates were too equal to tell, excessive loss makes the rate try a step down.
  static constexpr double telling_ratio = 1.3;
  static constexpr double trial_step = 0.85;

  struct Observation {
    double rate_bps = 0, sent = 0, lost = 0;
  };
  struct Explanation {
    double likelihood, inherent;
  };
  Explanation explain(double capacity_bps) const;
  double likelihood(double capacity_bps, double inherent) const;
  void review(BitRate target, BitRate floor);
  void observe(Instant now);
  bool varied() const;

  std::array<Observation, max_observations> observations_{};
  size_t count_ = 0;
  std::optional<Instant> since_;
  size_t packets_ = 0, bytes_ = 0, lost_ = 0, late_ = 0;
  std::optional<BitRate> bound_;
  double inherent_ = 0, recent_ = 0;
  double confirmed_ = 0;  // inherent loss that was the same at different rates
  bool may_grow_ = true;
};

}  // namespace vicino::rtc
