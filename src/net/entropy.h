// The operating system's random numbers.
#pragma once

#include "base/random.h"

namespace vicino::net {

class OsRandom final : public SecureRandom {
 public:
  void fill(MutBytes out) override;
};

}  // namespace vicino::net
