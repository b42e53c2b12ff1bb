// Freezes of one picture as the WebRTC statistics count them
// (https://www.w3.org/TR/webrtc-stats/#dom-rtcinboundrtpstreamstats-freezecount): a gap between two
// frames of more than three times the average, or 150 ms more than it, whichever is longer.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"

namespace vicino::sim {

class FreezeMeter {
 public:
  struct Gap {
    Instant from, to;
  };

  void shown(Instant at);
  // Nothing more is to be shown until the next frame: the gap to it is no freeze.
  void pause(Instant at);
  // The freezes until then, with one that goes on.
  std::vector<Gap> freezes(Instant until) const;
  // Their share of the time between.
  double share(Instant from, Instant to) const;

 private:
  static constexpr size_t averaged = 30, fewest = 5;  // gaps; libwebrtc's numbers

  bool is_freeze(Duration gap) const;

  std::optional<Instant> last_;
  std::deque<Duration> gaps_;
  Duration sum_{};
  std::vector<Gap> freezes_;
};

}  // namespace vicino::sim
