// The paths between everybody and the server, and what has crossed them.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sim/media/transmitter.h"
#include "sim/path.h"

namespace vicino::sim {

// A packet that has crossed a lane.
struct Crossing {
  Instant at;
  Duration waited;  // in the bottleneck's queue
  uint32_t bytes;   // on the wire
  uint16_t owner;
  Traffic traffic;
};

// One direction of somebody's network. Handshakes and signalling go beside the bottleneck, with the
// same delay and outages: keys and certificates are truly random, their sizes differ by a byte or
// two, and nothing else may depend on that.
class Lane {
 public:
  Lane(const PathSettings& settings, uint64_t seed);

  void schedule(Instant at, const PathSettings& settings);
  void add_outage(Instant from, Instant to);
  void push(Instant now, uint16_t owner, Traffic traffic, Bytes datagram);
  // A packet of somebody who is not in the call: its number, and so many bytes in all.
  void push_foreign(Instant now, uint64_t number, size_t bytes, uint16_t owner);

  struct Arrival {
    uint16_t owner;
    Traffic traffic;
    Buffer bytes;
    std::optional<size_t> crossing;  // its number among crossings(); what went beside has none
  };
  std::optional<Arrival> take(Instant now);
  Instant next_deadline() const;

  const std::vector<Crossing>& crossings() const { return crossings_; }
  // Says what it was, once that is known.
  void identify(const Arrival& arrival, Traffic traffic) {
    if (arrival.crossing) crossings_[*arrival.crossing].traffic = traffic;
  }
  const PathStatistics& statistics() const { return path_.statistics(); }
  const PathSettings& settings() const { return path_.settings(); }

 private:
  Path path_, beside_;
  std::vector<Crossing> crossings_;
};

}  // namespace vicino::sim
