// Somebody else's download through the same bottleneck: a flow like TCP Reno's (RFC 5681) with
// selective acknowledgements, endless data and nothing else.
#pragma once

#include <cstddef>
#include <deque>

#include "base/time.h"

namespace vicino::sim {

class TcpFlow {
 public:
  static constexpr size_t packet_size =
      1472;  // of UDP payload: full packets with the lane's overhead

  // `ack_delay`: from the packet's arrival until the sender knows.
  TcpFlow(Instant start, Duration ack_delay) : ack_delay_(ack_delay), next_timeout_(start) {}

  // Packets to send now; they are numbered on from the ones before.
  size_t take_packets(Instant now);
  void arrived(Instant now, uint64_t number);
  Instant next_timeout() const;

 private:
  static constexpr double first_window = 10;  // packets, RFC 6928
  static constexpr uint64_t reordering = 3;   // packets that come before one counts as lost
  static constexpr Duration least_timeout = milliseconds(200);  // as Linux

  struct Ack {
    Instant at;
    uint64_t number;
  };
  struct Sent {
    uint64_t number;
    Instant at;
  };
  void acknowledge(Instant now, uint64_t number);
  void lose(uint64_t number);

  Duration ack_delay_;
  double window_ = first_window, threshold_ = 1e9;
  uint64_t next_ = 0, recover_ = 0;  // losses before `recover_` are of the same event
  std::deque<Sent> unacknowledged_;
  std::deque<Ack> acks_;
  Duration round_trip_ = milliseconds(200);
  Instant next_timeout_;
};

}  // namespace vicino::sim
