// The presentation language of RFC 9420 section 2.1. A structure lists its fields once,
//
//   static void fields(auto& self, auto& io) { io(self.version, self.group_id); }
//
// and is encoded and decoded by that list. Buffers are opaque<V>, vectors are T<V>, with lengths as
// variable-size integers.
#pragma once

#include <optional>
#include <type_traits>
#include <vector>

#include "base/secret.h"
#include "mls/fault.h"

namespace vicino::mls {

class Encoder;
class Decoder;

template <class T>
concept Structure = requires(T& value, Encoder& encoder) { T::fields(value, encoder); };

// In one vector that is decoded. An element of one byte can take hundreds in memory (a blank node
// of a tree), so that the size of a message alone doesn't bound what reading it takes.
inline constexpr size_t max_elements = size_t{1} << 16;

// For a list of fields that has to make room before it can read: decoding<decltype(io)>.
template <class Io>
inline constexpr bool decoding = std::is_same_v<std::remove_cvref_t<Io>, Decoder>;

// What is encoded may be secret: memory is wiped before it is given up. The result is the caller's
// to wipe.
class Encoder {
 public:
  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() { wipe(out_); }

  template <class... T>
    requires(sizeof...(T) > 1)
  void operator()(const T&... values) {
    ((*this)(values), ...);
  }

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T value) {
    std::array<uint8_t, sizeof(T)> bytes;
    for (size_t i = 0; i < sizeof(T); ++i)
      bytes[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
    raw(bytes);
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(T value) {
    (*this)(static_cast<std::underlying_type_t<T>>(value));
  }
  void operator()(const Buffer& value) { opaque(value); }
  template <class T>
  void operator()(const std::vector<T>& values) {
    Encoder inner;
    for (const T& value : values) inner(value);
    opaque(inner.out_);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(static_cast<uint8_t>(value.has_value()));
    if (value) (*this)(*value);
  }
  template <Structure T>
  void operator()(const T& value) {
    T::fields(value, *this);
  }

  void opaque(Bytes value) {
    length(value.size());
    raw(value);
  }
  void raw(Bytes value) {
    if (value.size() > out_.capacity() - out_.size()) grow(out_.size() + value.size());
    out_.insert(out_.end(), value.begin(), value.end());
  }
  void fail(Fault) {}  // only decoding meets values it can't take

  Bytes written() const { return out_; }
  void clear() { out_.clear(); }
  Buffer take() { return std::exchange(out_, {}); }

 private:
  // Most structures fit, and are written without moving.
  static constexpr size_t first_capacity = 256;

  void grow(size_t needed) {
    Buffer larger;
    larger.reserve(std::max({2 * out_.capacity(), needed, first_capacity}));
    larger.assign(out_.begin(), out_.end());
    wipe(out_);
    out_ = std::move(larger);
  }

  void length(size_t size) {
    CHECK(size < (1u << 30));
    if (size < 0x40) {
      (*this)(static_cast<uint8_t>(size));
    } else if (size < 0x4000) {
      (*this)(static_cast<uint16_t>(size | 0x4000));
    } else {
      (*this)(static_cast<uint32_t>(size | 0x80000000));
    }
  }

  Buffer out_;
};

// The first fault is kept; after it every read gives zeros, so that a list of fields needs no
// checks of its own.
class Decoder {
 public:
  explicit Decoder(Bytes input) : rest_(input) {}

  template <class... T>
    requires(sizeof...(T) > 1)
  void operator()(T&... values) {
    ((*this)(values), ...);
  }

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T& value) {
    uint64_t sum = 0;
    for (const uint8_t byte : raw(sizeof(T))) sum = sum << 8 | byte;
    value = static_cast<T>(sum);
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(T& value) {
    std::underlying_type_t<T> number{};
    (*this)(number);
    value = static_cast<T>(number);
  }
  void operator()(Buffer& value) {
    const Bytes taken = opaque();
    value.assign(taken.begin(), taken.end());
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    values.clear();
    Decoder inner(opaque());
    while (!inner.rest_.empty() && !inner.fault_) {
      if (values.size() == max_elements) return fail(Fault::malformed);
      inner(values.emplace_back());
    }
    if (inner.fault_) fail(*inner.fault_);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    uint8_t present = 0;
    (*this)(present);
    if (present > 1) fail(Fault::malformed);
    value.reset();
    if (present == 1 && !fault_) (*this)(value.emplace());
  }
  template <Structure T>
  void operator()(T& value) {
    T::fields(value, *this);
  }

  Bytes opaque() { return raw(length()); }
  // The header of a vector. Only the shortest form of a length is taken, so that every value has
  // one encoding.
  size_t length() {
    uint8_t first = 0;
    (*this)(first);
    const size_t extra = first >> 6 == 0 ? 0 : first >> 6 == 1 ? 1 : 3;
    if (first >> 6 == 3) fail(Fault::malformed);
    size_t size = first & 0x3f;
    for (const uint8_t byte : raw(extra)) size = size << 8 | byte;
    if ((extra == 1 && size < 0x40) || (extra == 3 && size < 0x4000)) fail(Fault::malformed);
    return fault_ ? 0 : size;
  }
  Bytes raw(size_t size) {
    if (fault_ || size > rest_.size()) {
      fail(Fault::malformed);
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  void fail(Fault fault) {
    if (!fault_) fault_ = fault;
    rest_ = {};
  }

  Bytes rest() const { return rest_; }
  Status status() const {
    if (fault_) return mls::fail(*fault_);
    return {};
  }

 private:
  Bytes rest_;
  std::optional<Fault> fault_;
};

template <class... T>
Buffer encode(const T&... values) {
  Encoder encoder;
  (encoder(values), ...);
  return encoder.take();
}

// The whole input as one T. Faults: malformed, trailing_bytes, and what T's fields refuse.
template <class T>
Result<T> decode(Bytes input) {
  Decoder decoder(input);
  T value{};
  decoder(value);
  if (auto status = decoder.status(); !status) return fail(status.error());
  if (!decoder.rest().empty()) return fail(Fault::trailing_bytes);
  return value;
}

}  // namespace vicino::mls
