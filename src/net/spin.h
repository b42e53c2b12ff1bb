// When to wait for datagrams by asking again and again instead of sleeping. Falling asleep and being woken costs some 5 us
// of processor time and, in a virtual machine, 25 us of delay: under load the next batch is there sooner than that. Pure:
// no clock.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace vicino::net {

struct SpinSettings {
  // At most so long before each sleep; zero: never. What a sleep costs: longer loses more than it can save.
  Duration longest = microseconds(20);
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

}  // namespace vicino::net
