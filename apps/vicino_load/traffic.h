// What publishers send: streams of frames with the shape of a camera, a shared screen or a voice,
// every packet stamped. Sans-IO; the content is noise, the descriptors in front are real, so that
// servers forward it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "rtc/peer.h"
#include "rtc/rtcp.h"
#include "stamp.h"
#include "target.h"

namespace vicino::load {

// One encoding's traffic.
struct Shape {
  Content content = Content::camera;
  uint32_t bitrate = 2'500'000;    // bits per second of RTP payload, key frames' surplus aside
  uint32_t frame_rate = 30;        // frames per second; of audio, packets
  size_t packet_size = 1100;       // RTP payload bytes at most
  uint32_t key_frame_seconds = 4;  // between key frames beside those asked for; 0: only those
  uint16_t width = 1280, height = 720;
};
inline constexpr uint32_t audio_frame_rate = 50;
inline constexpr size_t smallest_payload = 56;  // a descriptor, a frame header, a stamp

// Sizes of a frame's packets: as many as needed, as equal as can be, the way libwebrtc cuts frames.
class FrameCut {
 public:
  FrameCut(size_t frame_bytes, size_t packet_size);
  size_t packets() const { return packets_; }
  size_t size(size_t index) const { return smaller_ + (index < larger_ ? 1 : 0); }

 private:
  size_t packets_, smaller_, larger_;  // the first larger_ packets have a byte more
};

// What was negotiated for a stream, and who it is.
struct StreamSetup {
  Shape shape;
  uint32_t publisher = 0;  // for stamps
  uint8_t track = 0, encoding = 0;
  uint32_t ssrc = 0;
  std::string mid, rid;
  uint8_t payload_type = 0;
  rtc::ExtensionIds extensions;
  bool transport_cc = false;
};

// One RTP stream to the server.
class SendStream {
 public:
  // `first`: when its first frame is due.
  SendStream(StreamSetup setup, Instant first, SecureRandom& random);

  Instant due() const { return due_; }
  uint32_t ssrc() const { return setup_.ssrc; }
  const StreamSetup& setup() const { return setup_; }
  // Sends the frame that is due and says when the next one is. `measured` goes into the stamps.
  // `transport_sequence` is the connection's. A stream that is a second behind leaves frames out:
  // see left_out().
  void send_frame(Instant now, uint64_t now_ns, bool measured, uint16_t& transport_sequence,
                  rtc::Peer& peer, rtc::Outbox& out);
  void request_key_frame() { key_frame_wanted_ = true; }
  rtc::SenderReport report(uint64_t ntp) const;

  uint64_t sent() const { return counter_; }
  uint64_t measured() const { return measured_; }
  uint64_t frames() const { return frames_; }
  uint64_t key_frames() const { return key_frames_; }
  uint64_t left_out() const { return left_out_; }

 private:
  bool is_key_frame();
  size_t write_payload(MutBytes payload, bool first, bool key_frame);
  Bytes write_header(MutBytes memory, bool last, bool named, uint64_t now_ns,
                     uint16_t transport_sequence) const;
  void advance(Instant now);

  StreamSetup setup_;
  Instant due_, start_;
  uint64_t turn_ = 0;  // frames since start_, those left out included
  std::vector<uint8_t> noise_;
  uint16_t sequence_, picture_id_;
  uint32_t timestamp_base_, timestamp_ = 0;
  uint32_t counter_ = 0;
  uint64_t measured_ = 0, frames_ = 0, key_frames_ = 0, left_out_ = 0, bytes_ = 0;
  Instant last_key_frame_{};
  bool key_frame_wanted_ = true;
};

}  // namespace vicino::load
