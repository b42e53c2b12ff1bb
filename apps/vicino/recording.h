// Files that received frames are written to: one per participant and source, made when the first frame comes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/ids.h"
#include "core/media_keys.h"
#include "media_file.h"

namespace vicino::cli {

class Recording {
 public:
  // Files are `stem`-PARTICIPANT-SOURCE.ivf or .opus; an empty stem records nothing.
  explicit Recording(std::string stem) : stem_(std::move(stem)) {}

  // `who` is a part of the file's name. A file that can't be written is told once on standard error.
  void add(const std::string& who, rtc::Codec codec, Bytes frame, uint32_t rtp_timestamp);

 private:
  std::unique_ptr<Recorder> open(const std::string& who, rtc::Codec codec) const;

  std::string stem_;
  std::map<std::string, std::unique_ptr<Recorder>> files_;
};

}  // namespace vicino::cli
