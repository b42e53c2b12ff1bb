// For tests: a camera as Chromium 156 sends it in VP9 or AV1, mode L3T3_KEY, with the dependency
// descriptors that it wrote.
#pragma once

#include "base/encoding.h"
#include "sfu/room_fixture.h"

namespace vicino::sfu {

// What follows the mandatory fields in the first packet of a key picture: nine decode targets,
// three chains, layers of 320x180, 640x360 and 1280x720.
inline const Buffer structure_l3t3_key =
    from_hex(
        "80081485214eaaaaa8000600004000100002aa80a8000600004000100002a000a800060000400016d549"
        "241b5524906d54923157e001974ca864330e222396eca8655304224390eca87753013f00b3027f016704"
        "ff02cf")
        .value();

class LayeredCamera {
 public:
  explicit LayeredCamera(uint32_t ssrc) : stream{"cam", "", ssrc, ssrc + 1, vp9_in} {}

  // The packets of the next picture: of each layer that is made so many bytes of payload, which
  // begins with the layer's number.
  std::vector<Buffer> picture(bool key, std::array<size_t, 3> bytes = {100, 300, 900}) {
    constexpr uint8_t temporal_layers[] = {0, 2, 1, 2};
    // Of a layer's templates: that of a key picture, then those of the pattern's pictures.
    constexpr uint8_t first_templates[] = {0, 5, 10}, within_layer[] = {1, 3, 2, 4};
    if (key) pictures_ = 0;
    const size_t place = pictures_++ % 4;
    std::vector<Buffer> packets;
    for (uint8_t s = 0; s < layers; ++s) {
      const auto id = static_cast<uint8_t>(first_templates[s] + (key ? 0 : within_layer[place]));
      const bool last_layer = s + 1 == layers;
      for (size_t left = bytes[s]; left > 0;) {
        const size_t size = std::min<size_t>(left, 1100);
        const bool begins = left == bytes[s], ends = size == left;
        left -= size;
        Buffer descriptor(3);
        descriptor[0] = static_cast<uint8_t>((begins ? 0x80 : 0) | (ends ? 0x40 : 0) | id);
        store16(&descriptor[1], frame_number);
        if (key && s == 0 && begins) append_structure(descriptor);
        Buffer payload = {
            static_cast<uint8_t>(0xa0 | (key ? 0 : 0x40) | (begins ? 8 : 0) | (ends ? 4 : 0)),
            static_cast<uint8_t>(0x80 | stream.picture_id >> 8),
            static_cast<uint8_t>(stream.picture_id),
            static_cast<uint8_t>(temporal_layers[place] << 5 | s << 1 | (key && s > 0 ? 1 : 0)),
            stream.tl0};
        payload.insert(payload.end(), size, s);
        packets.push_back(stream.packet(payload, ends && last_layer, {}, false, descriptor));
        ++stream.sequence;
      }
      ++frame_number;
    }
    stream.picture_id = (stream.picture_id + 1) & 0x7fff;
    stream.timestamp += 3000;
    return packets;
  }
  // Which layer a packet is of that came out of the room.
  static int layer_of(const RtpOut& packet) { return packet.payload.at(5); }

  Stream stream;
  uint8_t layers = 3;  // that are made
  uint16_t frame_number = 65'530;

 private:
  // Named with it are the decode targets that there are, three of each layer.
  void append_structure(Buffer& descriptor) const {
    descriptor.insert(descriptor.end(), structure_l3t3_key.begin(), structure_l3t3_key.end());
    if (layers == 3) return;
    descriptor[3] |= 0x40;
    const unsigned active = (1u << 3 * layers) - 1;
    descriptor.push_back(static_cast<uint8_t>(active >> 1));
    descriptor.push_back(static_cast<uint8_t>(active << 7));
  }

  size_t pictures_ = 0;
};

}  // namespace vicino::sfu
