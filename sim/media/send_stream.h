// One RTP stream that leaves a client: cuts frames into VP8 packets, numbers them, and keeps them
// for retransmission.
#pragma once

#include <deque>
#include <string>

#include "sim/media/stamp.h"
#include "sim/media/video_encoder.h"

namespace vicino::sim {

struct StreamSetup {
  uint32_t ssrc = 0, rtx_ssrc = 0;
  uint8_t payload_type = 0, rtx_payload_type = 0;
  std::string mid, rid;
  uint32_t clock = 90'000;
};

struct MediaPacket {
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  bool marker = false;
  Buffer payload;
  Instant repaired{INT64_MIN / 2};  // last
};

class SendStream {
 public:
  SendStream(StreamSetup setup, uint64_t seed);

  // A frame in as many packets as it takes, equal in size.
  std::vector<MediaPacket> cut(const EncodedFrame& frame, const Stamp& stamp);
  MediaPacket voice(size_t bytes, const Stamp& stamp);
  // What was sent, to be found again.
  void keep(MediaPacket packet);
  // Null, too, for what was repaired less than a round trip ago: that one is still on its way.
  const MediaPacket* take_repair(Instant now, uint16_t sequence, Duration round_trip);
  // The largest of the last packets sent that isn't over `size`: what probes repeat.
  const MediaPacket* recent(size_t size) const;

  const StreamSetup& setup() const { return setup_; }
  uint16_t take_rtx_sequence() { return rtx_sequence_++; }
  uint32_t timestamp_at(Instant captured) const;
  uint32_t packets() const { return packets_; }
  uint32_t bytes() const { return bytes_; }

 private:
  static constexpr size_t history = 600;       // packets, as libwebrtc
  static constexpr size_t descriptor = 6;      // VP8, with picture id, TL0PICIDX and TID
  static constexpr size_t packet_size = 1100;  // of payload

  StreamSetup setup_;
  uint16_t sequence_, rtx_sequence_, picture_id_;
  uint32_t timestamp_base_;
  uint8_t tl0_ = 0;
  uint32_t packets_ = 0, bytes_ = 0;
  std::deque<MediaPacket> kept_;
};

}  // namespace vicino::sim
