// What the models write at the front of each frame, so that whoever gets it knows what it is: in
// place of pictures and sound.
#pragma once

#include "base/bytes.h"
#include "base/time.h"

namespace vicino::sim {

struct Stamp {
  uint8_t publisher = 0;
  uint8_t copies = 0;   // audio: how many frames before this one the packet repeats
  uint16_t height = 0;  // video: of the picture
  uint32_t number = 0;  // of the frame, from 0
  Instant captured;

  static constexpr size_t size = 16;
  // `out` has room for it.
  void write(MutBytes out) const;
  // Errors: truncated.
  static Result<Stamp> read(Bytes bytes);
};

}  // namespace vicino::sim
