// Bandwidth probes: short clusters of packets faster than the present rate, and what their arrival
// says. The plan is a value; whoever sends fills it with media first and RTX padding for the rest.
#pragma once

#include <optional>

#include "rtc/bit_rate.h"
#include "rtc/sent_packets.h"

namespace vicino::rtc {

// To be sent at once: packets of `packet_size` or less, `bytes` together, at `rate`. What isn't
// sent before `expires` isn't sent at all.
struct ProbePlan {
  ProbeId id = 0;
  BitRate rate;
  size_t bytes = 0;
  size_t packet_size = 0;
  Instant expires;
};

class Probes {
 public:
  struct Outcome {
    BitRate rate;       // what the path certainly carries
    bool full = false;  // it came slower than it was sent: the path carries no more
    BitRate asked;      // the plan's rate
  };

  // A new plan, unless one is under way. Slow ones are of small packets, so that a probe of a slow
  // path is no second's worth of queue.
  void plan(Instant now, BitRate rate);
  std::optional<ProbePlan> take_plan();
  bool under_way() const { return current_.has_value(); }

  void sent(Instant now, ProbeId id, size_t bytes);
  void result(const PacketResult& result);
  // After each report and at next_due(). `usual_loss`: the share that is lost whatever is sent.
  std::optional<Outcome> outcome(Instant now, double usual_loss);
  Instant next_due() const;
  void restart() { current_.reset(); }

  // Padding that a probe at this rate costs at most.
  static size_t bytes_at(BitRate rate);

 private:
  // How long a cluster lasts. More measures better and leaves a longer queue where it was too fast.
  static constexpr Duration length = milliseconds(15);
  // Fewer packets measure the packets, not the path.
  static constexpr size_t packets = 5;
  static constexpr size_t largest_packet = 1200, smallest_packet = 60;
  static constexpr Duration to_send = milliseconds(200);
  // Reports that aren't there by then won't come.
  static constexpr Duration patience = seconds(1);
  // Of what was sent must have arrived for the cluster to count.
  static constexpr double enough = 0.75;
  // The path is full when packets came this much slower than they were sent...
  static constexpr double full_ratio = 0.87;
  // ... and then carries a little less than that, as a queue was left behind.
  static constexpr double full_share = 0.95;
  // A cluster that came faster than it was sent was held up on the way: it proves its own rate only
  // if it wasn't squeezed by more than this.
  static constexpr double squeezed = 2.0;

  struct Edge {
    Instant sent, arrived;
    size_t size = 0;
  };
  struct Cluster {
    ProbePlan plan;
    bool taken = false;
    size_t sent_packets = 0, sent_bytes = 0, reported = 0, arrived = 0, arrived_bytes = 0;
    Instant last_sent = {};
    Edge first = {}, last = {};          // in order of sending
    Instant earliest = {}, latest = {};  // arrivals
  };
  std::optional<Outcome> measure(const Cluster& cluster, double usual_loss) const;

  ProbeId next_id_ = 1;
  std::optional<Cluster> current_;
};

}  // namespace vicino::rtc
