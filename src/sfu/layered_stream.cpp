#include "sfu/layered_stream.h"

#include <cmath>

namespace vicino::sfu {

std::optional<Target> FrameTargets::best_within(Target limit) const {
  const auto top = [](uint8_t layer, uint8_t count) { return std::min<int>(layer, count - 1); };
  for (int s = top(limit.spatial, Target::spatial_layers); s >= 0; --s) {
    for (int t = top(limit.temporal, Target::temporal_layers); t >= 0; --t) {
      const Target target{static_cast<uint8_t>(s), static_cast<uint8_t>(t)};
      if ((offered & bit_of(target)) != 0) return target;
    }
  }
  return std::nullopt;
}

std::optional<LayeredStream::Frame> LayeredStream::read(int64_t sequence, Bytes descriptor) {
  auto read = rtc::read_dependency_descriptor(descriptor, structure_ ? &*structure_ : nullptr);
  if (!read) return std::nullopt;
  const bool newer = !structure_ || sequence > learned_at_;
  const Targets offered_before = offered_;
  if (read->structure && newer) learn(sequence, std::move(*read->structure));
  if (read->active_targets && sequence >= learned_at_) offered_ = targets_in(*read->active_targets);
  return Frame{.spatial = read->frame.spatial,
               .temporal = read->frame.temporal,
               .targets = targets_of(read->frame),
               .restructured = offered_ != offered_before};
}

void LayeredStream::learn(int64_t sequence, rtc::DependencyStructure structure) {
  structure_ = std::move(structure);
  learned_at_ = sequence;
  bits_ = {};
  uint8_t count = 1;
  for (size_t i = 0; i < structure_->decode_targets; ++i) {
    const auto [spatial, temporal] = structure_->layers_of(i);
    if (temporal >= Target::temporal_layers) continue;
    bits_[i] = bit_of({spatial, temporal});
    count = std::max<uint8_t>(count, spatial + 1);
  }
  if (count < spatial_layers_) return;
  spatial_layers_ = count;
  const auto& sizes = structure_->sizes;
  for (uint8_t s = 0; s < count; ++s) {
    scales_[s] = sizes.size() == count
                     ? (sizes[s].width_minus_1 + 1.0) / (sizes.back().width_minus_1 + 1.0)
                     : std::ldexp(1.0, s - count + 1);
  }
}

Targets LayeredStream::targets_in(uint32_t decode_targets) const {
  Targets all = 0;
  for (size_t i = 0; i < structure_->decode_targets; ++i) {
    if ((decode_targets >> i & 1) != 0) all |= bits_[i];
  }
  return all;
}

FrameTargets LayeredStream::targets_of(const rtc::DependencyTemplate& frame) const {
  FrameTargets targets{.offered = offered_, .needed = 0, .switching = 0, .chain = {}};
  // Without chains nothing tells whether what a frame builds on was sent.
  targets.chain.fill(structure_->chains == 0 ? UINT8_MAX : 0);
  for (size_t i = 0; i < structure_->decode_targets; ++i) {
    const rtc::Indication indication = frame.indications[i];
    if (indication == rtc::Indication::not_present || bits_[i] == 0) continue;
    targets.needed |= bits_[i];
    if (indication == rtc::Indication::switching) targets.switching |= bits_[i];
    if (structure_->chains == 0) continue;
    const auto spatial = static_cast<size_t>(std::countr_zero(bits_[i])) / Target::temporal_layers;
    targets.chain[spatial] = frame.chain_distances[structure_->protected_by[i]];
  }
  return targets;
}

}  // namespace vicino::sfu
