// AES-128 in counter mode (NIST SP 800-38A): no integrity. Only for constructions that add it.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace vicino::crypto {

class AesCtrKey {
 public:
  static constexpr size_t key_size = 16;
  static constexpr size_t counter_size = 16;

  explicit AesCtrKey(Bytes key);  // exactly 16 bytes
  AesCtrKey(AesCtrKey&&) noexcept;
  AesCtrKey& operator=(AesCtrKey&&) noexcept;
  ~AesCtrKey();

  // Encrypts or decrypts (the same operation). `counter`: the first block, 16 bytes, counted up as
  // one big-endian number. `out` has the size of `in` and may be its memory.
  void apply(Bytes counter, Bytes in, MutBytes out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vicino::crypto
