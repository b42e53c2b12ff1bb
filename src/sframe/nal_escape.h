// Emulation prevention of H.264 (section 7.4.1): a byte 3 after two zero bytes wherever a byte
// below 4 follows, so that no start code appears.
#pragma once

#include "base/bytes.h"

namespace vicino::sframe {

constexpr size_t max_escaped_size(size_t size) {
  return size + size / 2;
}

// Writes what it is given in parts, escaped as one whole.
class NalEscaper {
 public:
  explicit NalEscaper(MutBytes out) : out_(out) {}  // room: max_escaped_size() of all parts
  void append(Bytes part);
  size_t size() const { return used_; }

 private:
  void put(uint8_t byte);

  MutBytes out_;
  size_t used_ = 0;
  int zeros_ = 0;  // at the end of what was written
};

// The inverse; exactly what NalEscaper writes is accepted. `out` has the size of `escaped`; returns
// the part used. Errors: malformed.
Result<MutBytes> unescape_nal(Bytes escaped, MutBytes out);

}  // namespace vicino::sframe
