#include "sim/media/video_encoder.h"

#include <algorithm>
#include <array>

namespace vicino::sim {
namespace {

using rtc::BitRate;
constexpr auto kbps = rtc::kilobits_per_second;

// Three temporal layers, of 40, 20 and 40 % of the rate, as libwebrtc has them.
struct Position {
  uint8_t temporal;
  bool sync;
  double size;  // of an average frame
};
constexpr std::array<Position, 4> pattern = {
    {{0, false, 1.6}, {2, true, 0.8}, {1, true, 0.8}, {2, false, 0.8}}};

}  // namespace

VideoSettings camera() {
  return {.layers = {{"q", 320, 180, kbps(30), kbps(150)},
                     {"h", 640, 360, kbps(150), kbps(500)},
                     {"f", 1280, 720, kbps(600), kbps(1700)}}};
}

VideoSettings adaptive(BitRate most) {
  return {.layers = {{"", 1280, 720, kbps(30), most}}};
}

VideoEncoder::VideoEncoder(VideoSettings settings, uint64_t seed, Instant first)
    : settings_(std::move(settings)),
      layers_(settings_.layers.size()),
      random_(seed),
      first_(first),
      next_(first) {}

BitRate VideoEncoder::most() const {
  BitRate all;
  for (size_t i = 0; i < layers_.size(); ++i)
    if (layers_[i].watched) all = all + settings_.layers[i].most;
  return all;
}

void VideoEncoder::set_rate(BitRate rate) {
  bool fits = true;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const VideoLayer& layer = settings_.layers[i];
    State& state = layers_[i];
    const BitRate before = std::exchange(state.rate, {});
    if (!state.watched) continue;
    fits = fits && rate >= (i == 0 ? layer.least * 0.5 : layer.least);
    if (!fits) continue;
    if (before.bps == 0) state = {};
    state.rate = std::min(rate, layer.most);
    rate = rate - state.rate;
  }
}

std::vector<EncodedFrame> VideoEncoder::encode() {
  std::vector<EncodedFrame> frames;
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (layers_[i].rate.bps > 0) encode_layer(i, frames);
  }
  skip();
  return frames;
}

void VideoEncoder::skip() {
  ++pictures_;
  next_ = first_ + microseconds(pictures_ * 1'000'000 / settings_.frame_rate);
}

void VideoEncoder::encode_layer(size_t index, std::vector<EncodedFrame>& out) {
  State& layer = layers_[index];
  const double even = layer.rate.bytes_in(seconds(1)) / settings_.frame_rate;
  layer.debt -= even;
  const double varied = 1 + noise * (static_cast<double>(random_.next() % 2001) / 1000 - 1);
  const bool key = std::exchange(layer.key_wanted, false);
  if (!key && layer.debt > even * most_debt_frames) return;
  if (key) layer.position = 0;
  const Position& at = pattern[static_cast<size_t>(layer.position)];
  layer.position = (layer.position + 1) % static_cast<int>(pattern.size());
  double size = even * varied * (key ? key_frame_size : at.size);
  // Before this frame the layer is one frame's worth in credit when nothing is owed.
  const double owed = layer.debt + even;
  if (!key) size -= std::clamp(owed, -size * repaid_of_a_frame, size * repaid_of_a_frame);
  const auto bytes = std::max(static_cast<size_t>(size), smallest_frame);
  layer.debt = std::max(layer.debt + static_cast<double>(bytes), -2 * even);
  out.push_back({index, bytes, key, at.temporal, at.sync});
}

}  // namespace vicino::sim
