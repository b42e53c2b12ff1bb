// What a stream has sent again lately: what was asked for again before it can have come isn't worth
// another copy, and copies are what a full path has least room for.
#pragma once

#include <vector>

#include "base/time.h"

namespace vicino::sfu {

class Repeats {
 public:
  // Whether to send it again now; if so, that is remembered. `round_trip`: with the queue that
  // stands now.
  bool may(Instant now, uint16_t sequence, Duration round_trip) {
    if (last_.empty()) last_.resize(remembered);
    Entry& entry = last_[sequence % remembered];
    if (entry.sequence == sequence && now - entry.at < round_trip) return false;
    entry = {sequence, now};
    return true;
  }

 private:
  static constexpr size_t remembered = 256;  // 4 KB, of streams that were asked for something
  struct Entry {
    uint16_t sequence = 0;
    Instant at{INT64_MIN / 2};
  };
  std::vector<Entry> last_;
};

}  // namespace vicino::sfu
