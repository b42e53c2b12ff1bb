// The fuzzer's bytes as a supply of values that never ends: zeros once they are used up.
#pragma once

#include <string>

#include "base/bytes.h"

namespace vicino::fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : reader_(Bytes(data, size)) {}

  bool empty() const { return reader_.empty(); }
  uint8_t u8() { return reader_.u8().value_or(0); }
  uint16_t u16() { return reader_.u16().value_or(0); }
  // At most `size` bytes.
  Bytes take(size_t size) {
    return reader_.take(std::min(size, reader_.remaining())).value_or(Bytes());
  }
  Bytes rest() { return take(reader_.remaining()); }
  std::string text(size_t size) { return std::string(as_text(take(size))); }

 private:
  Reader reader_;
};

}  // namespace vicino::fuzz
