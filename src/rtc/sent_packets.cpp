#include "rtc/sent_packets.h"

#include <algorithm>
#include <utility>

namespace vicino::rtc {
namespace {

constexpr int64_t reference_unit_us = 64'000;
constexpr int64_t reference_range_us = reference_unit_us << 24;  // the wire holds 24 bits

}  // namespace

void SentPackets::sent(Instant now, uint16_t transport_sequence, size_t size, ProbeId probe) {
  const auto step = static_cast<uint16_t>(transport_sequence - static_cast<uint16_t>(next_));
  // Numbers that were left out take no place, but what is too old to be told apart is forgotten.
  next_ += step;
  make_room();
  const auto bytes = static_cast<uint16_t>(std::min<size_t>(size, UINT16_MAX));
  at(next_) = {now, static_cast<uint16_t>(next_), bytes, probe, State::in_flight};
  bytes_in_flight_ += bytes;
  ++next_;
}

// Room for one more entry: what was reported is only kept while there is room for it.
void SentPackets::make_room() {
  if (ring_.empty()) ring_.resize(first_capacity);
  const int64_t horizon = next_ - 0x8000;
  for (size_t i = 0; oldest_ < horizon && i < ring_.size(); ++i) drop_oldest();
  oldest_ = std::max(oldest_, horizon);
  reported_ = std::max(reported_, oldest_);
  while (oldest_ < next_ && oldest_ + static_cast<int64_t>(ring_.size()) <= next_) {
    const Entry& oldest = at(oldest_);
    const bool needed = oldest.is(oldest_) && oldest.state == State::in_flight;
    if (!needed || ring_.size() == max_packets) {
      drop_oldest();
      continue;
    }
    std::vector<Entry> larger(ring_.size() * 2);
    for (const Entry& entry : ring_) {
      if (entry.state != State::none) larger[entry.sequence & (larger.size() - 1)] = entry;
    }
    ring_ = std::move(larger);
  }
}

void SentPackets::drop_oldest() {
  Entry& entry = at(oldest_);
  if (entry.is(oldest_)) {
    if (entry.state == State::in_flight) bytes_in_flight_ -= entry.size;
    entry = {};
  }
  ++oldest_;
  reported_ = std::max(reported_, oldest_);
}

// The wire's 24 bits, unwrapped. A clock that jumps is a new one: times before and after it have
// nothing to do with each other.
Instant SentPackets::reference_time(const TransportFeedback& feedback) {
  const int64_t reference = feedback.reference_time_us % reference_range_us;
  if (!last_reference_us_) {
    clock_ = {reference};
  } else {
    int64_t step = (reference - *last_reference_us_) % reference_range_us;
    if (step > reference_range_us / 2) step -= reference_range_us;
    if (step < -reference_range_us / 2) step += reference_range_us;
    if (step > max_clock_step.us || step < -max_clock_step.us) {
      new_clock_ = true;
      clock_ = {reference};
    } else {
      clock_ = clock_ + Duration{step};
    }
  }
  last_reference_us_ = reference;
  return clock_;
}

std::span<const PacketResult> SentPackets::feedback(const TransportFeedback& feedback) {
  results_.clear();
  // Only the past can be reported: the newest number with these 16 bits that was sent.
  const int64_t newest = next_ - 1;
  const auto age = static_cast<uint16_t>(static_cast<uint16_t>(newest) - feedback.base_sequence);
  const int64_t base = newest - age;
  if (next_ == 0 || base + static_cast<int64_t>(feedback.arrivals.size()) <= oldest_) return {};
  const Instant reference = reference_time(feedback);
  const int64_t first = std::max(base, oldest_);
  const int64_t end = std::min(base + static_cast<int64_t>(feedback.arrivals.size()), next_);
  for (int64_t sequence = first; sequence < end; ++sequence) {
    Entry& entry = at(sequence);
    if (!entry.is(sequence)) continue;
    const auto& arrival = feedback.arrivals[static_cast<size_t>(sequence - base)];
    report(entry, arrival ? std::optional(reference + Duration{*arrival}) : std::nullopt);
  }
  return results_;
}

void SentPackets::report(Entry& entry, std::optional<Instant> arrived) {
  if (entry.state == State::arrived || (entry.state == State::lost && !arrived)) return;
  const bool late = entry.state == State::lost;
  if (!late) bytes_in_flight_ -= entry.size;
  entry.state = arrived ? State::arrived : State::lost;
  results_.push_back({entry.sent, arrived, entry.size, entry.probe, late});
  while (reported_ < next_) {
    const Entry& next = at(reported_);
    if (next.is(reported_) && next.state == State::in_flight) break;
    ++reported_;
  }
}

bool SentPackets::take_new_clock() {
  return std::exchange(new_clock_, false);
}

std::optional<Instant> SentPackets::oldest_in_flight() const {
  for (int64_t sequence = reported_; sequence < next_; ++sequence) {
    const Entry& entry = at(sequence);
    if (entry.is(sequence) && entry.state == State::in_flight) return entry.sent;
  }
  return std::nullopt;
}

}  // namespace vicino::rtc
