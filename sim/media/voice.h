// A voice as Opus sends it: a frame every 20 ms, of the same size each.
#pragma once

#include "rtc/bit_rate.h"

namespace vicino::sim {

inline constexpr Duration voice_frame = milliseconds(20);

struct VoiceSettings {
  rtc::BitRate rate = rtc::kilobits_per_second(32);
  // How many of the frames before each packet repeats: 0 is plain, 1 is what Opus' own forward
  // error correction gives, more is redundancy as of RFC 2198.
  uint8_t copies = 0;
  // What a copy takes of a frame's size: Opus' own are coarser than what they repeat.
  double copy_size = 0.5;
  uint8_t level = 20;  // -dBov: how loud

  size_t payload_size() const {
    return static_cast<size_t>(rate.bytes_in(voice_frame) * (1 + copies * copy_size));
  }
};

}  // namespace vicino::sim
