// Bad input is a value: every function that reads bytes from outside returns Result<T>.
// An Error never allocates, so refusing a packet costs nothing an attacker could multiply.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>

namespace vicino {

// What was wrong, in classes a caller can act on. `where` in Error says which rule.
enum class Errc : uint8_t {
  truncated,        // the input ends before what it announces
  malformed,        // the input breaks its format
  unsupported,      // well formed, but something this program doesn't do
  too_large,        // over a limit of base/limits.h or the configuration
  unauthenticated,  // a tag, signature, fingerprint or token doesn't match
  replayed,         // seen before, or too old to know
  unknown_key,      // no key for this key id or peer
  exhausted,        // a counter, buffer or pool is used up
  bad_state,        // valid, but not now
  not_found,        // names something that isn't there
};

std::string_view to_string(Errc code);

struct Error {
  Errc code;
  const char* where;  // a string literal: the rule that was broken, fit for a log line
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> fail(Errc code, const char* where) {
  return std::unexpected(Error{code, where});
}

}  // namespace vicino

#define VICINO_CONCAT_(a, b) a##b
#define VICINO_CONCAT(a, b) VICINO_CONCAT_(a, b)

// TRY_ASSIGN(auto x, f()): x = the value, or return the error to the caller.
#define TRY_ASSIGN_(tmp, declaration, expression) \
  auto tmp = (expression);                        \
  if (!tmp) return std::unexpected(tmp.error());  \
  declaration = std::move(*tmp)
#define TRY_ASSIGN(declaration, expression) \
  TRY_ASSIGN_(VICINO_CONCAT(try_result_, __LINE__), declaration, expression)

// TRY(f()): for a Status, or a Result whose value isn't needed.
#define TRY(expression)                                                                          \
  do {                                                                                           \
    if (auto try_status = (expression); !try_status) return std::unexpected(try_status.error()); \
  } while (0)
