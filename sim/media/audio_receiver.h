// One received voice: what is played every 20 ms, in the manner of libwebrtc's NetEq. A frame that
// isn't there when its turn comes is concealed; the delay follows the network and is made up for by
// playing faster or by concealing.
#pragma once

#include <map>
#include <optional>

#include "sim/media/playout_delay.h"
#include "sim/media/stamp.h"

namespace vicino::sim {

struct Played {
  Instant at;
  Stamp stamp;     // of the frame whose turn it was
  bool concealed;  // nothing of it was there
};

class AudioReceiver {
 public:
  // A packet, with the frames that it repeats.
  void packet(Instant now, const Stamp& stamp);
  // What has been played by now.
  std::vector<Played> take_played(Instant now);
  Instant next_timeout() const { return turn_.value_or(Instant::never()); }

 private:
  // A frame that plays faster takes so long.
  static constexpr Duration hurried = milliseconds(15);
  // Nothing comes for so long: the voice has ended.
  static constexpr Duration given_up = seconds(5);
  static constexpr size_t most_buffered = 100;

  void put(Instant now, const Stamp& stamp, bool repeated);
  Played play(Instant now);

  std::map<uint32_t, Stamp> buffer_;
  // A frame more than most need, as NetEq has it: it never plans with less than one in its buffer.
  PlayoutDelay delay_{0.97, 150, milliseconds(20), seconds(1)};
  std::optional<Instant> turn_;  // of `next_`
  std::optional<Instant> last_packet_;
  uint32_t next_ = 0;
  uint32_t stalled_ = 0;  // turns in a row for which nothing at all was there
  Stamp last_;
};

}  // namespace vicino::sim
