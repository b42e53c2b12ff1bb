#include "sfu/queue.h"

namespace vicino::sfu {
namespace {

// Without the parts of the header that all packets have alike.
size_t size_of(const MediaPacket& p) {
  return p.payload.size() + p.dependency_descriptor.size() + p.audio_level.size();
}

void pad_to(MediaPacket& packet, size_t size) {
  const size_t missing = size - size_of(packet);
  if (missing == 0 || packet.payload.empty()) return;
  packet.padding = static_cast<uint8_t>(missing);
  uint8_t* end = packet.payload.data() + packet.payload.size();
  std::fill_n(end, missing - 1, uint8_t{0});
  end[missing - 1] = packet.padding;
}

}  // namespace

void PacketQueue::push(const MediaPacket& packet) {
  CHECK(!full());
  if (used_ == packets_.size()) {
    packets_.emplace_back();
    memory_.emplace_back();
  }
  Buffer& bytes = memory_[used_];
  const size_t level = packet.audio_level.size(), descriptor = packet.dependency_descriptor.size();
  if (const size_t size = size_of(packet) + max_padding; bytes.size() < size) bytes.resize(size);
  const MutBytes all(bytes);
  copy(packet.audio_level, all);
  copy(packet.dependency_descriptor, all.subspan(level));
  copy(packet.payload, all.subspan(level + descriptor));
  MediaPacket& queued = packets_[used_++];
  queued = packet;
  queued.audio_level = all.first(level);
  queued.dependency_descriptor = all.subspan(level, descriptor);
  queued.payload = all.subspan(level + descriptor, packet.payload.size());
}

void PacketQueue::equalise() {
  const std::span packets = std::span(packets_).first(used_);
  for (size_t first = 0; first < packets.size();) {
    size_t low = size_of(packets[first]), high = low, end = first + 1;
    for (bool open = true; open && end < packets.size();) {
      const size_t size = size_of(packets[end]);
      const size_t lowest = std::min(low, size), highest = std::max(high, size);
      open = highest - lowest <= max_padding;
      if (open) {
        low = lowest;
        high = highest;
      }
      if (open || size < low) ++end;  // a train's last packet may be shorter
    }
    for (size_t i = first; i + 1 < end; ++i) pad_to(packets[i], high);
    first = end;
  }
}

}  // namespace vicino::sfu
