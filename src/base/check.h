// CHECK: a broken invariant is a bug in this program, never bad input, and ends the process. It
// stays on in release.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace vicino {
[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}
}  // namespace vicino

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::vicino::check_failed(#condition, __FILE__, __LINE__))
