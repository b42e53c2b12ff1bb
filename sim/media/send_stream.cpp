#include "sim/media/send_stream.h"

#include <algorithm>

#include "rtc/rtp.h"

namespace vicino::sim {

SendStream::SendStream(StreamSetup setup, uint64_t seed) : setup_(std::move(setup)) {
  SeededRandom random(seed);
  sequence_ = static_cast<uint16_t>(random.next());
  rtx_sequence_ = static_cast<uint16_t>(random.next());
  picture_id_ = static_cast<uint16_t>(random.next() & 0x7fff);
  timestamp_base_ = static_cast<uint32_t>(random.next());
}

uint32_t SendStream::timestamp_at(Instant captured) const {
  return timestamp_base_ + static_cast<uint32_t>(captured.us * setup_.clock / 1'000'000);
}

// RFC 7741 section 4.2. What follows is the frame's first byte, which says whether it is a key
// frame (RFC 6386 section 9.1), the stamp, and zeros.
std::vector<MediaPacket> SendStream::cut(const EncodedFrame& frame, const Stamp& stamp) {
  if (frame.temporal == 0) ++tl0_;
  picture_id_ = (picture_id_ + 1) & 0x7fff;
  const size_t content = std::max(frame.bytes, 1 + Stamp::size);
  const size_t count = (content + packet_size - 1) / packet_size;
  std::vector<MediaPacket> packets(count);
  for (size_t i = 0; i < count; ++i) {
    MediaPacket& packet = packets[i];
    packet = {sequence_++,
              timestamp_at(stamp.captured),
              i + 1 == count,
              Buffer(descriptor + content / count + (i < content % count ? 1 : 0)),
              {INT64_MIN / 2}};
    uint8_t* const p = packet.payload.data();
    p[0] = static_cast<uint8_t>(0x80 | (i == 0 ? 0x10 : 0) | (frame.temporal == 2 ? 0x20 : 0));
    p[1] = 0xe0;
    store16(p + 2, static_cast<uint16_t>(0x8000 | picture_id_));
    p[4] = tl0_;
    p[5] = static_cast<uint8_t>(frame.temporal << 6 | (frame.sync ? 0x20 : 0));
    if (i > 0) continue;
    p[descriptor] = frame.key ? 0x10 : 0x11;
    stamp.write(MutBytes(packet.payload).subspan(descriptor + 1));
  }
  return packets;
}

MediaPacket SendStream::voice(size_t bytes, const Stamp& stamp) {
  MediaPacket packet{sequence_++, timestamp_at(stamp.captured), false,
                     Buffer(std::max(bytes, Stamp::size))};
  stamp.write(packet.payload);
  return packet;
}

void SendStream::keep(MediaPacket packet) {
  ++packets_;
  bytes_ += static_cast<uint32_t>(packet.payload.size());
  kept_.push_back(std::move(packet));
  if (kept_.size() > history) kept_.pop_front();
}

const MediaPacket* SendStream::take_repair(Instant now, uint16_t sequence, Duration round_trip) {
  if (kept_.empty()) return nullptr;
  const auto place = static_cast<uint16_t>(sequence - kept_.front().sequence);
  if (place >= kept_.size() || now - kept_[place].repaired < round_trip) return nullptr;
  kept_[place].repaired = now;
  return &kept_[place];
}

const MediaPacket* SendStream::recent(size_t size) const {
  constexpr size_t looked_at = 16;
  const MediaPacket* best = nullptr;
  const size_t from = kept_.size() - std::min(kept_.size(), looked_at);
  for (size_t i = from; i < kept_.size(); ++i) {
    const MediaPacket& packet = kept_[i];
    if (packet.payload.size() > size) continue;
    if (!best || packet.payload.size() > best->payload.size()) best = &packet;
  }
  return best;
}

}  // namespace vicino::sim
