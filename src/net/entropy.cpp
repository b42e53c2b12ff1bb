#include "net/entropy.h"

#include <sys/random.h>

namespace vicino::net {

void OsRandom::fill(MutBytes out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    CHECK(got > 0 || errno == EINTR);
    if (got > 0) out = out.subspan(static_cast<size_t>(got));
  }
}

}  // namespace vicino::net
