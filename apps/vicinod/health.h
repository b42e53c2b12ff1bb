// Proves that a media port answers: an authenticated STUN check over a real UDP socket to each worker's own port.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>
#include <string>

#include "base/random.h"
#include "rtc/media.h"

namespace vicino::vicinod {

// Where to ask, and with whose credentials (the shard's pseudo peer).
struct HealthTarget {
  boost::asio::ip::udp::endpoint endpoint;
  rtc::TransportParameters credentials;
};

// True when a right answer came within a second; asked three times, as a datagram may be lost.
boost::asio::awaitable<bool> media_port_answers(const HealthTarget& target, SecureRandom& random);

}  // namespace vicino::vicinod
