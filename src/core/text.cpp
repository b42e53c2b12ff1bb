#include "core/text.h"

namespace vicino::core {

CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {0, 1};
  uint32_t value = first & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 1};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[size] || value > 0x10ffff || surrogate) return {0, 1};
  return {value, size};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = next_code_point(text);
    if (c.value == 0 && text.front() != '\0') return false;
    text.remove_prefix(c.size);
  }
  return true;
}

bool is_unfit(uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
  const bool line_end = c == 0x2028 || c == 0x2029;
  return control || direction || line_end || c == 0xfeff;
}

}  // namespace vicino::core
