#include "rtc/stream_frames.h"

#include <algorithm>

namespace vicino::rtc {

MutBytes StreamFrameReader::room() {
  if (memory_.empty()) memory_.resize(capacity);
  const MutBytes memory(memory_);
  std::ranges::copy(memory.subspan(begin_, end_ - begin_), memory.begin());
  end_ -= begin_;
  begin_ = 0;
  return memory.subspan(end_);
}

void StreamFrameReader::filled(size_t size) {
  CHECK(size <= memory_.size() - end_);
  end_ += size;
}

Result<std::optional<MutBytes>> StreamFrameReader::next() {
  while (end_ - begin_ >= stream_frame_header) {
    const size_t size = load16(memory_.data() + begin_);
    if (size > limits::max_datagram) return fail(Errc::too_large, "frame on a media connection");
    if (end_ - begin_ < stream_frame_header + size) break;
    const MutBytes datagram = MutBytes(memory_).subspan(begin_ + stream_frame_header, size);
    begin_ += stream_frame_header + size;
    if (size > 0) return datagram;  // an empty one says nothing (RFC 4571 section 2)
  }
  return std::nullopt;
}

}  // namespace vicino::rtc
