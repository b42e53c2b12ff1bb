#include "sim/call/tcp_flow.h"

#include <algorithm>

namespace vicino::sim {

size_t TcpFlow::take_packets(Instant now) {
  if (next_ == 0 && now < next_timeout_) return 0;
  while (!acks_.empty() && acks_.front().at <= now) {
    acknowledge(now, acks_.front().number);
    acks_.pop_front();
  }
  if (!unacknowledged_.empty() && now >= next_timeout_) {
    threshold_ = std::max(window_ / 2, 2.0);
    window_ = 1;
    unacknowledged_.clear();
    recover_ = next_;
  }
  const size_t before = unacknowledged_.size();
  while (static_cast<double>(unacknowledged_.size()) < window_)
    unacknowledged_.push_back({next_++, now});
  const size_t fresh = unacknowledged_.size() - before;
  if (fresh > 0) next_timeout_ = now + std::max(round_trip_ * 3, least_timeout);
  return fresh;
}

void TcpFlow::arrived(Instant now, uint64_t number) {
  acks_.push_back({now + ack_delay_, number});
}

void TcpFlow::acknowledge(Instant now, uint64_t number) {
  const auto sent = std::ranges::find(unacknowledged_, number, &Sent::number);
  if (sent == unacknowledged_.end()) return;
  round_trip_ = (round_trip_ * 7 + (now - sent->at)) / 8;
  unacknowledged_.erase(sent);
  window_ += window_ < threshold_ ? 1 : 1 / window_;
  next_timeout_ = now + std::max(round_trip_ * 3, least_timeout);
  while (!unacknowledged_.empty() && unacknowledged_.front().number + reordering < number)
    lose(unacknowledged_.front().number);
}

void TcpFlow::lose(uint64_t number) {
  unacknowledged_.pop_front();
  if (number < recover_) return;
  recover_ = next_;
  threshold_ = window_ = std::max(window_ / 2, 2.0);
}

Instant TcpFlow::next_timeout() const {
  return acks_.empty() ? next_timeout_ : std::min(next_timeout_, acks_.front().at);
}

}  // namespace vicino::sim
