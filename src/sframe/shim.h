// The shim: constant bytes in front of a sealed frame, per codec, so that packetisers,
// depacketisers and the SFU see frame boundaries, sizes and key frames while every byte the encoder
// made is encrypted. It holds nothing but "key frame or not" and, for AV1, the size that the
// packets show anyway.
//
//   VP8    key   10 00 00 9d 01 2a 08 00 08 00   (RFC 6386 9.1: a shown key frame of 8x8)
//          delta 11
//   VP9, Opus    none: their packets need nothing from the frame
//   AV1    key   0a 0a 00 00 00 0c c4 ff 67 00 68 02 (a sequence header), then as delta
//          delta 32, then the sealed size in LEB128: one OBU_FRAME
//   H.264  key   sequence and picture parameter sets, then 65 88 80: the first bytes of an IDR
//   slice
//          delta 41 9a 80: those of a P slice; both with start codes, and the sealed frame behind
//          them with emulation prevention (H.264 section 7.4.1) and a closing 80, so that it holds
//          no start code and doesn't end with a zero byte
#pragma once

#include <optional>

#include "base/bytes.h"

namespace vicino::sframe {

// Part of the authenticated data of every frame: never renumber.
enum class Codec : uint8_t { opus = 0, vp8 = 1, vp9 = 2, av1 = 3, h264 = 4 };

inline constexpr size_t max_shim_size = 34;  // bytes: H.264 key frames

class Shim {
 public:
  // `sealed_size`: bytes of the sealed frame behind it, at most limits::max_frame.
  Shim(Codec codec, bool key_frame, size_t sealed_size);
  Bytes bytes() const { return Bytes(memory_).first(size_); }

 private:
  std::array<uint8_t, max_shim_size> memory_{};
  size_t size_ = 0;
};

// What wrap() needs at most.
size_t max_wrapped_size(Codec codec, size_t sealed_size);

// Writes shim and sealed frame, given in parts, to `out` (room: max_wrapped_size()); returns the
// part used. Errors: too_large (over limits::max_frame).
Result<MutBytes> wrap(Codec codec, const Shim& shim, std::span<const Bytes> sealed, MutBytes out);

struct Unwrapped {
  std::optional<bool> key_frame;  // nullopt: the codec has no shim to say so
  Bytes shim;                     // part of the frame
  Bytes sealed;                   // part of the frame, or of `scratch` for H.264
};
// Takes the shim off, which must be exactly what wrap() writes. `scratch` has the frame's size for
// H.264 and isn't used otherwise. Errors: truncated, malformed, too_large.
Result<Unwrapped> unwrap(Codec codec, Bytes frame, MutBytes scratch);

}  // namespace vicino::sframe
