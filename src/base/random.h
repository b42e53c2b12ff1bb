// Randomness as an argument. Secrets come from SecureRandom (src/net/entropy.h); tests and
// simulations pass a seeded one.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace vicino {

class SecureRandom {
 public:
  virtual ~SecureRandom() = default;
  virtual void fill(MutBytes out) = 0;

  uint32_t u32() {
    std::array<uint8_t, 4> b;
    fill(b);
    return load32(b.data());
  }
  uint64_t u64() {
    std::array<uint8_t, 8> b;
    fill(b);
    return load64(b.data());
  }
};

// splitmix64 from a seed: reproducible, never for secrets outside tests and simulations.
class SeededRandom final : public SecureRandom {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void fill(MutBytes out) override;
  uint64_t next();

 private:
  uint64_t state_;
};

}  // namespace vicino
