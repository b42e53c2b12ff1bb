// The same checks as a WebAssembly module, one vector at a time: tests/vectors/mls_wasm.test.mjs.
#include "check.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name
#define VICINO_IMPORT(name) __attribute__((import_module("vectors"), import_name(name)))

namespace vicino::mls_vectors {
namespace {

// There are no exceptions here: the host throws, and makes a new instance for the next vector.
extern "C" VICINO_IMPORT("failed") void host_failed(const char* why, size_t size);
extern "C" VICINO_IMPORT("skipped") void host_skipped(const char* why, size_t size);

Buffer area;

}  // namespace

void stop_failed(const std::string& why) {
  host_failed(why.data(), why.size());
  std::abort();
}
void stop_skipped(const std::string& why) {
  host_skipped(why.data(), why.size());
  std::abort();
}

VICINO_EXPORT(vector_area)(size_t size)->uint8_t* {
  area.resize(size);
  return area.data();
}

// The vector in the area, JSON. It returns if the vector's check passes.
VICINO_EXPORT(check_vector)()->void {
  const Json vector = Json::parse(area.begin(), area.end(), nullptr, false);
  const Format* const format = format_of(vector);
  if (!format) stop_skipped("not a format this tool knows");
  format->check(vector);
}

}  // namespace vicino::mls_vectors
