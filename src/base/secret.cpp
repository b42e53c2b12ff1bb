#include "base/secret.h"

#include <cstring>

namespace vicino {

void wipe(MutBytes memory) {
  if (memory.empty()) return;
  std::memset(memory.data(), 0, memory.size());
  // Claims to read the memory: without a reader the optimiser would drop the zeros.
  asm volatile("" : : "r"(memory.data()) : "memory");
}

}  // namespace vicino
