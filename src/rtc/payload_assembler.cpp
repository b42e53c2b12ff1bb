#include <iterator>
#include <memory>

#include "rtc/payload_formats.h"

namespace vicino::rtc {
namespace {

// VP8, VP9, Opus: what follows the descriptors, one after the other.
class PlainJoiner final : public FrameJoiner {
 public:
  explicit PlainJoiner(Codec codec) : codec_(codec) {}
  Status add(Bytes payload, Buffer& frame) override {
    size_t skip = 0;
    if (codec_ != Codec::opus) {
      TRY_ASSIGN(const Descriptor descriptor, codec_ == Codec::vp8 ? read_vp8_descriptor(payload)
                                                                   : read_vp9_descriptor(payload));
      skip = descriptor.size;
    }
    frame.insert(frame.end(), payload.begin() + static_cast<std::ptrdiff_t>(skip), payload.end());
    return {};
  }

 private:
  Codec codec_;
};

std::unique_ptr<FrameJoiner> joiner(Codec codec) {
  if (codec == Codec::av1) return std::make_unique<Av1Joiner>();
  if (codec == Codec::h264) return std::make_unique<H264Joiner>();
  return std::make_unique<PlainJoiner>(codec);
}

}  // namespace

void FrameAssembler::add(uint16_t sequence, uint32_t timestamp, bool marker, Bytes payload,
                         Bytes dependency_descriptor) {
  const int64_t unwrapped = unwrapper_.unwrap(sequence);
  newest_ = std::max(newest_.value_or(unwrapped), unwrapped);
  packets_.erase(packets_.begin(), packets_.upper_bound(*newest_ - window));
  if (unwrapped <= *newest_ - window || (next_ && unwrapped < *next_)) return;
  Packet packet{timestamp, marker, {}, Buffer(payload.begin(), payload.end())};
  if (!payload.empty()) {
    const auto info = describe(codec_, payload, dependency_descriptor);
    if (!info) return;  // as good as lost
    packet.info = *info;
    packet.ends_frame = marker || info->ends_frame;
  }
  packets_.emplace(unwrapped, std::move(packet));
}

void FrameAssembler::pass_padding() {
  while (next_ && !packets_.empty() && packets_.begin()->first == *next_ &&
         packets_.begin()->second.payload.empty()) {
    packets_.erase(packets_.begin());
    ++*next_;
  }
}

// The last packet of the frame that `first` begins, when all are there.
std::optional<FrameAssembler::Packets::iterator> FrameAssembler::end_of_frame(
    Packets::iterator first) {
  for (auto it = first;; ++it) {
    if (it->second.payload.empty() || it->second.timestamp != first->second.timestamp)
      return std::nullopt;
    if (it->second.ends_frame) return it;
    if (const auto following = std::next(it);
        following == packets_.end() || following->first != it->first + 1) {
      return std::nullopt;
    }
  }
}

std::optional<FrameAssembler::Packets::iterator> FrameAssembler::next_key_frame() {
  const int64_t patience = codec_ == Codec::opus && next_ ? audio_patience : 0;
  if (packets_.empty() || (next_ && *newest_ - *next_ < patience)) return std::nullopt;
  for (auto it = packets_.begin(); it != packets_.end(); ++it) {
    if (it->second.info.key_frame && end_of_frame(it)) return it;
  }
  return std::nullopt;
}

std::optional<FrameAssembler::Frame> FrameAssembler::assemble(Packets::iterator first,
                                                              Packets::iterator last) {
  Frame frame{{}, first->second.timestamp, first->second.info.key_frame};
  const auto join = joiner(codec_);
  Status status;
  for (auto it = first; it != std::next(last) && status; ++it) {
    status = join->add(it->second.payload, frame.data);
  }
  if (status) status = join->finish(frame.data);
  next_ = last->first + 1;
  packets_.erase(packets_.begin(), std::next(last));
  broken_ = !status;
  if (!status) return std::nullopt;
  return frame;
}

std::optional<FrameAssembler::Frame> FrameAssembler::take() {
  while (true) {
    pass_padding();
    const auto front = packets_.begin();
    const bool in_order = next_ && !broken_ && front != packets_.end() && front->first == *next_ &&
                          front->second.info.begins_frame;
    auto last = in_order ? end_of_frame(front) : std::nullopt;
    auto first = front;
    if (!last) {
      const auto key = next_key_frame();
      if (!key) return std::nullopt;
      first = *key;
      last = end_of_frame(first);
    }
    if (auto frame = assemble(first, *last)) return frame;
  }
}

}  // namespace vicino::rtc
