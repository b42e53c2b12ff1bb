#include "sim/media/video_receiver.h"

#include <algorithm>

namespace vicino::sim {

bool VideoReceiver::packet(Instant now, uint16_t sequence, uint32_t timestamp, bool marker,
                           Bytes payload) {
  constexpr size_t remembered = 512;
  const int64_t unwrapped = unwrapper_.unwrap(sequence);
  if (std::ranges::find(seen_, unwrapped) != seen_.end()) return false;
  seen_.push_back(unwrapped);
  if (seen_.size() > remembered) seen_.pop_front();
  if (!first_packet_) first_packet_ = now;
  last_packet_ = now;
  nacks_.received(now, sequence);
  assembler_.add(sequence, timestamp, marker, payload, {});
  while (const auto frame = assembler_.take()) complete(now, *frame);
  return true;
}

void VideoReceiver::complete(Instant now, const rtc::FrameAssembler::Frame& frame) {
  last_frame_ = now;
  if (frame.key_frame) key_needed_ = false;
  const auto stamp = Stamp::read(Bytes(frame.data).subspan(1));
  if (!stamp) return;
  delay_.complete(now, stamp->captured);
  Instant at = std::max(now, delay_.due(stamp->captured));
  if (!waiting_.empty()) at = std::max(at, waiting_.back().at);
  waiting_.push_back({at, *stamp});
}

std::vector<ShownFrame> VideoReceiver::take_shown(Instant now) {
  std::vector<ShownFrame> shown;
  while (!waiting_.empty() && waiting_.front().at <= now) {
    shown.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return shown;
}

bool VideoReceiver::wants_key_frame(Instant now) {
  if (nacks_.take_lost_sync()) key_needed_ = true;
  if (!last_packet_) return false;
  const Duration waited = now - last_frame_.value_or(*first_packet_);
  const bool stuck = waited > (last_frame_ ? patience : patience_at_start) &&
                     now - *last_packet_ < request_interval;
  if (!stuck && !key_needed_) return false;
  if (last_request_ && now - *last_request_ < request_interval) return false;
  last_request_ = now;
  return true;
}

Instant VideoReceiver::next_timeout() const {
  const Instant next = nacks_.next_due();
  return waiting_.empty() ? next : std::min(next, waiting_.front().at);
}

}  // namespace vicino::sim
