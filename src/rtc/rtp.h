// RTP packets (RFC 3550 section 5.1) with header extensions (RFC 8285, one- and two-byte forms),
// parsed in place.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "rtc/media.h"

namespace vicino::rtc {

// First bytes tell what a datagram on a bundled port is (RFC 7983).
enum class DatagramKind : uint8_t { stun, dtls, rtp, rtcp, unknown };
DatagramKind classify(Bytes datagram);

// A view of one packet; valid as long as its memory.
class RtpPacket {
 public:
  // Checks every length once; the accessors then need no checks. Errors: truncated, malformed.
  static Result<RtpPacket> parse(MutBytes packet);

  bool marker() const;
  uint8_t payload_type() const;
  uint16_t sequence() const;
  uint32_t timestamp() const;
  uint32_t ssrc() const;

  // The value of the extension with this id (1 to 255); nullopt when absent or id is 0. The first
  // one wins.
  std::optional<MutBytes> extension(uint8_t id) const;
  MutBytes payload() const;  // without padding
  MutBytes header() const;   // fixed part, CSRCs and extensions
  size_t padding() const;    // bytes, including the count byte

 private:
  MutBytes packet_;
  size_t header_size_ = 0;
  size_t padding_ = 0;
};

// What a header to be written carries. Extensions with id 0 or an empty value are left out.
struct RtpHeaderFields {
  bool marker = false;
  uint8_t payload_type = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
};
struct RtpExtension {
  uint8_t id;
  Bytes value;  // 1 to 16 bytes in the one-byte form, 0 to 255 in the two-byte form
};
// Writes a header into `memory` and returns the used part. The one-byte form is used when all
// extensions fit it. Errors: too_large.
Result<MutBytes> write_rtp_header(MutBytes memory, const RtpHeaderFields& fields,
                                  std::span<const RtpExtension> extensions);

// Extension contents.
struct AudioLevel {  // RFC 6464
  bool voice;
  uint8_t level;  // -dBov: 0 loudest, 127 silence
};
std::optional<AudioLevel> read_audio_level(Bytes value);
uint32_t abs_send_time(int64_t microseconds);  // 24 bits of 6.18 fixed point seconds

// Sequence number arithmetic modulo 2^16: a is newer than b.
constexpr bool sequence_newer(uint16_t a, uint16_t b) {
  return a != b && static_cast<uint16_t>(a - b) < 0x8000;
}

// Extends 16-bit sequence numbers to 64 bits that don't wrap, following the newest seen.
class SequenceUnwrapper {
 public:
  int64_t unwrap(uint16_t sequence);

 private:
  std::optional<int64_t> newest_;
};

}  // namespace vicino::rtc
