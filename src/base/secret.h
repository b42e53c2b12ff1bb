// Key material: zeroed when it goes, movable but not copyable, not printable, compared only in
// constant time.
#pragma once

#include <utility>

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

// A secret whose size is known at run time only. It never grows: growing would leave copies behind
// that nothing wipes.
class SecretBuffer {
 public:
  SecretBuffer() = default;
  explicit SecretBuffer(size_t size) : bytes_(size) {}  // of zeros
  explicit SecretBuffer(Bytes from) : bytes_(from.begin(), from.end()) {}
  SecretBuffer(SecretBuffer&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBuffer& operator=(SecretBuffer&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;
  ~SecretBuffer() { wipe(bytes_); }

  size_t size() const { return bytes_.size(); }
  Bytes expose() const { return bytes_; }
  MutBytes expose_mut() { return bytes_; }
  SecretBuffer clone() const { return SecretBuffer(expose()); }

  bool operator==(const SecretBuffer&) const = delete;
  friend bool ct_equal(const SecretBuffer& a, const SecretBuffer& b) {
    return vicino::ct_equal(a.expose(), b.expose());
  }

 private:
  Buffer bytes_;
};

}  // namespace vicino
