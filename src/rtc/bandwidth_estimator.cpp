#include "rtc/bandwidth_estimator.h"

#include <algorithm>
#include <cmath>

namespace vicino::rtc {

BandwidthEstimator::BandwidthEstimator(const BandwidthConfig& config)
    : config_(config),
      control_(config.start, {config.floor, config.ceiling}),
      demand_(config.ceiling),
      reference_(config.start) {}

BitRate BandwidthEstimator::target() const {
  return std::max(config_.floor,
                  std::min(control_.target(), loss_.bound().value_or(config_.ceiling)));
}

BitRate BandwidthEstimator::planned() const {
  return std::max(config_.floor,
                  std::min(control_.planned(), loss_.bound().value_or(config_.ceiling)));
}

void BandwidthEstimator::sent(Instant now, uint16_t transport_sequence, size_t size,
                              ProbeId probe) {
  if (!first_sent_) {
    first_sent_ = now;
    probe_at(now, config_.start * probe_first);
  }
  ++packets_sent_;
  packets_.sent(now, transport_sequence, size, probe);
  if (probe != 0) {
    probes_.sent(now, probe, size);
    trend_from_ = now + probe_echo;
  }
  update_usage(now, size);
}

void BandwidthEstimator::update_usage(Instant now, size_t bytes) {
  const Duration since = usage_at_ ? now - *usage_at_ : Duration{};
  usage_at_ = now;
  usage_bytes_ *= std::exp(-static_cast<double>(since.us) / static_cast<double>(usage_window.us));
  usage_bytes_ += static_cast<double>(bytes);
  const double share = usage_bytes_ / planned().bytes_in(usage_window);
  if (share < limited_below) application_limited_ = true;
  if (share > limited_above) application_limited_ = false;
}

void BandwidthEstimator::set_demand(Instant now, BitRate demand) {
  const bool more = demand > demand_ * probe_margin;
  demand_ = demand;
  if (!demanded_at_) demanded_at_ = now;
  if (!more || !first_sent_) return;
  quick_probes_ = std::max(quick_probes_, 1);  // or a layer just asked for would wait
  plan_probe(now);
}

void BandwidthEstimator::feedback(Instant now, const TransportFeedback& feedback) {
  const auto results = packets_.feedback(feedback);
  if (packets_.take_new_clock()) {
    trend_.restart();
    acked_.restart();
    way_.restart();
  }
  if (results.empty()) return;
  end_silence(now);
  last_feedback_ = now;
  learn(now, results);
  loss_.update(now, control_.planned(), config_.floor);
  control(now);
  finish_probe(now);
  plan_probe(now);
}

void BandwidthEstimator::learn(Instant now, std::span<const PacketResult> results) {
  size_t packets = 0, bytes = 0, lost = 0, late = 0;
  const PacketResult* newest = nullptr;
  Duration shortest_way{INT64_MAX};
  for (const PacketResult& result : results) {
    if (result.late) {
      ++late;
    } else {
      ++packets;
      bytes += result.size;
      if (!result.arrived) ++lost;
    }
    if (result.probe != 0) probes_.result(result);
    if (!result.arrived) continue;
    newest = &result;
    shortest_way = std::min(shortest_way, *result.arrived - result.sent);
    acked_.arrived(*result.arrived, result.size);
    if (result.probe == 0 && !(trend_from_ && result.sent < *trend_from_))
      trend_.arrived(result.sent, *result.arrived);
  }
  loss_.sent(packets, bytes, lost, late);
  if (newest) measure_delay(now, *newest, shortest_way);
}

// The shortest way of late is the path without queues; the shortest of this report has the queue
// that every packet met, without the jitter.
void BandwidthEstimator::measure_delay(Instant now, const PacketResult& newest,
                                       Duration shortest_way) {
  rtt_min_ = rtt_.add(now, std::max(now - newest.sent, milliseconds(1)));
  queue_delay_ = shortest_way - way_.add(now, shortest_way);
}

// What is always lost was carried too, as far as the queue goes.
std::optional<BitRate> BandwidthEstimator::carried(std::optional<BitRate> acked) const {
  if (!acked) return std::nullopt;
  return *acked * (1 / (1 - std::min(loss_.inherent(), most_inherent)));
}

// Bursts and gaps on the way make what arrives seem more or less than it is, never more than was
// sent.
BitRate BandwidthEstimator::proven(const AckedRate::Rates& acked) const {
  if (!acked.calm || !acked.recent) return {};
  const BitRate sent = rate_of(usage_bytes_, usage_window);
  return std::min({*acked.calm, *acked.recent, sent}) * proven_share;
}

void BandwidthEstimator::control(Instant now) {
  const AckedRate::Rates acked = acked_.rates();
  RateControl::Path path{.signal = trend_.signal(),
                         .acked = carried(acked.calm),
                         .acked_recently = carried(acked.recent),
                         .rtt = rtt_min_,
                         .queued_bytes = 0,
                         .queue_delay = queue_delay_,
                         .may_grow = !application_limited_ && loss_.may_grow(),
                         .proven = proven(acked),
                         .limited = application_limited_};
  // While the trend isn't looked at, a long queue still is.
  if (trend_from_ && now - rtt_min_ < *trend_from_ && queue_delay_ > blind_queue)
    path.signal = DelaySignal::overuse;
  // A full queue grows no more, it overflows; less arrives than is sent.
  if (queue_delay_ > blind_queue && path.acked_recently && !application_limited_ &&
      *path.acked_recently < control_.planned() * overflow)
    path.signal = DelaySignal::overuse;
  if (path.acked_recently) {
    const double held = path.acked_recently->bytes_in(rtt_min_);
    path.queued_bytes = std::max(0.0, static_cast<double>(packets_.bytes_in_flight()) - held);
  }
  if (queue_delay_ > standing_queue || path.signal == DelaySignal::overuse) queue_met_ = now;
  const BitRate before = control_.planned();
  control_.update(now, path);
  if (!reference_at_ || now - *reference_at_ > seconds(1)) {
    reference_at_ = now;
    reference_ = before;
  }
  if (control_.planned() < reference_ * drop_ratio && !application_limited_) {
    before_drop_ = reference_;
    drop_at_ = now;
    reference_ = control_.planned();
  }
}

void BandwidthEstimator::finish_probe(Instant now) {
  const auto outcome = probes_.outcome(now, loss_.inherent());
  if (!outcome) return;
  failed_probes_ = outcome->full ? std::min(failed_probes_ + 1, most_failed_probes) : 0;
  if (outcome->rate > planned() * probe_raise) quick_probes_ = most_quick_probes;
  if (!outcome->full && control_.queue_lasts(now, queue_delay_)) {
    control_.passed(now, outcome->rate);
  } else {
    control_.probed(outcome->rate, outcome->full);
  }
  if (outcome->full) {
    trend_.restart();
    trend_from_ = now;
  }
  if (!outcome->full && outcome->rate > outcome->asked * probe_success)
    probe_at(now, outcome->rate * probe_further);
}

void BandwidthEstimator::probe_at(Instant now, BitRate rate) {
  rate = std::min({rate, demand_ * (content() ? probe_room : probe_margin), config_.ceiling});
  if (rate <= planned() * least_raise || probes_.under_way()) return;
  last_probe_ = now;
  quick_probes_ = std::max(quick_probes_ - 1, 0);
  // Flows that share a path would otherwise fall into step and measure each other's probes.
  spread_ = static_cast<int64_t>(packets_sent_ * 2'654'435'761U >> 26);
  probes_.plan(now, rate);
}

void BandwidthEstimator::plan_probe(Instant now) {
  if (planned() >= demand_ * probe_room || probes_.under_way() || control_.draining()) return;
  if (!last_feedback_) return;
  const bool full = trend_.signal() != DelaySignal::normal || queue_delay_ > standing_queue;
  const bool foreign = control_.queue_is_foreign() || control_.queue_lasts(now, queue_delay_);
  if ((full || fills_path(now)) && !foreign) return;
  if (drop_at_ && now - *drop_at_ > after_drop_wait) {
    drop_at_.reset();
    probe_at(now, before_drop_ * after_drop);
    return;
  }
  const BitRate rate = planned() * probe_further;
  if (last_probe_ && now - *last_probe_ < probe_wait(rate)) return;
  probe_at(now, rate);
}

bool BandwidthEstimator::fills_path(Instant now) const {
  return config_.follows && !application_limited_ && control_.knows_capacity() && queue_met_ &&
         now - *queue_met_ < filled_for;
}

Duration BandwidthEstimator::probe_wait(BitRate rate) const {
  if (quick_probes_ > 0) return quick_interval;
  if (content()) return room_interval * (1 << failed_probes_);
  const bool audible = planned() < narrow && !control_.queue_is_foreign();
  const double cost = audible ? probe_cost / (1 << failed_probes_) : probe_cost;
  const Duration affordable =
      (planned() * cost).time_for(static_cast<double>(Probes::bytes_at(rate)));
  return std::max(probe_interval, affordable) * (64 + 2 * spread_) / 128;
}

void BandwidthEstimator::tick(Instant now) {
  check_silence(now);
  finish_probe(now);
  if (idle_probe_due() <= now) probe_at(now, planned() * probe_further);
}

Instant BandwidthEstimator::idle_probe_due() const {
  const std::optional<Instant> quiet_from = usage_at_ ? usage_at_ : demanded_at_;
  const BitRate wanted = std::min(demand_ * probe_margin, config_.ceiling);
  if (!quiet_from || probes_.under_way() || wanted <= planned() * least_raise)
    return Instant::never();
  const Instant due = *quiet_from + silence;
  return last_probe_ ? std::max(due, *last_probe_ + probe_interval) : due;
}

Instant BandwidthEstimator::next_due() const {
  Instant due = std::min(probes_.next_due(), idle_probe_due());
  if (last_feedback_ && packets_.oldest_in_flight())
    due = std::min(due, silent_step_ ? *silent_step_ + silence_step : *last_feedback_ + silence);
  return due;
}

void BandwidthEstimator::check_silence(Instant now) {
  const auto oldest = packets_.oldest_in_flight();
  if (!last_feedback_ || !oldest || now - *oldest < silence || now - *last_feedback_ < silence)
    return;
  if (silent_step_ && now - *silent_step_ < silence_step) return;
  if (!silent_step_) before_silence_ = planned();
  silent_step_ = now;
  control_.set(control_.planned() * silence_decrease);
}

// The path is back. What was lost while it was out says nothing about it now.
void BandwidthEstimator::end_silence(Instant now) {
  if (!silent_step_) return;
  silent_step_.reset();
  trend_.restart();
  acked_.restart();
  loss_.restart();
  probes_.restart();
  drop_at_.reset();
  probe_at(now, before_silence_ * after_drop);
}

}  // namespace vicino::rtc
