#include "net/local_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace vicino::net {

std::vector<std::string> local_addresses() {
  std::vector<std::string> addresses = {"127.0.0.1"};
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return addresses;
  // Connecting a UDP socket sends nothing: it asks the routing table. 198.51.100.1 is nobody's (RFC 5737).
  sockaddr_in elsewhere{};
  elsewhere.sin_family = AF_INET;
  elsewhere.sin_port = htons(9);
  elsewhere.sin_addr.s_addr = htonl(0xc6336401);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  const bool routed = ::connect(fd, reinterpret_cast<const sockaddr*>(&elsewhere), sizeof elsewhere) == 0 &&
                      ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0;
  ::close(fd);
  std::array<char, INET_ADDRSTRLEN> text{};
  if (routed && ::inet_ntop(AF_INET, &own.sin_addr, text.data(), text.size()) != nullptr &&
      addresses[0] != text.data()) {
    addresses.emplace_back(text.data());
  }
  return addresses;
}

}  // namespace vicino::net
