// Names as people may see them.
#pragma once

#include <string>
#include <string_view>

namespace vicino::core {

// Trimmed, control characters and direction overrides removed, cut to limits::max_name characters
// of UTF-8. Empty when nothing is left.
std::string clean_name(std::string_view name);

}  // namespace vicino::core
