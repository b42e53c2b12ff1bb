// Where a sender found a stream's state the last time. It is looked at first and believed only when
// it is that stream's, so a wrong one costs a search and nothing else.
#pragma once

#include <cstddef>

namespace vicino::rtc {

using StreamPlace = size_t;  // 0 to begin with

}  // namespace vicino::rtc
