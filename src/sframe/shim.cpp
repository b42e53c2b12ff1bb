#include "sframe/shim.h"

#include "base/limits.h"
#include "sframe/nal_escape.h"

namespace vicino::sframe {
namespace {

constexpr std::array<uint8_t, 10> vp8_key = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 8, 0, 8, 0};
constexpr std::array<uint8_t, 1> vp8_delta = {0x11};

constexpr std::array<uint8_t, 12> av1_sequence = {0x0a, 0x0a, 0,    0,    0,    0x0c,
                                                  0xc4, 0xff, 0x67, 0x00, 0x68, 0x02};
constexpr uint8_t av1_frame = 0x32;

// Constrained baseline, level 3.1, 1280x720 (a decoder set up from it takes what is really inside).
// Picture order is decoding order and the video usability information says so in the form libwebrtc
// would rewrite it to: a receiver that rewrites parameter sets so leaves these alone.
constexpr std::array<uint8_t, 34> h264_key = {
    0,    0,    0,    1,    0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01,
    0x40, 0x16, 0xe8, 0x06, 0xd0, 0x44, 0x23, 0x50, 0x14,  // sequence parameter set
    0,    0,    0,    1,    0x68, 0xce, 0x38, 0x80,        // picture parameter set
    0,    0,    0,    1,    0x65, 0x88, 0x80};  // IDR slice: macroblock 0, all I, picture parameter
                                                // set 0
constexpr std::array<uint8_t, 7> h264_delta = {0, 0, 0, 1, 0x41, 0x9a, 0x80};  // the same, all P
constexpr uint8_t h264_end = 0x80;

bool starts_with(Bytes frame, Bytes prefix) {
  return frame.size() >= prefix.size() && equal(frame.first(prefix.size()), prefix);
}

Unwrapped split(Bytes frame, size_t shim_size, std::optional<bool> key_frame) {
  return {key_frame, frame.first(shim_size), frame.subspan(shim_size)};
}

Result<Unwrapped> unwrap_constant(Bytes frame, Bytes key, Bytes delta) {
  if (starts_with(frame, key)) return split(frame, key.size(), true);
  if (starts_with(frame, delta)) return split(frame, delta.size(), false);
  return fail(Errc::malformed, "shim");
}

// The length says how much follows, so there is exactly one shim per frame size.
Result<Unwrapped> unwrap_av1(Bytes frame) {
  const bool key_frame = starts_with(frame, av1_sequence);
  const size_t before = key_frame ? av1_sequence.size() : 0;
  for (size_t size = before + 2; size <= std::min(before + 6, frame.size()); ++size) {
    const Shim expected(Codec::av1, key_frame, frame.size() - size);
    if (expected.bytes().size() != size) continue;
    if (starts_with(frame, expected.bytes())) return split(frame, size, key_frame);
  }
  return fail(Errc::malformed, "shim");
}

Result<Unwrapped> unwrap_h264(Bytes frame, MutBytes scratch) {
  TRY_ASSIGN(Unwrapped unwrapped, unwrap_constant(frame, h264_key, h264_delta));
  const Bytes escaped = unwrapped.sealed;
  if (escaped.empty() || escaped.back() != h264_end) return fail(Errc::malformed, "shim's end");
  TRY_ASSIGN(unwrapped.sealed, unescape_nal(escaped.first(escaped.size() - 1), scratch));
  return unwrapped;
}

}  // namespace

Shim::Shim(Codec codec, bool key_frame, size_t sealed_size) {
  CHECK(sealed_size <= limits::max_frame);
  Writer writer(memory_);
  switch (codec) {
    case Codec::vp8:
      writer.bytes(key_frame ? Bytes(vp8_key) : Bytes(vp8_delta));
      break;
    case Codec::av1:
      if (key_frame) writer.bytes(av1_sequence);
      writer.u8(av1_frame);
      for (; sealed_size > 0x7f; sealed_size >>= 7) {
        writer.u8(static_cast<uint8_t>(sealed_size | 0x80));
      }
      writer.u8(static_cast<uint8_t>(sealed_size));
      break;
    case Codec::h264:
      writer.bytes(key_frame ? Bytes(h264_key) : Bytes(h264_delta));
      break;
    case Codec::vp9:
    case Codec::opus:
      break;
  }
  CHECK(writer.ok());
  size_ = writer.size();
}

size_t max_wrapped_size(Codec codec, size_t sealed_size) {
  return max_shim_size + (codec == Codec::h264 ? max_escaped_size(sealed_size) + 1 : sealed_size);
}

Result<MutBytes> wrap(Codec codec, const Shim& shim, std::span<const Bytes> sealed, MutBytes out) {
  Writer writer(out);
  writer.bytes(shim.bytes());
  if (codec == Codec::h264) {
    NalEscaper escaper(out.subspan(writer.size()));
    for (const Bytes part : sealed) escaper.append(part);
    writer.reserve(escaper.size());
    writer.u8(h264_end);
  } else {
    for (const Bytes part : sealed) writer.bytes(part);
  }
  CHECK(writer.ok());
  if (writer.size() > limits::max_frame) return fail(Errc::too_large, "wrapped frame");
  return writer.written();
}

Result<Unwrapped> unwrap(Codec codec, Bytes frame, MutBytes scratch) {
  if (frame.size() > limits::max_frame) return fail(Errc::too_large, "frame to open");
  switch (codec) {
    case Codec::vp8:
      return unwrap_constant(frame, vp8_key, vp8_delta);
    case Codec::av1:
      return unwrap_av1(frame);
    case Codec::h264:
      return unwrap_h264(frame, scratch);
    case Codec::vp9:
    case Codec::opus:
      break;
  }
  return split(frame, 0, std::nullopt);
}

}  // namespace vicino::sframe
