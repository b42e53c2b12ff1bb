#include "sframe/replay.h"

namespace vicino::sframe {

Status ReplayWindow::check(uint64_t counter) const {
  if (!newest_ || counter > *newest_) return {};
  if (*newest_ - counter >= size) return fail(Errc::replayed, "SFrame counter behind the window");
  if (seen(counter)) return fail(Errc::replayed, "SFrame counter seen before");
  return {};
}

Status ReplayWindow::accept(uint64_t counter) {
  TRY(check(counter));
  if (!newest_) {
    newest_ = counter;
  } else if (counter > *newest_) {
    const uint64_t step = std::min(counter - *newest_, size);
    for (uint64_t i = 0; i < step; ++i) clear(counter - i);
    newest_ = counter;
  }
  mark(counter);
  return {};
}

}  // namespace vicino::sframe
