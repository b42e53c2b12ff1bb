// How long a receiver waits before it shows or plays something, so that what comes late is there in
// time: most of the delays of late, over the shortest one.
#pragma once

#include <cstddef>
#include <deque>

#include "base/time.h"

namespace vicino::sim {

class PlayoutDelay {
 public:
  // The delay that a share of the last `remembered` things didn't exceed, and `margin`; `longest`
  // at most.
  PlayoutDelay(double share, size_t remembered, Duration margin, Duration longest)
      : share_(share), remembered_(remembered), margin_(margin), longest_(longest) {}

  // Something captured at `captured` was complete at `now`.
  void complete(Instant now, Instant captured);
  // When something captured then is to be shown; the capturing clock is the same one.
  Instant due(Instant captured) const { return captured + shortest_ + extra_; }

 private:
  double share_;
  size_t remembered_;
  Duration margin_, longest_;
  std::deque<Duration> ways_;
  Duration shortest_{}, extra_{};  // the shortest way, and what is waited beyond it
};

}  // namespace vicino::sim
