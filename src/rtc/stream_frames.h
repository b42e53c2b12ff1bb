// Datagrams over a TCP connection, each behind its length in two bytes (RFC 4571 section 2), as
// ICE-TCP carries STUN, DTLS and SRTP (RFC 6544 section 3). Reading only: what is written is
// gathered by the socket (net/tcp_paths.h).
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace vicino::rtc {

inline constexpr size_t stream_frame_header = 2;

// Whether a connection that begins with this byte may be ICE-TCP: the upper half of a length. TLS
// begins with 0x16, HTTP with a letter.
constexpr bool may_begin_stream_frame(uint8_t first) {
  return first <= limits::max_datagram >> 8;
}

class StreamFrameReader {
 public:
  // Read at once at most. More costs memory for each connection, less costs system calls.
  static constexpr size_t capacity = 16 * 1024;

  // Where the connection's next bytes go, at least a datagram's; to be called after next() has
  // given everything.
  MutBytes room();
  void filled(size_t size);
  // The next whole datagram, valid until room(); nullopt: its end isn't here yet. Errors: too_large
  // (over limits::max_datagram), after which nothing behind can be found.
  Result<std::optional<MutBytes>> next();

 private:
  std::vector<uint8_t> memory_;
  size_t begin_ = 0, end_ = 0;  // of what hasn't been given
};

}  // namespace vicino::rtc
