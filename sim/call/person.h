// Somebody in a simulated call: what they send, what they look at, and the network they have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/media/video_encoder.h"
#include "sim/media/voice.h"
#include "sim/path.h"

namespace vicino::sim {

// Whose camera somebody looks at, and how large.
struct View {
  std::string of;
  uint16_t width = 1280, height = 720;
  bool focus = false;  // speaking, or pinned
};

struct Person {
  std::string name;
  std::optional<VoiceSettings> voice = VoiceSettings{};
  std::optional<VideoSettings> camera{};
  size_t ears = 8;            // slots for voices
  std::vector<View> views{};  // most wanted first; each takes a slot
  PathSettings up{}, down{};  // to the server, and from it
  // Who has the same network already: both send, or get theirs, through one bottleneck. "": nobody.
  std::string up_with{}, down_with{};
};

}  // namespace vicino::sim
