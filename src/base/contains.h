// std::ranges::contains, until compilers have it.
#pragma once

#include <algorithm>

namespace vicino {

bool contains(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace vicino
