#include "recording.h"

#include <cstdio>

namespace vicino::cli {

void Recording::add(const std::string& who, rtc::Codec codec, Bytes frame, uint32_t rtp_timestamp) {
  if (stem_.empty()) return;
  auto found = files_.find(who);
  if (found == files_.end()) found = files_.emplace(who, open(who, codec)).first;
  if (found->second) found->second->add(frame, rtp_timestamp);
}

std::unique_ptr<Recorder> Recording::open(const std::string& who, rtc::Codec codec) const {
  const bool audio = codec == rtc::Codec::opus;
  const std::string path = stem_ + "-" + who + (audio ? ".opus" : ".ivf");
  auto file = audio ? record_opus(path) : record_ivf(path, codec);
  if (file) return std::move(*file);
  std::fprintf(stderr, "vicino: %s\n", file.error().c_str());
  return nullptr;
}

}  // namespace vicino::cli
