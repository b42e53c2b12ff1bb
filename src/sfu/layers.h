// Which simulcast layer of a track a slot gets. Pure functions.
#pragma once

#include <span>
#include <string>

#include "base/bytes.h"

namespace vicino::sfu {

struct Size {
  uint16_t width = 0, height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

// Size of layer `index` relative to the largest one. The names q, h, f mean a quarter, a half, all;
// other names are taken in their order, smallest first, each twice the one before.
double layer_scale(std::span<const std::string> rids, size_t index);

struct LayerOption {
  double scale;
  bool flowing;  // packets of it arrive
};
// The smallest layer that fills `wanted` without being enlarged by more than a third, or else the
// largest. When that one doesn't flow: the best smaller one that does, else the least larger one;
// when none flows, the one that fits. `largest` as announced, 0: unknown. `options` isn't empty.
size_t choose_layer(std::span<const LayerOption> options, Size largest, Size wanted);

}  // namespace vicino::sfu
