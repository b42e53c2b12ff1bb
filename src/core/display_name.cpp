#include "core/display_name.h"

#include "base/limits.h"
#include "core/text.h"

namespace vicino::core {

std::string clean_name(std::string_view name) {
  std::string clean;
  size_t characters = 0;
  while (!name.empty() && characters < limits::max_name) {
    const CodePoint c = next_code_point(name);
    const bool leading_space = clean.empty() && c.value == ' ';
    if (!is_unfit(c.value) && !leading_space) {
      clean += name.substr(0, c.size);
      ++characters;
    }
    name.remove_prefix(c.size);
  }
  while (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

}  // namespace vicino::core
