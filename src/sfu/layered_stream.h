// One RTP stream that holds several pictures of one moment: spatial and temporal layers (SVC), of
// which a receiver needs some. Which ones, the dependency descriptor says beside the ciphertext
// (AV1 RTP specification, appendix A).
#pragma once

#include <algorithm>
#include <bit>
#include <optional>

#include "rtc/dependency_descriptor.h"

namespace vicino::sfu {

// What a receiver gets: layers up to these.
struct Target {
  static constexpr uint8_t spatial_layers = 4, temporal_layers = 4;
  static constexpr uint8_t all = UINT8_MAX;

  uint8_t spatial = all, temporal = all;
  friend bool operator==(const Target&, const Target&) = default;
};

// A bit for each Target.
using Targets = uint16_t;
constexpr Targets bit_of(Target t) {
  return static_cast<Targets>(1u << (t.spatial * Target::temporal_layers + t.temporal));
}
// Of a stream without spatial layers: those that a frame of this temporal layer is needed for.
constexpr Targets targets_above(uint8_t temporal) {
  return static_cast<Targets>(0xfu << std::min<unsigned>(temporal, Target::temporal_layers - 1u) &
                              0xfu);
}

// What one frame is to each target.
struct FrameTargets {
  Targets offered = 0;    // those that the stream has now; 0: it has no layers that are known
  Targets needed = 0;     // those that the frame is part of
  Targets switching = 0;  // those that may be begun with it, if what it builds on was sent
  // By spatial layer: how many frames ago the one was that must have been sent; 0: none must.
  std::array<uint8_t, Target::spatial_layers> chain{};

  // The best that is offered within `limit`; a spatial layer counts for more than temporal ones.
  std::optional<Target> best_within(Target limit) const;
};

class LayeredStream {
 public:
  // Reads a packet's descriptor; keeps the structure that comes with key frames. `sequence`: of the
  // packet, extended. `layers`: of its frame, if known. nullopt: it can't be read, or without the
  // structure, which hasn't come yet.
  struct Frame {
    uint8_t spatial, temporal;
    FrameTargets targets;
    bool restructured;  // the stream's layers may be others from here on
  };
  std::optional<Frame> read(int64_t sequence, Bytes descriptor);
  void restart() { *this = {}; }

  // As many as it had at most, as senders leave out those that nobody watches. At least 1.
  uint8_t spatial_layers() const { return spatial_layers_; }
  // Relative to the largest.
  double scale(uint8_t spatial) const { return scales_[spatial]; }
  // Whether the encoder makes this layer at present.
  bool makes(uint8_t spatial) const {
    return offered_ == 0 || (offered_ >> spatial * Target::temporal_layers & 0xf) != 0;
  }

 private:
  void learn(int64_t sequence, rtc::DependencyStructure structure);
  Targets targets_in(uint32_t decode_targets) const;
  FrameTargets targets_of(const rtc::DependencyTemplate& frame) const;

  std::optional<rtc::DependencyStructure> structure_;
  int64_t learned_at_ = 0;
  // By decode target of the structure: its place among Targets; 0: none.
  std::array<Targets, rtc::max_decode_targets> bits_{};
  Targets offered_ = 0;
  uint8_t spatial_layers_ = 1;
  std::array<double, Target::spatial_layers> scales_{1};
};

}  // namespace vicino::sfu
