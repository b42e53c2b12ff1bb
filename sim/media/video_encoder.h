// A video encoder's frames without their pictures: sizes that follow a target rate the way
// libwebrtc's VP8 encoder does it, in simulcast layers with three temporal layers each.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "rtc/bit_rate.h"

namespace vicino::sim {

// A simulcast layer. From `least` on it is sent; what goes beyond `most` is left to larger ones.
struct VideoLayer {
  std::string rid;  // "" without simulcast
  uint16_t width = 0, height = 0;
  rtc::BitRate least, most;
};

struct VideoSettings {
  std::vector<VideoLayer> layers;  // smallest first
  int frame_rate = 30;
};

// What the web app sends of a camera (web/src/call/peer.ts); `least` as libwebrtc has it.
VideoSettings camera();
// One picture that takes whatever there is, up to `most`.
VideoSettings adaptive(rtc::BitRate most);

struct EncodedFrame {
  size_t layer;
  size_t bytes;
  bool key;
  uint8_t temporal;  // 0 to 2; nothing refers to 2
  bool sync;         // refers to temporal layer 0 only
};

class VideoEncoder {
 public:
  VideoEncoder(VideoSettings settings, uint64_t seed, Instant first);

  // For all layers together, of frames without any headers. Layers that don't get their `least`
  // stop, the largest first; the smallest stops, too, when there isn't half of it.
  void set_rate(rtc::BitRate rate);
  // Layers that nobody gets take nothing.
  void set_watched(size_t layer, bool watched) { layers_[layer].watched = watched; }
  void request_key_frame(size_t layer) { layers_[layer].key_wanted = true; }
  Instant next_frame() const { return next_; }
  // The frames of all layers of the picture that is due now.
  std::vector<EncodedFrame> encode();
  // Leaves it out instead.
  void skip();

  const VideoSettings& settings() const { return settings_; }
  rtc::BitRate rate_of_layer(size_t layer) const { return layers_[layer].rate; }
  rtc::BitRate most() const;  // of all watched layers together

 private:
  // A key frame is so much larger than the average; what it costs is taken from the frames after
  // it, of each at most the share.
  static constexpr double key_frame_size = 5, repaid_of_a_frame = 0.3;
  // Beyond so much debt frames are left out, as encoders do that may not overshoot.
  static constexpr double most_debt_frames = 10;
  // Frames differ by up to so much either way.
  static constexpr double noise = 0.2;
  static constexpr size_t smallest_frame = 64;

  struct State {
    bool watched = true;
    rtc::BitRate rate{};
    bool key_wanted = true;
    int position = 0;  // in the temporal pattern
    double debt = 0;   // bytes over the rate
  };
  void encode_layer(size_t index, std::vector<EncodedFrame>& out);

  VideoSettings settings_;
  std::vector<State> layers_;
  SeededRandom random_;
  Instant first_, next_;
  int64_t pictures_ = 0;
};

}  // namespace vicino::sim
