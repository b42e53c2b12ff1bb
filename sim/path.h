// One direction of a network path, as a model: a bottleneck with a drop-tail queue, and behind it a
// wire that delays, loses, repeats and reorders. Sans-IO: packets and times in, packets and times
// out; one seed and the same calls give the same course, bit for bit.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"
#include "sim/delay_histogram.h"

namespace vicino::sim {

struct PathSettings {
  // The bottleneck.
  uint64_t rate = 0;  // bit/s, of packets with `overhead`; 0: no bottleneck, no queue
  Duration queue =
      milliseconds(200);   // how much time's worth of bytes the queue takes at this rate
  size_t queue_bytes = 0;  // the same in bytes, whatever the rate; 0: `queue` counts
  size_t overhead = 28;    // bytes that each packet takes beside its own: IPv4 and UDP

  // The wire.
  Duration delay{};              // of every packet
  Duration jitter{};             // on top, evenly between nothing and this
  bool jitter_reorders = false;  // else who is late delays those behind, as queues elsewhere do
  double loss = 0;               // share of packets, 0 to 1
  double burst = 0;              // mean packets lost in a row (Gilbert-Elliott); 0: each by itself
  double reorder = 0;            // share of packets that others overtake,
  Duration reorder_by = milliseconds(20);  // because they come so much later
  double duplicate = 0;                    // share of packets that come twice

  bool blocked = false;  // nothing passes

  friend bool operator==(const PathSettings&, const PathSettings&) = default;
};

// What can't be, and what to write instead; nullopt: nothing is wrong.
std::optional<std::string> problem_with(const PathSettings& settings);

// Of every packet that was pushed, and every copy: delivered + dropped + still under way.
struct PathStatistics {
  uint64_t pushed = 0, pushed_bytes = 0;
  uint64_t delivered = 0, delivered_bytes = 0;
  uint64_t dropped_queue = 0;     // the queue was full
  uint64_t dropped_loss = 0;      // on the wire
  uint64_t dropped_outage = 0;    // during an outage or while blocked, or under way when it began
  uint64_t dropped_overflow = 0;  // over max_held_packets or max_held_bytes: the model's own limit
  uint64_t duplicated = 0, reordered = 0;
  DelayHistogram
      queue_delay;  // waiting for the packets before; without a packet's own sending time

  void merge(const PathStatistics& other);
};

struct Delivery {
  Instant at;
  uint64_t tag;  // as pushed
  Buffer bytes;
  Duration waited{};  // in the queue, for the packets before
};

class Path {
 public:
  // Queue and wire together. Higher costs memory where delay times rate is high.
  static constexpr size_t max_held_packets = 1 << 16;
  static constexpr size_t max_held_bytes = 64 << 20;
  // Changes and outages that are planned and haven't come yet.
  static constexpr size_t max_planned = 10'000;
  // Beyond these the model's whole numbers could run over.
  static constexpr uint64_t max_rate = 100'000'000'000;
  static constexpr Duration max_duration = seconds(3600);

  // The settings must be possible (problem_with), here and everywhere.
  explicit Path(uint64_t seed, const PathSettings& settings = {});

  // From now on. What waits in the queue leaves at the new rate; what is on the wire is on its way.
  void set(Instant now, const PathSettings& settings);
  // From `at` on. Errors: exhausted.
  Status schedule(Instant at, const PathSettings& settings);
  // What is under way at `from` is lost, and what comes before `to`. Errors: exhausted.
  Status add_outage(Instant from, Instant to);

  // Time never goes back: an earlier `now` than the last one counts as the last one.
  void push(Instant now, Buffer bytes, uint64_t tag = 0);
  // What has come out by now, the earliest first; nullopt: nothing more.
  std::optional<Delivery> take(Instant now);
  // When to call take() again; never() while nothing is under way.
  Instant next_deadline() const;

  const PathSettings& settings() const { return settings_; }
  const PathStatistics& statistics() const { return statistics_; }
  void reset_statistics() { statistics_ = {}; }
  size_t queued_bytes() const { return queued_bytes_; }  // with overhead
  size_t under_way() const { return queue_.size() + wire_.size(); }

 private:
  struct Queued {
    Buffer bytes;
    uint64_t tag;
    Instant pushed;
    size_t size;        // with overhead
    Duration waited{};  // once it is the first
  };
  struct OnWire {
    Delivery delivery;
    uint64_t order;
  };
  static bool later(const OnWire& a, const OnWire& b);

  bool cut_off() const { return settings_.blocked || clock_ < down_until_; }
  size_t wire_size(const Buffer& bytes) const { return bytes.size() + settings_.overhead; }
  size_t capacity() const;
  Instant departure() const;
  void advance(Instant now);
  void serve_to(Instant at);
  void begin_service();
  void depart();
  void adopt(const PathSettings& settings);
  void lose_all_under_way();
  bool draw_loss();
  Instant draw_exit(bool lost);
  void put_on_wire(Delivery delivery);

  PathSettings settings_;
  Instant clock_{INT64_MIN};  // until when everything has been worked out
  std::multimap<Instant, PathSettings> changes_;
  std::multimap<Instant, Instant> outages_;  // from, to
  Instant down_until_{INT64_MIN};

  std::deque<Queued> queue_;  // the first is being sent
  size_t queued_bytes_ = 0;
  // In bits times 1e6, of which `rate` are done in a microsecond: whole numbers, so the rate is
  // exact.
  uint64_t work_left_ = 0, work_ahead_ = 0;

  std::vector<OnWire> wire_;  // a heap, the next to come out first
  size_t held_bytes_ = 0;
  uint64_t order_ = 0;
  Instant last_exit_{INT64_MIN};  // of those that keep their order
  bool in_burst_ = false;

  // One for each purpose, drawn once for each packet that leaves the queue: whether the hundredth
  // is lost depends on the seed alone, not on what else is set.
  SeededRandom loss_random_, jitter_random_, reorder_random_, duplicate_random_;
  PathStatistics statistics_;
};

}  // namespace vicino::sim
