// For tests: bytes as RFCs write them.
#pragma once

#include "base/encoding.h"

namespace vicino::rtc {

inline Buffer hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace vicino::rtc
