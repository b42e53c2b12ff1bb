#include "sfu/layer_filter.h"

#include <algorithm>

namespace vicino::sfu {

void LayerFilter::set_limit(Target highest, std::optional<uint32_t> frame) {
  // While everything passes, frames aren't looked at.
  if (everything() && !target_) {
    frame_ = frame;
    passed_ = true;
  }
  limit_ = highest;
}

void LayerFilter::restart() {
  current_ = limit_.temporal;
  frame_.reset();
  left_out_count_ = 0;  // another layer's frames have the same timestamps
  target_.reset();
  sent_.reset();
  waits_ = false;
}

bool LayerFilter::left_out(const MediaPacket& packet) const {
  const auto known = std::span(left_out_).first(std::min(left_out_count_, left_out_.size()));
  return std::ranges::find(known, frame_of(packet)) != known.end();
}

bool LayerFilter::decides(const MediaPacket& packet) {
  const uint32_t frame = frame_of(packet);
  if (packet.payload.empty() || frame_ == frame) return passed_;
  frame_ = frame;
  passed_ = packet.targets.offered != 0 ? target_needs(packet) : temporal_passes(packet.info);
  if (!passed_) left_out_[left_out_count_++ % left_out_.size()] = frame;
  return passed_;
}

bool LayerFilter::temporal_passes(const rtc::PictureInfo& frame) {
  current_ = std::min(current_, limit_.temporal);
  const uint8_t layer = frame.temporal_layer;
  if (frame.key_frame) {
    current_ = limit_.temporal;
  } else if (frame.layer_sync && layer > current_ && layer <= limit_.temporal) {
    current_ = layer;
  }
  return layer <= current_;
}

bool LayerFilter::target_needs(const MediaPacket& packet) {
  const uint16_t frame = packet.numbers.frame_number;
  const auto ahead = static_cast<int16_t>(static_cast<uint16_t>(frame - newest_));
  for (int i = 1; i <= std::min<int>(ahead, static_cast<int>(sent_.size())); ++i)
    sent_.reset(static_cast<uint16_t>(newest_ + i) % sent_.size());
  if (ahead > 0 || !target_) newest_ = frame;
  const auto goal = packet.targets.best_within(limit_);
  if (!goal) return false;
  if (packet.starts_decoding(rtc::MediaKind::video)) {
    target_ = goal;
    waits_ = false;
  } else if (target_) {
    go_towards(*goal, packet);
  }
  const bool needed = target_ && (packet.targets.needed & bit_of(*target_)) != 0;
  sent_.set(frame % sent_.size(), needed);
  return needed;
}

// At a frame that a target can be begun with. Until a smaller picture can be, there are fewer of
// the larger one.
void LayerFilter::go_towards(Target goal, const MediaPacket& packet) {
  if (may_begin(goal, packet)) target_ = goal;
  if (target_->spatial == goal.spatial) {
    waits_ = false;
    return;
  }
  const uint8_t temporal = goal.spatial < target_->spatial ? uint8_t{0} : goal.temporal;
  const auto meanwhile = packet.targets.best_within({target_->spatial, temporal});
  if (meanwhile && may_begin(*meanwhile, packet)) target_ = meanwhile;
  // A larger picture begins with a key frame; a smaller one too, if it doesn't with a frame that it
  // could begin with.
  waits_ =
      waits_ || goal.spatial > target_->spatial || (packet.targets.switching & bit_of(goal)) != 0;
}

// Where the frame says so, or where it is the next of a smaller picture's whose frames were all
// sent for the larger one.
bool LayerFilter::may_begin(Target target, const MediaPacket& packet) const {
  const bool smaller = target.spatial < target_->spatial &&
                       (packet.targets.needed & bit_of({target.spatial, 0})) != 0;
  if ((packet.targets.switching & bit_of(target)) == 0 && !smaller) return false;
  const uint8_t distance = packet.targets.chain[target.spatial];
  const auto before = static_cast<uint16_t>(packet.numbers.frame_number - distance);
  return distance == 0 || sent_.test(before % sent_.size());
}

}  // namespace vicino::sfu
