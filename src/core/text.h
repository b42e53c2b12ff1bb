// Text from others, before it is shown: one code point of UTF-8 after the other, and which of them may stay.
#pragma once

#include <cstdint>
#include <string_view>

namespace vicino::core {

struct CodePoint {
  uint32_t value;  // 0 for a byte that isn't UTF-8, with size 1
  size_t size;     // in bytes
};
// The first code point; `text` isn't empty. Overlong forms, surrogates and values above U+10FFFF aren't UTF-8.
CodePoint next_code_point(std::string_view text);

bool is_utf8(std::string_view text);

// Controls, ends of lines, direction overrides and marks: what could make one text look like another, or break a line.
bool is_unfit(uint32_t code_point);

}  // namespace vicino::core
