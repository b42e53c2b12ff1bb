#include "base/secret.h"

namespace vicino {

void wipe(MutBytes memory) {
  volatile uint8_t* p = memory.data();
  for (size_t i = 0; i < memory.size(); ++i) p[i] = 0;
}

}  // namespace vicino
