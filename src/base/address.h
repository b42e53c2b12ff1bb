// An IP address and port as a value: what a datagram came from or goes to. No I/O. Over TCP (RFC 6544)
// the connection belongs to it: another connection from the same place is another path.
// It can't be logged: there is no operator<< and no formatter, and to_candidate_text() is only for
// SDP candidates.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vicino {

struct Address {
  std::array<uint8_t, 16> ip{};  // IPv4 as IPv4-mapped IPv6 (::ffff:a.b.c.d)
  uint16_t port = 0;
  // Over TCP, the connection's number at the worker that owns it; 0: UDP.
  uint32_t connection = 0;

  bool is_v4() const;
  friend bool operator==(const Address&, const Address&) = default;

  static Address v4(std::array<uint8_t, 4> octets, uint16_t port);
  // A numeric IPv4 or IPv6 address. Errors: malformed.
  static Result<Address> parse(std::string_view ip, uint16_t port);
  std::string to_candidate_text() const;  // the IP alone, as SDP writes it
};

struct AddressHash {
  size_t operator()(const Address& a) const {
    const uint64_t x = load64(a.ip.data()) * 0x9e3779b97f4a7c15 ^ load64(a.ip.data() + 8) ^
                       static_cast<uint64_t>(a.port) << 48 ^ a.connection;
    return static_cast<size_t>(x ^ (x >> 29));
  }
};

}  // namespace vicino
