// Leaves out the higher temporal layers of one outgoing stream, whole frames at a time, so that
// what is sent can be decoded.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "sfu/packet.h"

namespace vicino::sfu {

class TemporalFilter {
 public:
  static constexpr uint8_t all = UINT8_MAX;

  // The highest layer to be sent. Less takes effect with the next frame, more with the next one
  // that a decoder can go on from. `frame`: the timestamp of the frame sent last, of which more may
  // come.
  void set_limit(uint8_t highest, std::optional<uint32_t> frame) {
    // While everything passes, frames aren't looked at.
    if (everything()) {
      frame_ = frame;
      passed_ = true;
    }
    limit_ = highest;
  }
  // A key frame begins a piece: every layer can follow.
  void restart() {
    current_ = limit_;
    frame_.reset();
    count_ = 0;  // another layer's frames have the same timestamps
  }
  // Packets in order. One of the frame before shares its fate.
  bool passes(const MediaPacket& packet) {
    if (everything()) return true;
    if (packet.payload.empty() || frame_ == packet.numbers.timestamp) return passed_;
    frame_ = packet.numbers.timestamp;
    current_ = std::min(current_, limit_);
    const uint8_t layer = packet.info.temporal_layer;
    if (packet.info.key_frame) {
      current_ = limit_;
    } else if (packet.info.layer_sync && layer > current_ && layer <= limit_) {
      current_ = layer;
    }
    passed_ = layer <= current_;
    if (!passed_) left_out_[count_++ % left_out_.size()] = packet.numbers.timestamp;
    return passed_;
  }
  // Whether the rest of the frame with this timestamp was left out, lately.
  bool left_out(uint32_t timestamp) const {
    const auto known = std::span(left_out_).first(std::min(count_, left_out_.size()));
    return std::ranges::find(known, timestamp) != known.end();
  }

 private:
  bool everything() const { return current_ == all && limit_ == all; }

  uint8_t limit_ = all;
  uint8_t current_ = all;          // the highest that can be decoded
  std::optional<uint32_t> frame_;  // timestamp of the last frame seen
  bool passed_ = true;
  // Half a second of them: what comes later than that is late for everybody.
  std::array<uint32_t, 16> left_out_{};
  size_t count_ = 0;
};

}  // namespace vicino::sfu
