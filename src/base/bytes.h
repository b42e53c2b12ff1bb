// Bytes: borrowed views, a reader that can't run past the end, a writer into memory the caller
// owns. Multi-byte integers are big-endian (network order) throughout.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/result.h"

namespace vicino {

using Bytes = std::span<const uint8_t>;
using MutBytes = std::span<uint8_t>;
using Buffer = std::vector<uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline bool equal(Bytes a, Bytes b) {
  return std::ranges::equal(a, b);
}

// For tags, tokens and keys: takes the same time whatever differs; different lengths are never
// equal.
bool ct_equal(Bytes a, Bytes b);

// memcpy that accepts empty spans (whose data() may be null).
inline void copy(Bytes from, MutBytes to) {
  CHECK(to.size() >= from.size());
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

inline uint16_t load16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}
inline uint32_t load24(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 16 | static_cast<uint32_t>(p[1]) << 8 | p[2];
}
inline uint32_t load32(const uint8_t* p) {
  return static_cast<uint32_t>(load16(p)) << 16 | load16(p + 2);
}
inline uint64_t load64(const uint8_t* p) {
  return static_cast<uint64_t>(load32(p)) << 32 | load32(p + 4);
}
inline void store16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void store24(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 16);
  store16(p + 1, static_cast<uint16_t>(v));
}
inline void store32(uint8_t* p, uint32_t v) {
  store16(p, static_cast<uint16_t>(v >> 16));
  store16(p + 2, static_cast<uint16_t>(v));
}
inline void store64(uint8_t* p, uint64_t v) {
  store32(p, static_cast<uint32_t>(v >> 32));
  store32(p + 4, static_cast<uint32_t>(v));
}

// Reads from the front of a view. Past the end every read gives Errc::truncated and moves nothing.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}
  size_t remaining() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  Bytes rest() const { return bytes_; }

  Result<Bytes> take(size_t count) {
    if (count > bytes_.size()) return fail(Errc::truncated, "input ends early");
    const Bytes taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  Result<uint8_t> u8() {
    return read<1>([](const uint8_t* p) { return p[0]; });
  }
  Result<uint16_t> u16() { return read<2>(load16); }
  Result<uint32_t> u24() { return read<3>(load24); }
  Result<uint32_t> u32() { return read<4>(load32); }
  Result<uint64_t> u64() { return read<8>(load64); }

 private:
  template <size_t count, class Load>
  auto read(Load load) -> Result<decltype(load(nullptr))> {
    const auto bytes = take(count);
    if (!bytes) return std::unexpected(bytes.error());
    return load(bytes->data());
  }

  Bytes bytes_;
};

// Writes into memory the caller owns. Too little room is remembered, not fatal: check ok() once at
// the end.
class Writer {
 public:
  explicit Writer(MutBytes memory) : memory_(memory) {}
  bool ok() const { return ok_; }
  size_t size() const { return used_; }
  MutBytes written() const { return memory_.first(used_); }

  // Room for `count` bytes to be filled by the caller; empty when there is not enough.
  MutBytes reserve(size_t count) {
    if (!ok_ || count > memory_.size() - used_) {
      ok_ = false;
      return {};
    }
    const MutBytes room = memory_.subspan(used_, count);
    used_ += count;
    return room;
  }
  void bytes(Bytes b) {
    const MutBytes room = reserve(b.size());
    if (room.size() == b.size()) copy(b, room);
  }
  void u8(uint8_t v) { bytes(Bytes(&v, 1)); }
  void u16(uint16_t v) {
    if (const MutBytes room = reserve(2); room.size() == 2) store16(room.data(), v);
  }
  void u24(uint32_t v) {
    if (const MutBytes room = reserve(3); room.size() == 3) store24(room.data(), v);
  }
  void u32(uint32_t v) {
    if (const MutBytes room = reserve(4); room.size() == 4) store32(room.data(), v);
  }
  void u64(uint64_t v) {
    if (const MutBytes room = reserve(8); room.size() == 8) store64(room.data(), v);
  }

 private:
  MutBytes memory_;
  size_t used_ = 0;
  bool ok_ = true;
};

}  // namespace vicino
