// Addresses as the system's calls take and give them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/address.h"

namespace vicino::net {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

inline Address from_system(const SocketAddress& s) {
  if (s.any.sa_family == AF_INET) {
    std::array<uint8_t, 4> octets;
    std::memcpy(octets.data(), &s.v4.sin_addr, 4);
    return Address::v4(octets, ntohs(s.v4.sin_port));
  }
  Address address;
  std::memcpy(address.ip.data(), &s.v6.sin6_addr, 16);
  address.port = ntohs(s.v6.sin6_port);
  return address;
}

// `v4`: for a socket of IPv4. Returns the size.
inline socklen_t to_system(const Address& address, bool v4, SocketAddress& s) {
  std::memset(&s, 0, sizeof s);
  if (v4) {
    s.v4.sin_family = AF_INET;
    s.v4.sin_port = htons(address.port);
    std::memcpy(&s.v4.sin_addr, address.ip.data() + 12, 4);
    return sizeof s.v4;
  }
  s.v6.sin6_family = AF_INET6;
  s.v6.sin6_port = htons(address.port);
  std::memcpy(&s.v6.sin6_addr, address.ip.data(), 16);
  return sizeof s.v6;
}

}  // namespace vicino::net
