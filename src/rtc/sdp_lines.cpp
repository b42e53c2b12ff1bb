#include "rtc/sdp_lines.h"

#include <algorithm>

namespace vicino::rtc::sdp {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

bool is_token_char(char c) {
  return c > ' ' && c < 0x7f &&
         std::string_view("\"(),/:;<=>?@[\\]").find(c) == std::string_view::npos;
}

}  // namespace

Result<std::optional<Line>> LineReader::next() {
  while (!rest_.empty()) {
    std::string_view line = take_until(rest_, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (std::ranges::any_of(line, is_control)) {
      return fail(Errc::malformed, "SDP: control character");
    }
    if (line.size() < 2 || line[1] != '=') return fail(Errc::malformed, "SDP: line without type");
    return Line{line[0], line.substr(2)};
  }
  return std::nullopt;
}

Attribute split_attribute(std::string_view text) {
  const std::string_view name = take_until(text, ':');
  return {name, text};
}

std::string_view take_until(std::string_view& rest, char delimiter) {
  const size_t end = rest.find(delimiter);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  return take_until(rest, ' ');
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size && std::ranges::all_of(text, is_token_char);
}

void LineWriter::add(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text_ += part;
  text_ += "\r\n";
}

}  // namespace vicino::rtc::sdp
