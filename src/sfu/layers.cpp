#include "sfu/layers.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace vicino::sfu {
namespace {

constexpr Size assumed = {1280, 720};  // of a camera that doesn't say
constexpr double enlarged = 0.75;      // lower saves bandwidth, higher is sharper

std::optional<double> known_scale(const std::string& rid) {
  if (rid == "q") return 0.25;
  if (rid == "h") return 0.5;
  if (rid == "f") return 1.0;
  return std::nullopt;
}

size_t fitting_layer(std::span<const LayerOption> options, double needed) {
  std::optional<size_t> best;
  size_t largest = 0;
  for (size_t i = 0; i < options.size(); ++i) {
    const double scale = options[i].scale;
    if (scale > options[largest].scale) largest = i;
    if (scale >= needed && (!best || scale < options[*best].scale)) best = i;
  }
  return best.value_or(largest);
}

}  // namespace

double layer_scale(std::span<const std::string> rids, size_t index) {
  if (rids.size() < 2) return 1;
  if (std::ranges::all_of(rids, [](const std::string& r) { return known_scale(r).has_value(); }))
    return *known_scale(rids[index]);
  return std::ldexp(1.0, static_cast<int>(index) - static_cast<int>(rids.size()) + 1);
}

size_t choose_layer(std::span<const LayerOption> options, Size largest, Size wanted) {
  if (largest.width == 0 || largest.height == 0) largest = assumed;
  const double needed = std::min(static_cast<double>(wanted.width) / largest.width,
                                 static_cast<double>(wanted.height) / largest.height);
  const size_t fitting = fitting_layer(options, needed * enlarged);
  if (options[fitting].flowing) return fitting;
  std::optional<size_t> smaller, larger;
  for (size_t i = 0; i < options.size(); ++i) {
    const double scale = options[i].scale;
    if (!options[i].flowing) continue;
    if (scale < options[fitting].scale) {
      if (!smaller || scale > options[*smaller].scale) smaller = i;
    } else if (!larger || scale < options[*larger].scale) {
      larger = i;
    }
  }
  return smaller.value_or(larger.value_or(fitting));
}

}  // namespace vicino::sfu
