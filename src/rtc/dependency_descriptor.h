// The dependency descriptor, an RTP header extension of AV1 that also serves VP9 (AV1 RTP
// specification, appendix A): which layers a frame is of, which decode targets need it, and whether
// what comes before it is all there. It tells a forwarder, by plain numbers beside the ciphertext,
// what may be left out. Reading only; unauthenticated input is bounded by the extension's 255
// bytes.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"

namespace vicino::rtc {

inline constexpr size_t max_decode_targets = 32;
inline constexpr size_t max_dependency_templates = 64;
inline constexpr size_t max_spatial_layers = 4;
inline constexpr size_t max_temporal_layers = 8;

// What a frame is to a decode target (section A.8.2).
enum class Indication : uint8_t {
  not_present = 0,  // the target doesn't need it
  discardable = 1,  // nothing of the target depends on it
  switching = 2,    // the target may be begun here, from a lower one
  required = 3,
};

struct DependencyTemplate {
  uint8_t spatial = 0, temporal = 0;
  std::array<Indication, max_decode_targets> indications{};
  // How many frames ago the chain's last frame was; 0: it begins anew.
  std::array<uint8_t, max_decode_targets> chain_distances{};
};

// What a stream's frames are described by until the next structure, which comes with key frames.
struct DependencyStructure {
  uint8_t template_id_offset = 0;
  size_t decode_targets = 0;  // at least 1
  size_t chains = 0;          // at most one for each target
  std::vector<DependencyTemplate> templates;
  std::array<uint8_t, max_decode_targets> protected_by{};  // a target's chain, if there are any
  struct Size {
    uint16_t width_minus_1, height_minus_1;
  };
  std::vector<Size> sizes;  // by spatial layer; empty: not said

  // The highest layers that a target contains.
  struct Layers {
    uint8_t spatial = 0, temporal = 0;
    friend bool operator==(const Layers&, const Layers&) = default;
  };
  Layers layers_of(size_t decode_target) const;
  uint32_t all_targets() const {
    return decode_targets == 32 ? UINT32_MAX : (uint32_t{1} << decode_targets) - 1;
  }
};

struct DependencyDescriptor {
  bool start_of_frame = false, end_of_frame = false;  // of the packet
  uint16_t frame_number = 0;
  std::optional<DependencyStructure> structure;  // a new one, which this descriptor is read by
  // Bit by target: those still sent. nullopt: as before; with a structure never.
  std::optional<uint32_t> active_targets;
  // Of the frame: a template's, but for what is said anew.
  DependencyTemplate frame;
};

// `known`: the stream's structure until now, null: none. Of the arrays in a frame or template only
// the first `decode_targets` and `chains` mean anything. Errors: truncated, malformed, bad_state
// (it needs a structure, and there is none).
Result<DependencyDescriptor> read_dependency_descriptor(Bytes extension,
                                                        const DependencyStructure* known);

}  // namespace vicino::rtc
