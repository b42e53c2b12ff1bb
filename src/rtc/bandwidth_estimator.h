// How much may be sent to one receiver: delay trend, loss, what arrives and probes put together, as
// in Google Congestion Control (draft-ietf-rmcat-gcc-02). One per receiver, at the sending side.
//
// The caller tells every packet as it goes out (sent), hands over the receiver's transport-wide
// feedback, calls tick() at next_due() and after each of these sends what take_probe() asks for.
#pragma once

#include <optional>

#include "rtc/acked_rate.h"
#include "rtc/delay_trend.h"
#include "rtc/loss_bound.h"
#include "rtc/probes.h"
#include "rtc/rate_control.h"
#include "rtc/sent_packets.h"
#include "rtc/sliding_minimum.h"

namespace vicino::rtc {

struct BandwidthConfig {
  // Before anything is known. Higher is sharper at once and hurts slow paths for a second.
  BitRate start = kilobits_per_second(300);
  // Never less, whatever the path says: audio goes on. It should pause video itself.
  BitRate floor = kilobits_per_second(30);
  BitRate ceiling = kilobits_per_second(50'000);
  // What is sent follows the target at once, as an encoder does. What goes in steps, as layers do,
  // finds nothing by growing.
  bool follows = true;
};

class BandwidthEstimator {
 public:
  explicit BandwidthEstimator(const BandwidthConfig& config = {});

  void sent(Instant now, uint16_t transport_sequence, size_t size, ProbeId probe = 0);
  void feedback(Instant now, const TransportFeedback& feedback);
  void tick(Instant now);
  Instant next_due() const;
  // The most that would be sent if the path carried it. Probes go some way beyond, for bursts.
  void set_demand(Instant now, BitRate demand);
  // Once per probe: send it.
  std::optional<ProbePlan> take_probe() { return probes_.take_plan(); }

  // What to send now: for the pacer and for encoders that follow at once.
  BitRate target() const;
  // What to plan with: the same without the dips of half a second that empty a queue.
  BitRate planned() const;
  // The path is known to carry much more than is wanted.
  bool roomy() const { return planned() >= demand_ * roomy_times; }
  // Too little is sent to know whether the path carries target().
  bool application_limited() const { return application_limited_; }
  double loss() const { return loss_.recent(); }  // share lost lately
  Duration queue_delay() const { return queue_delay_; }
  Duration round_trip() const { return rtt_min_; }

