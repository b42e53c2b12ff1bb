// How loud somebody is, from the audio levels in packet headers (RFC 6464), and who is heard when
// there are more voices than slots, or than the path carries. The levels are the senders' word:
// whoever lies gets a slot, not another's voice.
#pragma once

#include <span>
#include <vector>

#include "base/time.h"
#include "rtc/bit_rate.h"

namespace vicino::sfu {

class SpeakerLevel {
 public:
  // A packet with this level in -dBov (0 loudest, 127 silence). True when this is the start of
  // speech.
  bool heard(Instant now, uint8_t level);
  double loudness(Instant now) const;  // 0 silent to 127, smoothed; 0 when packets stopped
  bool spoke_recently(Instant now) const;
  Instant last_spoke() const { return last_spoke_; }

 private:
  double smoothed_ = 0;
  Instant last_packet_{INT64_MIN / 2};
  Instant last_spoke_{INT64_MIN / 2};
};

struct Voice {
  bool heard_now;  // has a slot
  bool spoke_recently;
  double loudness;
  Instant last_spoke;
  rtc::BitRate rate;  // what it takes
};
// Indices of the `count` voices to be heard, in order of importance. Those who have a slot keep it
// against anyone who isn't clearly louder, unless they fell silent and somebody else speaks.
std::vector<size_t> pick_voices(std::span<const Voice> voices, size_t count);

// Which of these, the most important first, a path of that rate carries together: what is heard now
// must fit, what isn't must fit with room to spare (allocator.h). The first always does, in case
// the rate is wrong.
std::vector<bool> fitting_voices(std::span<const Voice> voices, rtc::BitRate path);

}  // namespace vicino::sfu
