#include "sim/path.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vicino::sim {
namespace {

constexpr uint64_t work_per_byte = 8'000'000;

constexpr uint64_t up(uint64_t a, uint64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

// Evenly from 0 to 1, without 1.
double share(SeededRandom& random) {
  return static_cast<double>(random.next() >> 11) * 0x1p-53;
}

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

// A seed for each of a path's sources, so that neighbouring seeds share nothing.
uint64_t part(uint64_t seed, int which) {
  SeededRandom random(seed);
  for (int i = 0; i < which; ++i) random.next();
  return random.next();
}

}  // namespace

std::optional<std::string> problem_with(const PathSettings& s) {
  for (const auto& [name, value] :
       {std::pair("loss", s.loss), {"reorder", s.reorder}, {"duplicate", s.duplicate}}) {
    if (!is_share(value))
      return std::string(name) + " is a share of packets: between 0 and 1 (0% and 100%)";
  }
  for (const auto& [name, value] : {std::pair("delay", s.delay),
                                    {"jitter", s.jitter},
                                    {"queue", s.queue},
                                    {"reorder-by", s.reorder_by}}) {
    if (value < Duration{} || value > Path::max_duration) {
      return std::string(name) + " must be between 0 and an hour";
    }
  }
  if (s.rate > Path::max_rate) return "rate must be at most 100 Gbit/s; 0 is without a limit";
  if (s.overhead > 1000) return "overhead must be at most 1000 bytes";
  if (s.burst != 0 && !(s.burst >= 1 && s.burst <= 1e6)) {
    return "burst is a mean number of packets: at least 1, or 0 for losses independent of each "
           "other";
  }
  // Between two bursts at least one packet passes.
  if (s.burst != 0 && s.loss < 1 && s.loss > s.burst / (s.burst + 1)) {
    return "so much loss needs longer bursts: loss can be at most burst / (burst + 1)";
  }
  return std::nullopt;
}

void PathStatistics::merge(const PathStatistics& other) {
  pushed += other.pushed;
  pushed_bytes += other.pushed_bytes;
  delivered += other.delivered;
  delivered_bytes += other.delivered_bytes;
  dropped_queue += other.dropped_queue;
  dropped_loss += other.dropped_loss;
  dropped_outage += other.dropped_outage;
  dropped_overflow += other.dropped_overflow;
  duplicated += other.duplicated;
  reordered += other.reordered;
  queue_delay.merge(other.queue_delay);
}

Path::Path(uint64_t seed, const PathSettings& settings)
    : settings_(settings),
      loss_random_(part(seed, 0)),
      jitter_random_(part(seed, 1)),
      reorder_random_(part(seed, 2)),
      duplicate_random_(part(seed, 3)) {
  CHECK(!problem_with(settings));
}

void Path::set(Instant now, const PathSettings& settings) {
  CHECK(!problem_with(settings));
  advance(now);
  adopt(settings);
}

Status Path::schedule(Instant at, const PathSettings& settings) {
  CHECK(!problem_with(settings));
  if (changes_.size() >= max_planned) return fail(Errc::exhausted, "too many planned changes");
  changes_.emplace(at, settings);
  return {};
}

Status Path::add_outage(Instant from, Instant to) {
  if (outages_.size() >= max_planned) return fail(Errc::exhausted, "too many planned outages");
  outages_.emplace(from, to);
  return {};
}

void Path::push(Instant now, Buffer bytes, uint64_t tag) {
  advance(now);
  ++statistics_.pushed;
  statistics_.pushed_bytes += bytes.size();
  const size_t size = wire_size(bytes);
  if (cut_off()) {
    ++statistics_.dropped_outage;
  } else if (under_way() >= max_held_packets || held_bytes_ + bytes.size() > max_held_bytes) {
    ++statistics_.dropped_overflow;
  } else if (!queue_.empty() && queued_bytes_ + size > capacity()) {
    ++statistics_.dropped_queue;
  } else {
    queued_bytes_ += size;
    held_bytes_ += bytes.size();
    queue_.push_back({std::move(bytes), tag, clock_, size});
    if (queue_.size() == 1) begin_service();
    advance(clock_);  // without a bottleneck it is on the wire at once
  }
}

std::optional<Delivery> Path::take(Instant now) {
  advance(now);
  if (wire_.empty() || wire_.front().delivery.at > clock_) return std::nullopt;
  std::ranges::pop_heap(wire_, later);
  Delivery delivery = std::move(wire_.back().delivery);
  wire_.pop_back();
  held_bytes_ -= delivery.bytes.size();
  ++statistics_.delivered;
  statistics_.delivered_bytes += delivery.bytes.size();
  return delivery;
}

Instant Path::next_deadline() const {
  Instant next = wire_.empty() ? Instant::never() : wire_.front().delivery.at;
  if (queue_.empty()) return next;
  next = std::min(next, departure());
  // With another rate the queue may get on faster.
  return changes_.empty() ? next : std::min(next, changes_.begin()->first);
}

bool Path::later(const OnWire& a, const OnWire& b) {
  return std::tie(a.delivery.at, a.order) > std::tie(b.delivery.at, b.order);
}

size_t Path::capacity() const {
  if (settings_.queue_bytes != 0) return settings_.queue_bytes;
  const double bits = static_cast<double>(settings_.rate) * static_cast<double>(settings_.queue.us);
  return static_cast<size_t>(bits / work_per_byte);
}

// When the first of the queue has been sent; there is one.
Instant Path::departure() const {
  if (settings_.rate == 0) return clock_;
  return clock_ + microseconds(static_cast<int64_t>(up(work_left_, settings_.rate)));
}

// Everything that happens until `now`, in its order. At the same moment packets leave before
// settings change, and settings change before an outage begins.
void Path::advance(Instant now) {
  now = std::max(now, clock_);
  for (;;) {
    const Instant leaves = queue_.empty() ? Instant::never() : departure();
    const Instant changes = changes_.empty() ? Instant::never() : changes_.begin()->first;
    const Instant breaks = outages_.empty() ? Instant::never() : outages_.begin()->first;
    const Instant next = std::min({leaves, changes, breaks});
    if (next > now) break;
    if (leaves == next) {
      depart();
    } else if (changes == next) {
      serve_to(next);
      adopt(changes_.extract(changes_.begin()).mapped());
    } else {
      serve_to(next);
      down_until_ = std::max(down_until_, outages_.begin()->second);
      outages_.erase(outages_.begin());
      if (cut_off()) lose_all_under_way();
    }
  }
  serve_to(now);
}

// The first of the queue is sent on until then; it isn't finished before.
void Path::serve_to(Instant at) {
  if (at <= clock_) return;
  if (!queue_.empty()) {
    const uint64_t done = settings_.rate * static_cast<uint64_t>((at - clock_).us);
    work_left_ -= std::min(work_left_, done);
  }
  clock_ = at;
}

void Path::begin_service() {
  Queued& first = queue_.front();
  const uint64_t work = first.size * work_per_byte;
  const uint64_t ahead = std::min(work, work_ahead_);
  work_left_ = work - ahead;
  work_ahead_ -= ahead;
  first.waited = clock_ - first.pushed;
  statistics_.queue_delay.add(first.waited);
}

// The first of the queue has been sent: the wire decides what becomes of it.
void Path::depart() {
  const Instant at = departure();
  // Packets leave on whole microseconds; what the rest of the last one could have carried is the
  // next one's.
  if (settings_.rate != 0)
    work_ahead_ += settings_.rate * static_cast<uint64_t>((at - clock_).us) - work_left_;
  clock_ = std::max(clock_, at);
  Queued packet = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= packet.size;
  if (queue_.empty()) {
    work_ahead_ = 0;
  } else {
    begin_service();
  }

  const bool lost = draw_loss();
  const Instant exit = draw_exit(lost);
  const bool twice = share(duplicate_random_) < settings_.duplicate && !lost;
  if (lost) {
    held_bytes_ -= packet.bytes.size();
    ++statistics_.dropped_loss;
    return;
  }
  if (twice) {
    ++statistics_.duplicated;
    held_bytes_ += packet.bytes.size();
    put_on_wire({exit, packet.tag, packet.bytes, packet.waited});
  }
  put_on_wire({exit, packet.tag, std::move(packet.bytes), packet.waited});
}

void Path::adopt(const PathSettings& settings) {
  settings_ = settings;
  work_ahead_ = 0;
  if (cut_off()) lose_all_under_way();
}

// What has come out by now has come out, taken or not.
void Path::lose_all_under_way() {
  statistics_.dropped_outage += queue_.size();
  for (const Queued& packet : queue_) held_bytes_ -= packet.bytes.size();
  queue_.clear();
  queued_bytes_ = work_left_ = work_ahead_ = 0;
  const auto lost = [this](const OnWire& packet) {
    if (packet.delivery.at <= clock_) return false;
    held_bytes_ -= packet.delivery.bytes.size();
    return true;
  };
  statistics_.dropped_outage += std::erase_if(wire_, lost);
  std::ranges::make_heap(wire_, later);
}

// Gilbert-Elliott with two states: in a burst all is lost. Bursts end with 1 / burst and begin so
// often that the share of packets lost is `loss`.
bool Path::draw_loss() {
  const double drawn = share(loss_random_);
  if (settings_.burst == 0 || settings_.loss == 0 || settings_.loss == 1) {
    in_burst_ = false;
    return drawn < settings_.loss;
  }
  const double ends = 1 / settings_.burst;
  const double begins = settings_.loss * ends / (1 - settings_.loss);
  in_burst_ = in_burst_ ? drawn >= ends : drawn < begins;
  return in_burst_;
}

// When a packet that leaves the queue now comes out.
Instant Path::draw_exit(bool lost) {
  const double late = share(jitter_random_) * static_cast<double>(settings_.jitter.us + 1);
  const bool overtaken = share(reorder_random_) < settings_.reorder;
  Instant exit = clock_ + settings_.delay + microseconds(static_cast<int64_t>(late));
  if (lost) return exit;
  if (overtaken) {
    ++statistics_.reordered;
    return exit + settings_.reorder_by;
  }
  if (!settings_.jitter_reorders) exit = std::max(exit, last_exit_);
  last_exit_ = std::max(exit, last_exit_);
  return exit;
}

void Path::put_on_wire(Delivery delivery) {
  wire_.push_back({std::move(delivery), order_++});
  std::ranges::push_heap(wire_, later);
}

}  // namespace vicino::sim
