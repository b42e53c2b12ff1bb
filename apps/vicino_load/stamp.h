// What every packet carries at the end of its payload: who sent it, which one it is, when it was
// sent, and a checksum over the content before it. At the end, because servers may rewrite
// descriptors in front (VP8 picture ids) and a retransmission puts two bytes there (RFC 4588),
// while the end is the sender's own.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace vicino::load {

struct Stamp {
  uint32_t publisher = 0;  // index of the publisher in the run
  uint8_t track = 0;       // of the publisher
  uint8_t encoding = 0;    // simulcast layer of the track
  bool measured = false;   // sent in the measured time
  uint32_t counter = 0;    // of the packets of this encoding, from 0
  uint64_t sent_ns = 0;    // CLOCK_MONOTONIC
};
inline constexpr size_t stamp_size = 36;

// Stamps a payload whose last stamp_size bytes are free. What is covered by the checksum: `content`
// bytes before the stamp and the stamp itself.
void write_stamp(MutBytes payload, size_t content, const Stamp& stamp);

enum class StampFault : uint8_t { absent, damaged };
// The stamp at the end of a payload. absent: too short, or no stamp's first bytes; damaged: the
// checksum doesn't match.
std::expected<Stamp, StampFault> read_stamp(Bytes payload);

// A fast 64-bit checksum: any change of a single byte is found, others but for one in 2^64 or so.
// Not cryptographic: SRTP authenticates each hop, this one finds what a server itself mixed up.
uint64_t checksum(Bytes bytes);

}  // namespace vicino::load
