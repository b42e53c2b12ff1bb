// Key ids as RFC 9605 section 5.2 lays them out for MLS: which stream of which member in which
// epoch.
//
//   stream (the "context") << 18  |  leaf (S = 10 bits) << 8  |  epoch modulo 256 (E = 8 bits)
#pragma once

#include "base/ids.h"
#include "base/result.h"

namespace vicino::sframe {

// Numbers of wire.fbs. Part of the authenticated data of every frame: never renumber.
enum class Source : uint8_t { microphone = 0, camera = 1, screen = 2, screen_audio = 3 };

// One for each sequence of frames a member makes, because each needs its own counter. Never
// renumber.
enum class Stream : uint8_t {
  microphone = 0,
  camera_low = 1,
  camera_middle = 2,
  camera_high = 3,
  screen = 4,
  screen_audio = 5,
};
inline constexpr size_t stream_count = 6;
Source source_of(Stream stream);

inline constexpr uint32_t max_leaves = 1024;  // 2^S

struct KeyId {
  Stream stream;
  uint32_t leaf;         // below max_leaves
  uint8_t epoch_modulo;  // of its 8 low bits
  friend bool operator==(const KeyId&, const KeyId&) = default;
};

constexpr uint8_t epoch_modulo(uint64_t epoch) {
  return static_cast<uint8_t>(epoch);
}
constexpr uint64_t make_kid(Stream stream, uint32_t leaf, uint64_t epoch) {
  return static_cast<uint64_t>(stream) << 18 | static_cast<uint64_t>(leaf % max_leaves) << 8 |
         epoch_modulo(epoch);
}
// Errors: unknown_key (a number that names no stream).
Result<KeyId> parse_kid(uint64_t kid);

// Who sends from which leaf of an epoch's tree.
struct EpochMember {
  uint32_t leaf;
  SenderId sender;
  friend bool operator==(const EpochMember&, const EpochMember&) = default;
};

}  // namespace vicino::sframe
