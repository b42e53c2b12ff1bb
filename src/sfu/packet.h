// One media packet between its arrival and its leaving, without the headers that differ per
// receiver.
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "rtc/media.h"
#include "rtc/payload.h"
#include "sfu/layered_stream.h"

namespace vicino::sfu {

// What numbers a packet within its stream. A stream that lacks one of the last three counts it as
// 0.
struct PacketNumbers {
  int64_t sequence = 0;  // extended: doesn't wrap
  uint32_t timestamp = 0;
  uint16_t picture_id = 0;        // VP8, VP9: 7 or 15 bits
  uint8_t tl0_picture_index = 0;  // VP8, VP9
  uint16_t frame_number = 0;      // dependency descriptor
  friend bool operator==(const PacketNumbers&, const PacketNumbers&) = default;
};

// Views into memory that outlives the call it is passed to. The payload is the sender's ciphertext
// behind a descriptor in the clear; only the descriptor is ever rewritten, in place.
struct MediaPacket {
  const rtc::CodecMapping* codec = nullptr;  // of the publisher's m-line
  bool marker = false;
  PacketNumbers numbers;
  rtc::PictureInfo info;
  FrameTargets targets;
  Bytes audio_level;  // extension values; empty when absent
  MutBytes dependency_descriptor;
  MutBytes payload;  // empty: padding only
  // Bytes of RTP padding in the memory behind the payload, put there by this side.
  uint8_t padding = 0;

  // A decoder can start here.
  bool starts_decoding(rtc::MediaKind kind) const {
    if (payload.empty()) return false;
    return kind == rtc::MediaKind::audio || (info.key_frame && info.spatial_layer == 0);
  }
};

constexpr int64_t clock_rate(rtc::MediaKind kind) {  // RTP timestamp units per second
  return kind == rtc::MediaKind::audio ? 48'000 : 90'000;
}

}  // namespace vicino::sfu
