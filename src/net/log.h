// Structured log lines: an event and typed fields, to standard error. What may be a field is decided by type: numbers and
// words that are literals in this program. There is no way to log an address, a token, a name or a session description.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace vicino::net {

// A word from the program's own text.
class Literal {
 public:
  template <size_t N>
  consteval Literal(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: implicit on purpose
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Field {
 public:
  Field(Literal key, std::integral auto value) : key_(key.text()), number_(static_cast<int64_t>(value)) {}
  Field(Literal key, Literal word) : key_(key.text()), word_(word.text()) {}
  Field(Literal key, Errc code) : key_(key.text()), word_(to_string(code)) {}
  template <class Tag, class T>
  Field(Literal key, Id<Tag, T> id) : Field(key, id.value) {}

  std::string_view key() const { return key_; }
  bool is_word() const { return word_.data() != nullptr; }
  std::string_view word() const { return word_; }
  int64_t number() const { return number_; }

 private:
  std::string_view key_;
  std::string_view word_;
  int64_t number_ = 0;
};

enum class LogLevel : uint8_t { debug, info, warning, error };

// "debug", "info", "warning", "error", "off". False: not a level.
bool set_log_level(std::string_view level);
void log(LogLevel level, Literal event, std::initializer_list<Field> fields = {});

}  // namespace vicino::net
