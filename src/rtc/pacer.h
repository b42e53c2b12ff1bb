// When how much may go out, so that a large frame isn't a queue in the network: pure policy, the
// packets stay with the caller. Audio is sent at once and only told here.
#pragma once

#include <cstddef>

#include "rtc/bit_rate.h"

namespace vicino::rtc {

class Pacer {
 public:
  // From now on. `rate` isn't zero. `roomy`: all that is wanted takes so little of the path that a
  // burst is soon through.
  void set_rate(Instant now, BitRate target, bool roomy = false);
  // Everything that went out, audio and probes too.
  void sent(Instant now, size_t bytes);
  // How many bytes of video may go out now; 0: wait until next(). `waiting` bytes in all wait, the
  // oldest since `oldest`.
  size_t allowance(Instant now, size_t waiting, Instant oldest) const;
  Instant next(Instant now, size_t waiting, Instant oldest) const;
  // Whether `bytes` are so little that they may go at once, when nothing waits: what they would
  // queue up elsewhere is gone before anybody notices, and trains stay whole.
  bool passes(Instant now, size_t bytes) const {
    return debt_at(now, rate_) + static_cast<double>(bytes) <= rate_.bytes_in(unnoticed);
  }

 private:
  // Faster than the target, which is an average: frames differ in size. Higher has less delay here
  // and more in the network.
  static constexpr double headroom = 1.3, roomy_headroom = 2.5;
  // May go out at once. Longer saves wake-ups and makes trains, and is as much queue elsewhere.
  static constexpr Duration burst = milliseconds(5);
  static constexpr size_t smallest_burst = 1500;
  static constexpr Duration unnoticed = milliseconds(20);
  // Nothing waits longer than this: the rate is raised as far as it takes.
  static constexpr Duration longest_wait = milliseconds(250);
  // Debt beyond this is forgotten: audio and probes can hold video up for no longer.
  static constexpr Duration most_debt = milliseconds(500);

  BitRate pacing_rate(Instant now, size_t waiting, Instant oldest) const;
  double debt_at(Instant now, BitRate rate) const;

  BitRate rate_ = kilobits_per_second(300);
  double debt_ = 0;  // bytes sent ahead of the rate, at `at_`
  Instant at_;
};

}  // namespace vicino::rtc
