// RTP payload formats: VP8 (RFC 7741), VP9 (RFC 9628), AV1 (AOM "RTP Payload Format For AV1" 1.0),
// H.264 (RFC 6184), Opus (RFC 7587). The SFU reads and rewrites descriptors (describe,
// rewrite_picture); the native client packetises and reassembles whole frames. The frame itself is
// ciphertext behind a constant shim (sframe/shim.h): nothing here looks further than needed to see
// frame boundaries and key frames.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "rtc/media.h"
#include "rtc/rtp.h"

namespace vicino::rtc {

// What a forwarder needs to know of one packet.
struct PictureInfo {
  // The packet begins a frame that needs no other one (of its spatial layer). H.264: it holds a
  // sequence parameter set, which every WebRTC sender puts in front of its key frames.
  bool key_frame = false;
  // The packet begins a frame. AV1 without dependency descriptor and H.264 can't tell for sure:
  // there it means that it may, and the packet after a marker does.
  bool begins_frame = false;
  // The descriptor says that the packet ends a frame (VP9, AV1 with dependency descriptor, Opus).
  // Elsewhere only the marker bit tells; of layered VP9 and AV1 the marker ends the whole picture.
  bool ends_frame = false;
  uint8_t spatial_layer = 0;
  uint8_t temporal_layer = 0;
  // A receiver that got lower temporal layers only can go on with this one (VP8: Y, VP9: U).
  bool layer_sync = false;
  std::optional<uint16_t> picture_id;  // 7 or 15 bits as sent
  bool picture_id_15_bits = false;
  std::optional<uint8_t> tl0_picture_index;
};
// Reads the payload descriptor. `dependency_descriptor`: the extension's value or empty; for AV1 it
// decides when present. Errors: truncated, malformed, unsupported (H.264 packets of interleaved
// mode).
Result<PictureInfo> describe(Codec codec, Bytes payload, Bytes dependency_descriptor);

// Rewrites picture id and TL0PICIDX in place (VP8, VP9), where describe() found them; sizes never
// change. A 7-bit id takes the low bits. Nothing to do for other codecs.
void rewrite_picture(Codec codec, MutBytes payload, const PictureInfo& as_sent, uint16_t picture_id,
                     uint8_t tl0_picture_index);

// Dependency descriptor: mandatory fields (AV1 RTP A.8.3).
struct DependencyFields {
  bool start_of_frame;
  bool end_of_frame;
  uint8_t template_id;
  uint16_t frame_number;
  bool has_structure;  // an extended descriptor with a template structure: only key frames carry it
};
std::optional<DependencyFields> read_dependency_fields(Bytes value);
void rewrite_frame_number(MutBytes value, uint16_t frame_number);

// Cuts one encoded frame (shim and all) into payloads of at most `max_payload` bytes. Keeps the
// running picture id.
class Packetizer {
 public:
  static constexpr size_t min_payload = 32;  // room for every descriptor and some content

  // `max_payload` below min_payload is a bug of the caller.
  Packetizer(Codec codec, size_t max_payload, uint16_t first_picture_id);
  // Calls `emit(payload, last)` in order; payload memory is valid during the call. Nothing is
  // emitted on an error. Errors: malformed (empty; H.264, AV1 frames that aren't in their
  // byte-stream form), too_large.
  Status packetize(Bytes frame, bool key_frame,
                   const std::function<void(Bytes payload, bool last)>& emit);

 private:
  Codec codec_;
  size_t max_payload_;
  uint16_t picture_id_;
  Buffer scratch_;
};

// Puts frames together again from packets in any order within a window of 512; bounded memory.
// Frames come out complete and in order; a frame that can't be completed is skipped when a later
// key frame is complete. Audio waits for a missing packet until `audio_patience` later ones have
// come.
class FrameAssembler {
 public:
  explicit FrameAssembler(Codec codec) : codec_(codec) {}
  struct Frame {
    Buffer data;
    uint32_t timestamp;
    bool key_frame;
  };
  void add(uint16_t sequence, uint32_t timestamp, bool marker, Bytes payload,
           Bytes dependency_descriptor);
  // Call until nullopt after each add().
  std::optional<Frame> take();

 private:
  static constexpr int64_t window = 512;
  static constexpr int64_t audio_patience =
      5;  // 100 ms of Opus: more delays what follows, less drops late packets

  struct Packet {
    uint32_t timestamp;
    bool ends_frame;
    PictureInfo info;
    Buffer payload;  // empty: padding, which belongs to no frame
  };
  using Packets = std::map<int64_t, Packet>;

  void pass_padding();
  std::optional<Packets::iterator> end_of_frame(Packets::iterator first);
  std::optional<Packets::iterator> next_key_frame();
  std::optional<Frame> assemble(Packets::iterator first, Packets::iterator last);

  Codec codec_;
  SequenceUnwrapper unwrapper_;
  Packets packets_;
  std::optional<int64_t> newest_;
  std::optional<int64_t> next_;  // first sequence number not yet given out
  bool broken_ = false;          // the frame at next_ can't be put together
};

}  // namespace vicino::rtc
