// One published track of the native client: a clip played in a loop, sealed frame by frame,
// packetised, kept a while for retransmission.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "base/random.h"
#include "base/time.h"
#include "media_file.h"
#include "rtc/payload.h"
#include "rtc/peer.h"
#include "rtc/rtcp.h"

namespace vicino::cli {

// Seals one encoded frame end to end. Errors: unknown_key (no key yet), exhausted (no more
// counters), bad_state (muted); the frame isn't sent.
using SealFrame = std::function<Result<Buffer>(rtc::Codec codec, bool key_frame, Bytes frame)>;

class OutgoingTrack {
 public:
  // `section` as negotiated (direction send). `clip` must outlive the track.
  OutgoingTrack(rtc::MediaSection section, const MediaClip& clip, SecureRandom& random,
                Instant now);

  // The clip's first frame is due now: the path is up.
  void start(Instant now);
  // Sends every frame that is due. Frames wait in time, not in a queue: a late call skips none but
  // sends them at once.
  void send_due(Instant now, const SealFrame& seal, rtc::Peer& peer, rtc::Outbox& out);
  Instant next_due() const { return next_frame_; }

  void retransmit(const rtc::Nack& nack, rtc::Peer& peer, rtc::Outbox& out);
  // The next frame sent will be a key frame of the clip.
  void request_key_frame() { key_frame_wanted_ = true; }
  // While nobody watches no frame is sent; it goes on with a key frame.
  void set_watched(bool watched);
  rtc::SenderReport report(Instant now, WallTime wall) const;

  const std::string& mid() const { return section_.mid; }
  uint32_t ssrc() const { return section_.ssrc; }
  uint64_t frames_sent() const { return frames_sent_; }

 private:
  struct Sent {
    uint16_t sequence;
    bool marker;
    uint32_t timestamp;
    Buffer payload;
  };
  void send_frame(const MediaFrame& frame, const SealFrame& seal, rtc::Peer& peer,
                  rtc::Outbox& out);
  void send_packet(const Sent& packet, uint32_t ssrc, uint8_t payload_type, uint16_t sequence,
                   Bytes payload, rtc::Peer& peer, rtc::Outbox& out);
  uint32_t clock_rate() const { return clip_.codec == rtc::Codec::opus ? 48'000 : 90'000; }

  rtc::MediaSection section_;
  std::optional<rtc::CodecMapping> mapping_;  // nullopt: the server doesn't take this codec
  const MediaClip& clip_;
  rtc::Packetizer packetizer_;
  std::deque<Sent> history_;
  Instant start_;
  Instant next_frame_;
  size_t position_ = 0;
  bool key_frame_wanted_ = true;
  bool watched_ = true;
  uint16_t sequence_;
  uint16_t rtx_sequence_;
  uint32_t first_timestamp_;
  uint32_t timestamp_;
  uint64_t frames_sent_ = 0;
  uint32_t packets_sent_ = 0;
  uint32_t bytes_sent_ = 0;
};

}  // namespace vicino::cli
