// Which content goes into which slot. Pure.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "sfu/types.h"

namespace vicino::sfu {

// The slots' next contents. `desired` is in order of importance and without repetitions; what goes
// beyond the number of slots stays out. What is desired and already in a slot stays there; the rest
// fills the other slots in order.
std::vector<std::optional<Content>> assign_slots(std::span<const std::optional<Content>> current,
                                                 std::span<const Content> desired);

}  // namespace vicino::sfu
