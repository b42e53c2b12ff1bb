// What the relay tells of itself, as a line of JSON.
#pragma once

#include "relay.h"

namespace vicino::relay {

// What didn't reach or leave a path.
struct SocketCounts {
  uint64_t oversized = 0;  // larger than Socket::max_datagram
  uint64_t unsent = 0;     // the kernel didn't take them
};

// `running`: for how long.
std::string statistics_line(const Relay& relay, Duration running, const SocketCounts& sockets);

}  // namespace vicino::relay
