// Leaves out layers of one outgoing stream, whole frames at a time, so that what is sent can be
// decoded: higher temporal layers; and of a stream whose dependency descriptor tells of its layers,
// whatever the receiver's target doesn't need.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <span>

#include "sfu/packet.h"

namespace vicino::sfu {

class LayerFilter {
 public:
  // The highest layers to be sent. Less takes effect with the next frame, more with the next one
  // that a decoder can go on from. `frame`: the timestamp of the frame sent last, of which more may
  // come.
  void set_limit(Target highest, std::optional<uint32_t> frame);
  // A key frame begins a piece: every layer can follow.
  void restart();
  // Packets in order. One of the frame before shares its fate.
  bool passes(const MediaPacket& packet) {
    if (packet.targets.offered == 0 && everything()) return true;
    return decides(packet);
  }
  // Whether the rest of this packet's frame was left out, lately.
  bool left_out(const MediaPacket& packet) const;
  // Nothing more of the picture is sent after this packet.
  bool ends_picture(const MediaPacket& packet) const {
    return packet.marker ||
           (target_ && packet.info.ends_frame && packet.info.spatial_layer == target_->spatial);
  }
  // Another spatial layer is to be sent, and that can't begin before a key frame.
  bool waits_for_key_frame() const { return waits_; }

 private:
  bool everything() const { return current_ == Target::all && limit_.temporal == Target::all; }
  // What tells its frame from others.
  static uint32_t frame_of(const MediaPacket& packet) {
    return packet.targets.offered != 0 ? packet.numbers.frame_number : packet.numbers.timestamp;
  }
  bool decides(const MediaPacket& packet);
  bool temporal_passes(const rtc::PictureInfo& frame);
  bool target_needs(const MediaPacket& packet);
  void go_towards(Target goal, const MediaPacket& packet);
  bool may_begin(Target target, const MediaPacket& packet) const;

  Target limit_;
  std::optional<uint32_t> frame_;  // the last one seen
  bool passed_ = true;
  // Half a second of them: what comes later than that is late for everybody.
  std::array<uint32_t, 16> left_out_{};
  size_t left_out_count_ = 0;

  // Without a dependency descriptor: the highest temporal layer that can be decoded.
  uint8_t current_ = Target::all;

  // With one: what is sent, and which of the last 256 frames were.
  std::optional<Target> target_;
  std::bitset<256> sent_;
  uint16_t newest_ = 0;
  bool waits_ = false;
};

}  // namespace vicino::sfu
