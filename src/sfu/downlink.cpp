#include "sfu/downlink.h"

#include <algorithm>

namespace vicino::sfu {

void Downlink::feedback(Instant now, const rtc::TransportFeedback& feedback) {
  estimator_.feedback(now, feedback);
  lately_ = least_.add(now, estimator_.planned());
  pace(now);
  settle(now);
  review_loss(now);
}

void Downlink::pace(Instant now) {
  pacer_.set_rate(now, estimator_.target(), estimator_.roomy());
}

void Downlink::review_loss(Instant now) {
  if (estimator_.planned() < room_for_copies) {
    twice_until_ = {};
  } else if (estimator_.loss() > lossy) {
    twice_until_ = now + lossy_time;
  }
}

void Downlink::tick(Instant now) {
  if (estimator_.next_due() <= now) {
    estimator_.tick(now);
    pace(now);
  }
  settle(now);
}

// The first decrease says that the path was felt.
void Downlink::settle(Instant now) {
  if (settled_) return;
  settled_ = estimator_.planned() < best_ || now - made_ >= settling;
  best_ = std::max(best_, estimator_.planned());
}

bool Downlink::due(Instant now) const {
  if (!shared_at_ || allocation_.used > bandwidth() * keep_margin) return true;
  return now - *shared_at_ >= (content_ ? calm_review : review);
}

void Downlink::share(Instant now, const VoiceRates& voices, std::span<const SlotDemand> demands) {
  shared_at_ = now;
  const rtc::BitRate audio = sends_twice(now) ? voices.sent * 2 : voices.sent;
  allocation_ = allocate(now, {bandwidth(), lately_}, audio, demands, allocation_);
  allocation_.demand = allocation_.demand + voices.held_back;
  content_ = allocation_.used >= allocation_.demand;
  estimator_.set_demand(now, allocation_.demand * up_margin);
}

bool Downlink::hold(const HeldPacket& packet) {
  if (held_count_ == most_held) return false;
  if (held_count_ == held_.size()) {
    constexpr size_t fewest = 32;
    std::ranges::rotate(held_, held_.begin() + static_cast<std::ptrdiff_t>(first_held_));
    first_held_ = 0;
    held_.resize(std::max(fewest, held_.size() * 2));
  }
  held_[(first_held_ + held_count_++) % held_.size()] = packet;
  waiting_ += packet.size;
  return true;
}

const HeldPacket* Downlink::take_held(Instant now) {
  if (held_count_ == 0) return nullptr;
  const HeldPacket& packet = held_[first_held_];
  if (allowance_ == 0) allowance_ = pacer_.allowance(now, waiting_, packet.since);
  if (allowance_ == 0) return nullptr;
  allowance_ -= std::min(allowance_, packet.size);
  first_held_ = (first_held_ + 1) % held_.size();
  --held_count_;
  waiting_ -= packet.size;
  if (held_count_ == 0) allowance_ = 0;
  return &packet;
}

void Downlink::drop_held(const Slot& slot) {
  for (size_t i = 0; i < held_count_; ++i) {
    HeldPacket& packet = held_[(first_held_ + i) % held_.size()];
    if (packet.slot == &slot) packet.slot = nullptr;
  }
}

Instant Downlink::next_due(Instant now) const {
  Instant due = probe_ ? probe_->next : Instant::never();
  if (held_count_ > 0) due = std::min(due, pacer_.next(now, waiting_, held_[first_held_].since));
  return due;
}

bool Downlink::may_repeat(Instant now, size_t bytes) {
  constexpr double least_burst = 3000;
  const rtc::BitRate share = estimator_.planned() * repeated_share;
  repeated_ = std::max(0.0, repeated_ - share.bytes_in(now - repeated_at_));
  repeated_at_ = now;
  if (repeated_ > std::max(share.bytes_in(repeated_burst), least_burst)) return false;
  repeated_ += static_cast<double>(bytes);
  return true;
}

size_t Downlink::probe_due(Instant now) {
  if (const auto plan = estimator_.take_probe()) probe_ = Probe{*plan, now, now};
  if (!probe_ || now < probe_->next) return 0;
  if (now >= probe_->plan.expires) {
    probe_.reset();
    return 0;
  }
  const double should = probe_->plan.rate.bytes_in(now - probe_->start + probe_step);
  probe_->next = now + probe_step;
  const size_t most = std::min(static_cast<size_t>(should), probe_->plan.bytes);
  return most - std::min(most, probe_->sent);
}

void Downlink::probed(size_t bytes) {
  probe_->sent += bytes;
  if (probe_->sent >= probe_->plan.bytes) probe_.reset();
}

}  // namespace vicino::sfu
