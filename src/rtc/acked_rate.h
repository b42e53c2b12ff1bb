// What arrives per second, from the arrival times the receiver reports.
#pragma once

#include <deque>
#include <optional>

#include "rtc/bit_rate.h"

namespace vicino::rtc {

class AckedRate {
 public:
  // Arrivals on the receiver's clock, in any order.
  void arrived(Instant arrived, size_t bytes);
  // Over the last arrivals; nullopt while there are too few. While a queue is in front of the
  // receiver this is what the path carries.
  struct Rates {
    std::optional<BitRate> calm;
    // The same over a shorter time: follows a change at once, and is noisier.
    std::optional<BitRate> recent;
  };
  Rates rates() const;
  void restart() { arrivals_.clear(); }

 private:
  static constexpr Duration calm_window = milliseconds(500);
  static constexpr Duration recent_window = milliseconds(200);
  // Where packets are rare the window is as long as it takes for so many. Fewer makes the rate
  // depend on where in a frame the window begins.
  static constexpr size_t fewest = 8;
  static constexpr Duration longest = milliseconds(1500);
  static constexpr size_t max_arrivals = 4096;  // 16 bytes each

  struct Arrival {
    Instant at;
    size_t bytes;
  };
  std::deque<Arrival> arrivals_;
};

}  // namespace vicino::rtc
