// How much of what one participant sends is lost on its way here, and whether that hurts. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace vicino::sfu {

class UplinkLoss {
 public:
  // Once a second: packets that should have come and that came, of all streams since their start.
  // Counts that went back are of streams that began anew. What a path that was gone has lost shows
  // when it is back, and says nothing of it: a second after one without any packet doesn't count.
  void review(int64_t expected, int64_t received);
  // The share of packets lost, where it is heard and seen in spite of retransmissions.
  std::optional<uint16_t> poor_permille() const;

 private:
  // Loss from which a path is poor, and until which it stays so. Closer ones let the notice come
  // and go.
  static constexpr double poor_from = 0.05, poor_until = 0.02;
  static constexpr double newest_weight = 0.5;   // of the last second
  static constexpr int64_t fewest_packets = 20;  // in a second; of fewer the share says nothing
  static constexpr int step = 10;                // permille: finer changes aren't told

  int64_t expected_ = 0, received_ = 0;
  bool silent_ = false;  // nothing came in the last second
  double lost_ = 0;      // share, smoothed
  bool poor_ = false;
};

}  // namespace vicino::sfu
