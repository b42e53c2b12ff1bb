// For tests: what a reader of RTCP makes of bytes that are wrong.
#pragma once

#include "rtc/hex_fixture.h"
#include "rtc/rtcp.h"

namespace vicino::rtc {

inline std::optional<Errc> first_error(std::string_view text) {
  const Buffer bytes = hex(text);
  RtcpReader reader(bytes);
  while (true) {
    const auto item = reader.next();
    if (!item) return item.error().code;
    if (!*item) return std::nullopt;
  }
}

}  // namespace vicino::rtc
