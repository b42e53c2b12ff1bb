// When to wait for datagrams by asking again and again instead of sleeping. Falling asleep and being woken costs some 5 us
// of processor time and, in a virtual machine, 25 us of delay: under load the next batch is there sooner than that. Pure:
// no clock.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/time.h"

namespace vicino::net {

struct SpinSettings {
  // At most so long before each sleep; zero: never. What a sleep costs: longer loses more than it can save.
  Duration longest = microseconds(20);
  // A sender's packets of one frame come within some microseconds of each other, and the first one wakes the thread.
  // When at least `rest_receivers` get them, the rest is waited for: while something comes every `rest_gap`, for
  // `rest_longest` at most. Their one train instead of several saves each receiver about 1.5 us of processor time.
  size_t rest_receivers = 24;
  Duration rest_gap = microseconds(15);
  Duration rest_longest = microseconds(60);
};

class Spin {
 public:
  explicit Spin(const SpinSettings& settings) : longest_(settings.longest) {}

  // How long to ask before sleeping: zero unless batches have lately come so close together. A server with little to do
  // never gets there, and one whose load ends has spun in vain once or twice.
  Duration patience() const { return average_ <= longest_ ? longest_ : Duration{}; }
  // Something came after waiting for so long, asleep or not.
  void waited(Duration gap) { average_ = (average_ * 3 + std::clamp(gap, Duration{}, longest_ * 16)) / 4; }

 private:
  Duration longest_;
  Duration average_ = longest_ * 16;
};

// Whether to wait for the rest of frames. Where it doesn't come, as over a path that spreads packets out, it is tried
// rarely.
class RestOfFrames {
 public:
  explicit RestOfFrames(const SpinSettings& settings) : settings_(settings) {}

  // `receivers`: of streams that are in the middle of a frame (sfu::Shard::unfinished). Asked once a batch.
  bool worthwhile(size_t receivers) {
    if (receivers < settings_.rest_receivers || settings_.rest_gap == Duration{}) return false;
    return successes_ >= enough || ++passed_over_ % retry_every == 0;
  }
  // Something came in time, or nothing did.
  void waited(bool came) { successes_ = (successes_ * 7 + (came ? most : 0)) / 8; }
  bool over(Duration since_last, Duration since_start) const {
    return since_last >= settings_.rest_gap || since_start >= settings_.rest_longest;
  }

 private:
  static constexpr int most = 1024, enough = most / 4;
  static constexpr unsigned retry_every = 32;

  SpinSettings settings_;
  int successes_ = most;  // out of `most`, of late
  unsigned passed_over_ = 0;
};

}  // namespace vicino::net
