// Under which addresses this machine can be reached by itself and its network.
#pragma once

#include <string>
#include <vector>

namespace vicino::net {

// Loopback, and the IPv4 address that outgoing packets carry, if there is a way out. Firefox never uses loopback
// candidates: even a call on one machine needs the other one.
std::vector<std::string> local_addresses();

}  // namespace vicino::net
