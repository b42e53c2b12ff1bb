// A secret of a length that the suite decides, at most one digest long; zeroed when it goes.
#pragma once

#include "base/secret.h"

namespace vicino::mls {

class Secret {
 public:
  static constexpr size_t capacity = 64;

  Secret() = default;
  // `size` zeros, which is also what RFC 9420 section 8 writes as 0.
  explicit Secret(size_t size) : size_(static_cast<uint8_t>(size)) { CHECK(size <= capacity); }
  explicit Secret(Bytes from) : Secret(from.size()) { copy(from, expose_mut()); }
  Secret(Secret&& other) noexcept { *this = std::move(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    size_ = other.size_;
    other.erase();
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Bytes expose() const { return Bytes(bytes_).first(size_); }
  MutBytes expose_mut() { return MutBytes(bytes_).first(size_); }
  Secret clone() const { return Secret(expose()); }
  void erase() {
    wipe(bytes_);
    size_ = 0;
  }

  friend bool ct_equal(const Secret& a, const Secret& b) {
    return vicino::ct_equal(a.expose(), b.expose());
  }

 private:
  std::array<uint8_t, capacity> bytes_{};
  uint8_t size_ = 0;
};

}  // namespace vicino::mls
