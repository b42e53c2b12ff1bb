// The least value of the last one to two windows: two numbers instead of a history.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace vicino::rtc {

template <class Value>
class SlidingMinimum {
 public:
  explicit SlidingMinimum(Duration window) : window_(window) {}

  // The least, this one among them.
  Value add(Instant now, Value value) {
    if (!current_ || now - since_ > window_) {
      before_ = current_;
      current_ = value;
      since_ = now;
    }
    current_ = std::min(*current_, value);
    return std::min(*current_, before_.value_or(*current_));
  }
  void restart() { current_ = before_ = {}; }

 private:
  Duration window_;
  std::optional<Value> current_, before_;
  Instant since_;
};

}  // namespace vicino::rtc
