// The text of a session description, below its meaning: lines, attributes, words, numbers (RFC 8866
// section 5).
#pragma once

#include <charconv>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vicino::rtc::sdp {

struct Line {
  char type;  // "m" of "m=audio ..."
  std::string_view value;
};

// Lines ended by CRLF or LF; empty lines are passed over. What is echoed into an answer can't end a
// line there, because control characters are refused here.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  // nullopt at the end. Errors: malformed.
  Result<std::optional<Line>> next();

 private:
  std::string_view rest_;
};

struct Attribute {
  std::string_view name;
  std::string_view value;  // empty for a property attribute
};
Attribute split_attribute(std::string_view text);

// The text before `delimiter`, removed from `rest` together with it; all of `rest` if it isn't
// there.
std::string_view take_until(std::string_view& rest, char delimiter);
// The next word, without the spaces around it; empty at the end.
std::string_view take_word(std::string_view& rest);
std::string_view trim(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);
// 1 to `max_size` characters that RFC 8866 section 9 allows in a token.
bool is_token(std::string_view text, size_t max_size);

// All of `text` as a decimal number that fits T, digits only. Errors: malformed.
template <class T>
Result<T> parse_number(std::string_view text) {
  T value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || error != std::errc() || stop != end) {
    return fail(Errc::malformed, "not a number in range");
  }
  return value;
}

// Writes lines ended by CRLF.
class LineWriter {
 public:
  void add(std::initializer_list<std::string_view> parts);
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace vicino::rtc::sdp
