#include "rtc/probes.h"

#include <algorithm>

namespace vicino::rtc {

size_t Probes::bytes_at(BitRate rate) {
  return std::max(static_cast<size_t>(rate.bytes_in(length)), packets * smallest_packet);
}

void Probes::plan(Instant now, BitRate rate) {
  if (current_) return;
  const size_t bytes = bytes_at(rate);
  current_ =
      Cluster{.plan = {.id = next_id_++,
                       .rate = rate,
                       .bytes = bytes,
                       .packet_size = std::clamp(bytes / packets, smallest_packet, largest_packet),
                       .expires = now + to_send}};
  if (next_id_ == 0) next_id_ = 1;
}

std::optional<ProbePlan> Probes::take_plan() {
  if (!current_ || current_->taken) return std::nullopt;
  current_->taken = true;
  return current_->plan;
}

void Probes::sent(Instant now, ProbeId id, size_t bytes) {
  if (!current_ || current_->plan.id != id) return;
  ++current_->sent_packets;
  current_->sent_bytes += bytes;
  current_->last_sent = now;
}

void Probes::result(const PacketResult& result) {
  if (!current_ || current_->plan.id != result.probe) return;
  Cluster& c = *current_;
  if (!result.late) ++c.reported;
  if (!result.arrived) return;
  const Edge edge{result.sent, *result.arrived, result.size};
  if (c.arrived == 0) c.first = c.last = edge, c.earliest = c.latest = *result.arrived;
  if (result.sent < c.first.sent) c.first = edge;
  if (result.sent >= c.last.sent) c.last = edge;
  c.earliest = std::min(c.earliest, *result.arrived);
  c.latest = std::max(c.latest, *result.arrived);
  ++c.arrived;
  c.arrived_bytes += result.size;
}

std::optional<Probes::Outcome> Probes::outcome(Instant now, double usual_loss) {
  if (!current_) return std::nullopt;
  Cluster& c = *current_;
  const bool all = c.sent_bytes >= c.plan.bytes && c.reported >= c.sent_packets;
  if (!all && now < next_due()) return std::nullopt;
  const auto outcome = measure(c, usual_loss);
  current_.reset();
  return outcome;
}

Instant Probes::next_due() const {
  if (!current_) return Instant::never();
  return (current_->sent_packets > 0 ? current_->last_sent : current_->plan.expires) + patience;
}

// The rate between the first and the last packet: the last one's bytes aren't part of the time in
// which they were sent, nor the first one's of the time in which they came.
std::optional<Probes::Outcome> Probes::measure(const Cluster& c, double usual_loss) const {
  if (c.arrived < 3) return std::nullopt;
  const double usual = std::clamp(1 - usual_loss, 0.5, 1.0);
  if (static_cast<double>(c.arrived) < static_cast<double>(c.sent_packets) * usual * enough ||
      static_cast<double>(c.sent_bytes) < static_cast<double>(c.plan.bytes) * enough)
    return std::nullopt;
  const Duration sending = c.last.sent - c.first.sent;
  const Duration arriving = c.latest - c.earliest;
  if (sending <= Duration{} || arriving <= Duration{} || arriving > patience) return std::nullopt;
  // What was lost is added where that much is usually lost; more was lost because it was too much.
  const double bytes = static_cast<double>(c.arrived_bytes) / usual;
  const BitRate out = rate_of(bytes - static_cast<double>(c.last.size), sending);
  const BitRate in = rate_of(bytes - static_cast<double>(c.first.size), arriving);
  if (in > out * squeezed) return std::nullopt;
  if (in < out * full_ratio) return Outcome{in * full_share, true, c.plan.rate};
  return Outcome{std::min({in, out, c.plan.rate}), false, c.plan.rate};
}

}  // namespace vicino::rtc