 private:
  // The first probe, of the start rate, and the next ones, of the present rate or of a success:
  // three and six times the start rate, and further. One after the other, as a slow path would hold
  // both up for a second. Higher is there sooner and leaves a longer queue where it was too much.
  static constexpr double probe_first = 3.0, probe_further = 2.0;
  // Beyond what is wanted, so that the outcome can be what is wanted.
  static constexpr double probe_margin = 1.15;
  static constexpr double least_raise = 1.05;  // less isn't worth a probe
  // Where all that is wanted is carried, so much more is looked for, seldom and ever more seldom
  // while there isn't any: a pacer that knows of it lets large frames pass.
  static constexpr double probe_room = 3.0;
  static constexpr Duration room_interval = seconds(10);
  // From so much on it is room. Lower makes bursts queues, higher makes them wait here.
  static constexpr double roomy_times = 2.0;
  // An outcome this close to what was asked is a success. Lower goes on with probes that fail.
  static constexpr double probe_success = 0.8;
  // Probes go on while more is wanted than the path is known to carry: how much later a path that
  // grew is found, on average, and the share of the target that this may cost.
  static constexpr Duration probe_interval = seconds(2);
  static constexpr double probe_cost = 0.02;
  // On a path that little more than a voice fits through, each probe can be heard: the wait doubles
  // so often while they fail.
  static constexpr BitRate narrow = kilobits_per_second(120);
  static constexpr int most_failed_probes = 3;
  // After an outcome that raised the rate by as much, more probes follow soon, even if it seemed to
  // fill the path: jitter makes a probe seem so.
  static constexpr double probe_raise = 1.5;
  static constexpr int most_quick_probes = 3;
  static constexpr Duration quick_interval = milliseconds(500);
  // A decrease by more than this in a second is a drop: of what was before, the second is tried
  // again after the wait. Sooner finds a passing dip ended sooner, and costs a probe where it
  // stays.
  static constexpr double drop_ratio = 0.66;
  static constexpr double after_drop = 0.75;
  static constexpr Duration after_drop_wait = milliseconds(1500);
  // The trend isn't looked at for so long after a probe, as it would see the probe's queue. Longer
  // finds a drop later, shorter takes probes for overuse. A queue longer than the second is always
  // looked at.
  static constexpr Duration probe_echo = milliseconds(100);
  static constexpr Duration blind_queue = milliseconds(120);
  // With a long queue, so much less arriving than is sent is overuse without any trend.
  static constexpr double overflow = 0.85;
  static constexpr double most_inherent = 0.2;  // loss that is made up for; more is no path
  // Below the first share of the target the sender has nothing more to send, above the second the
  // path limits it again, over the window. Higher ones stop growth where frames are uneven.
  static constexpr double limited_below = 0.65, limited_above = 0.8;
  static constexpr Duration usage_window = milliseconds(500);
  // Of what arrives without a queue. Higher takes a burst at a window's edge for a faster path.
  static constexpr double proven_share = 0.9;
  // Nothing was reported for so long: the path is out. Shorter takes a slow report for an outage.
  // Then the rate falls by this factor each step: slower keeps filling a dead path's queue.
  static constexpr Duration silence = milliseconds(800);
  static constexpr Duration silence_step = milliseconds(500);
  static constexpr double silence_decrease = 0.5;
  // Nothing is tried while so long a queue stands: the path is full.
  static constexpr Duration standing_queue = milliseconds(25);
  // Who fills the path finds by growing whether it carries more: a probe's burst would be carried
  // at the cost of others that share it, and the larger flow's always more. Only when no queue was
  // met for so long it looks further. Longer finds a path that grew later.
  static constexpr Duration filled_for = milliseconds(2500);

  // How long a shortest way counts. Longer takes a new path's for a queue for longer.
  static constexpr Duration shortest_within = seconds(10);

  void learn(Instant now, std::span<const PacketResult> results);
  void measure_delay(Instant now, const PacketResult& newest, Duration shortest_way);
  BitRate proven(const AckedRate::Rates& acked) const;
  std::optional<BitRate> carried(std::optional<BitRate> acked) const;
  void control(Instant now);
  void finish_probe(Instant now);
  void plan_probe(Instant now);
  void probe_at(Instant now, BitRate rate);
  Duration probe_wait(BitRate rate) const;
  bool fills_path(Instant now) const;
  bool content() const { return planned() >= demand_; }
  void update_usage(Instant now, size_t bytes);
  // Where nothing is sent nothing is reported either, and what the path carries, only a probe
  // tells. Else who is sent nothing, because nothing fits, would never be sent anything again.
  Instant idle_probe_due() const;
  void check_silence(Instant now);
  void end_silence(Instant now);

  BandwidthConfig config_;
  SentPackets packets_;
  DelayTrend trend_;
  AckedRate acked_;
  LossBound loss_;
  RateControl control_;
  Probes probes_;

  BitRate demand_;
  int quick_probes_ = 0, failed_probes_ = 0;
  uint32_t packets_sent_ = 0;
  int64_t spread_ = 32;     // of the time to the next probe, 0 to 63
  double usage_bytes_ = 0;  // decaying sum
  std::optional<Instant> usage_at_, first_sent_;
  bool application_limited_ = false;

  // Round trips; one way, between clocks that have nothing in common.
  SlidingMinimum<Duration> rtt_{shortest_within}, way_{shortest_within};
  Duration rtt_min_ = milliseconds(100), queue_delay_;

  std::optional<Instant> demanded_at_, last_probe_, trend_from_, last_feedback_, silent_step_,
      drop_at_, queue_met_;
  BitRate before_drop_, before_silence_;
  std::optional<Instant> reference_at_;
  BitRate reference_;  // the target up to a second ago, to see drops
};

}  // namespace vicino::rtc
