#include "sfu/slots.h"

namespace vicino::sfu {

std::vector<std::optional<Content>> assign_slots(std::span<const std::optional<Content>> current,
                                                 std::span<const Content> desired) {
  desired = desired.first(std::min(desired.size(), current.size()));
  std::vector<std::optional<Content>> next(current.size());
  std::vector<bool> placed(desired.size());
  for (size_t slot = 0; slot < current.size(); ++slot) {
    if (!current[slot]) continue;
    const auto found = std::ranges::find(desired, *current[slot]);
    const auto index = static_cast<size_t>(found - desired.begin());
    if (found == desired.end() || placed[index]) continue;
    next[slot] = *found;
    placed[index] = true;
  }
  size_t slot = 0;
  for (size_t i = 0; i < desired.size(); ++i) {
    if (placed[i]) continue;
    while (next[slot]) ++slot;
    next[slot] = desired[i];
  }
  return next;
}

}  // namespace vicino::sfu
