#include "sim/media/audio_receiver.h"

#include <algorithm>

#include "sim/media/voice.h"

namespace vicino::sim {

void AudioReceiver::packet(Instant now, const Stamp& stamp) {
  if (last_packet_ && stamp.publisher != last_.publisher) *this = AudioReceiver();
  last_packet_ = now;
  last_.publisher = stamp.publisher;
  for (uint32_t back = std::min<uint32_t>(stamp.copies, stamp.number) + 1; back-- > 0;) {
    Stamp frame = stamp;
    frame.number -= back;
    frame.captured = stamp.captured - voice_frame * static_cast<int64_t>(back);
    put(now, frame, back > 0);
  }
}

void AudioReceiver::put(Instant now, const Stamp& stamp, bool repeated) {
  if (!turn_) {
    next_ = stamp.number;
    turn_ = now + voice_frame;
  }
  const bool known = stamp.number < next_ || buffer_.contains(stamp.number);
  // How late packets are counts even when they are too late.
  if (!known || !repeated) delay_.complete(now, stamp.captured);
  if (known) return;
  buffer_.emplace(stamp.number, stamp);
  if (buffer_.size() > most_buffered) {
    buffer_.erase(buffer_.begin());
    next_ = buffer_.begin()->first;
  }
}

std::vector<Played> AudioReceiver::take_played(Instant now) {
  std::vector<Played> played;
  while (turn_ && *turn_ <= now) {
    if (buffer_.empty() && *turn_ - *last_packet_ > given_up) {
      turn_.reset();
    } else {
      played.push_back(play(*turn_));
    }
  }
  return played;
}

// A gap with something behind it is as long as what is missing. At the end of the buffer it is as
// long as it takes: what comes then is played, whether it was late or comes after what is lost.
Played AudioReceiver::play(Instant now) {
  const auto first = buffer_.begin();
  if (first == buffer_.end() || first->first - next_ > stalled_) {
    Played concealed{now, last_, true};
    concealed.stamp.number = next_;
    turn_ = now + voice_frame;
    first == buffer_.end() ? ++stalled_ : ++next_;
    return concealed;
  }
  last_ = first->second;
  next_ = last_.number + 1;
  stalled_ = 0;
  buffer_.erase(first);
  const Duration behind = now - delay_.due(last_.captured);
  turn_ = now + (behind > voice_frame ? hurried : voice_frame);
  return {now, last_, false};
}

}  // namespace vicino::sim
