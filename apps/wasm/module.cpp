#include "module.h"

#include <algorithm>

namespace vicino::module {
namespace {

extern "C" VICINO_IMPORT("random") void host_random(uint8_t* out, size_t size);

struct Areas {
  Buffer input, output;
};
Areas& areas() {
  static Areas instance;
  return instance;
}

}  // namespace

void HostRandom::fill(MutBytes out) { host_random(out.data(), out.size()); }

Bytes input(size_t size) { return Bytes(areas().input).first(size); }

MutBytes output(size_t size) {
  Buffer& out = areas().output;
  out.resize(std::max(out.size(), size));
  return MutBytes(out).first(size);
}

int32_t put_out(Bytes result) {
  copy(result, output(result.size()));
  return static_cast<int32_t>(result.size());
}

// Room for `size` bytes to be read by the call that follows.
VICINO_EXPORT(input_area)(size_t size)->uint8_t* {
  Buffer& in = areas().input;
  if (in.size() < size) in.resize(size);
  return in.data();
}
VICINO_EXPORT(output_area)()->const uint8_t* { return areas().output.data(); }

}  // namespace vicino::module
