// Files the native client publishes from and records into: IVF for video, Ogg Opus (RFC 7845) for
// audio.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "rtc/media.h"

namespace vicino::cli {

// One encoded frame of a file and how long it lasts.
struct MediaFrame {
  Buffer data;
  Duration duration;
  bool key_frame = false;  // of audio: always
};

// A whole file in memory, played in a loop: files to publish are short, and a test starts dozens of
// them.
struct MediaClip {
  rtc::Codec codec = rtc::Codec::opus;
  uint16_t width = 0, height = 0;  // of video
  std::vector<MediaFrame> frames;  // never empty; a video clip begins with a key frame

  size_t next_key_frame(
      size_t from) const;  // index of the first key frame at or after `from`, wrapping around
};

// Why a file can't be used, as a sentence for its user.
template <class T>
using FileResult = std::expected<T, std::string>;

FileResult<MediaClip> read_ivf(const std::filesystem::path& path);
FileResult<MediaClip> read_opus(const std::filesystem::path& path);

// Writes what was decrypted. The file is valid after every frame but for the frame count in the IVF
// header.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void add(Bytes frame, uint32_t rtp_timestamp) = 0;
};
// The picture's size isn't known to the writer (it is inside the frames): the IVF header gets 0x0,
// as decoders ignore it.
FileResult<std::unique_ptr<Recorder>> record_ivf(const std::filesystem::path& path,
                                                 rtc::Codec codec);
FileResult<std::unique_ptr<Recorder>> record_opus(const std::filesystem::path& path);

}  // namespace vicino::cli
