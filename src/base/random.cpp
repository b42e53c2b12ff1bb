#include "base/random.h"

namespace vicino {

uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void SeededRandom::fill(MutBytes out) {
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(next() >> 32);
}

}  // namespace vicino
