// Key material: zeroed when it goes, movable but not copyable, not printable, compared only in
// constant time.
#pragma once

#include "base/bytes.h"

namespace vicino {

// Overwrites with zeros in a way the optimiser must keep.
void wipe(MutBytes memory);

template <size_t N>
class SecretBytes {
 public:
  static constexpr size_t size_bytes = N;

  SecretBytes() = default;
  explicit SecretBytes(Bytes from) {
    CHECK(from.size() == N);
    copy(from, bytes_);
  }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(bytes_); }

  // The only ways out, named so that a reader sees where a secret is used.
  Bytes expose() const { return bytes_; }
  MutBytes expose_mut() { return bytes_; }
  SecretBytes clone() const { return SecretBytes(expose()); }

  friend bool ct_equal(const SecretBytes& a, const SecretBytes& b) {
    return vicino::ct_equal(a.expose(), b.expose());
  }

 private:
  std::array<uint8_t, N> bytes_{};
};

}  // namespace vicino
