// How the rate follows the delay: additive increase and multiplicative decrease
// (draft-ietf-rmcat-gcc-02 section 5.5).
#pragma once

#include <optional>

#include "rtc/bit_rate.h"
#include "rtc/delay_trend.h"

namespace vicino::rtc {

class RateControl {
 public:
  struct Limits {
    BitRate floor, ceiling;
  };
  struct Path {
    DelaySignal signal = DelaySignal::normal;
    std::optional<BitRate> acked, acked_recently;
    Duration rtt;             // to the sender, without queues
    double queued_bytes = 0;  // sent and not arrived, beyond what the path itself holds
    Duration queue_delay;     // that every packet met lately
    bool may_grow = true;     // false: too little is sent to know whether more would arrive
    BitRate proven;           // arrived as it was sent, for half a second
    bool limited = false;     // much less is sent than might be: what arrives says little
  };

  RateControl(BitRate start, Limits limits) : limits_(limits), rate_(start), target_(start) {}

  // After each report.
  void update(Instant now, const Path& path);
  // A probe arrived at this rate. `full`: it filled the path, so this is what the path carries.
  void probed(BitRate rate, bool full);
  // A probe passed a queue that stands for long without being held up: the queue is another's.
  void passed(Instant now, BitRate rate);
  // The path was silent, or became another one.
  void set(BitRate rate);

  BitRate target() const { return target_; }
  // Like target(), without the dips that empty a queue: for plans that should outlast them.
  BitRate planned() const { return rate_; }
  bool knows_capacity() const { return capacity_.has_value(); }
  bool draining() const { return drain_until_.has_value(); }
  // It is a long one, and letting it run off doesn't end it.
  bool queue_lasts(Instant now, Duration queue) const {
    return queue_since_ && now - *queue_since_ > stands_longest && queue > least_foreign;
  }
  // Somebody else keeps the path full: its delay is no reason to send less.
  bool queue_is_foreign() const { return foreign_until_.has_value(); }

 private:
  // A delay that grows isn't a queue unless every packet of a report met this much of it: receivers
  // whose processors are busy look at their packets late. Higher sees queues later.
  static constexpr Duration jitter = milliseconds(15);
  // While little is sent, what arrives says nothing of the path, and a queue shorter than this no
  // reason to go down to it at once. Higher leaves a longer queue on a path that became narrow.
  static constexpr Duration gentle_queue = milliseconds(100);
  // Of what arrived, after overuse. Lower empties the queue sooner and wastes more of the path.
  static constexpr double decrease = 0.85;
  // Where it goes on when the queue is gone. Higher is full again sooner.
  static constexpr double resume = 0.92;
  // Growth far from the known capacity. Higher finds it sooner and overshoots by more.
  static constexpr double growth_per_second = 0.08;
  // Growth near it: one packet per response time, which makes flows that share the path equal, but
  // no more than this share of what the capacity is beyond a slow path's: higher makes slow paths
  // swing, lower keeps who has less of a path behind.
  static constexpr double packet_bits = 1200 * 8;
  static constexpr double max_near_growth_per_second = 0.2;
  static constexpr BitRate slow_path = kilobits_per_second(200);
  // And no less than this share, or a fast path would take minutes.
  static constexpr double min_near_growth_per_second = 0.02;
  static constexpr Duration response_extra = milliseconds(100);
  // A queue longer than this, and than one packet takes, is let run off by sending this much of
  // what arrives. Higher limits leave delay, lower ones take jitter for a queue. A much longer one
  // would have been overuse if it were this flow's: it is another's, and giving way to it would
  // never end.
  static constexpr Duration standing_queue = milliseconds(20);
  static constexpr Duration foreign_queue = milliseconds(200);
  static constexpr double run_off = 0.95;
  // Never further above what arrives than this; more would be a guess.
  static constexpr double acked_headroom = 1.5;
  static constexpr BitRate acked_headroom_extra = kilobits_per_second(10);
  // The known capacity moves towards a new measure by this much, and is given up when the measure
  // is off by more than that: then the path has changed.
  static constexpr double capacity_smoothing = 0.2;
  static constexpr double capacity_tolerance = 0.25;
  // The queue that overuse left is emptied within about this time, by sending less still. Shorter
  // gives up more rate, longer keeps the delay.
  static constexpr Duration drain_time = milliseconds(500);
  static constexpr double drain_least = 0.3;  // of what arrives: lower would stop video
  static constexpr Duration drain_longest = seconds(2);
  static constexpr Duration drained = milliseconds(10);  // a queue this short is none
  // A queue that didn't shrink by this share of what was taken out of it, and is still longer than
  // the least, is filled by somebody who doesn't look at delay, as TCP does. For so long it is no
  // reason to give way: there would be no end to it. Longer overlooks the own queue for longer when
  // the other one is gone.
  static constexpr double shrunk = 0.5;
  // Less taken out, or felt for less long, tells nothing: so voices, which give nothing up, go on
  // regardless.
  static constexpr Duration least_taken = milliseconds(20), least_felt = milliseconds(100);
  static constexpr Duration least_foreign = milliseconds(60), longest_foreign = milliseconds(500);
  // And not before it was there for so long without a break: what a burst left goes by itself.
  static constexpr Duration foreign_after = milliseconds(1500);
  static constexpr Duration stands_longest = seconds(5);  // while it is let run off
  static constexpr double given_up = 0.5;                 // or until so much was given up
  static constexpr Duration foreign_time = seconds(15);
  // What was given up for nothing is taken back as far as it leaves the other one its half.
  static constexpr double taken_back = 0.5;

  bool queue_stands(const Path& path) const;
  void overused(Instant now, const Path& path);
  struct Queue {
    Instant at;
    Duration delay;
    double own_bytes = 0;
    BitRate rate;  // at which it goes off
  };
  bool is_foreign(Instant now, const Queue& before, const Path& path) const;
  void foreign(Instant now, const Queue& before);
  void judge_drain(Instant now, const Path& path);
  void grow(Instant now, const Path& path);
  void learn_capacity(BitRate measured);

  Limits limits_;
  BitRate rate_, target_;
  std::optional<BitRate> capacity_;  // what arrived when the path was full
  std::optional<Instant> drain_until_, last_decrease_, last_growth_;
  Queue drain_from_, stands_from_;        // what there was when it began
  std::optional<Instant> queue_since_;    // there was one without a break, of whoever
  std::optional<Instant> stands_since_;   // a queue that is let run off
  std::optional<Instant> foreign_until_;  // the queue is another's
};

}  // namespace vicino::rtc
