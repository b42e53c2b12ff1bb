#include "sfu/history.h"

#include <bit>

namespace vicino::sfu {

PacketHistory::PacketHistory(size_t max_packets, HistoryMemory& memory)
    : max_packets_(max_packets), memory_(memory) {
  CHECK(std::has_single_bit(max_packets) && max_packets >= min_packets);
}

void PacketHistory::clear() {
  for (Stored& stored : ring_) stored.sequence = none;
  newest_.reset();
}

void PacketHistory::hold(size_t bytes) {
  held_ += bytes;
  memory_.used += bytes;
}

void PacketHistory::enlarge(size_t packets) {
  hold((packets - ring_.size()) * sizeof(Stored));
  std::vector<Stored> old(packets);
  old.swap(ring_);
  for (Stored& stored : old) {
    if (stored.sequence != none) at(stored.sequence) = std::move(stored);
  }
}

Status PacketHistory::insert(Instant now, const MediaPacket& packet) {
  if (ring_.empty()) enlarge(min_packets);
  const int64_t sequence = packet.numbers.sequence;
  if (newest_ && sequence <= *newest_ - static_cast<int64_t>(ring_.size()))
    return fail(Errc::replayed, "older than what is remembered of the stream");
  if (at(sequence).sequence == sequence) return fail(Errc::replayed, "packet is here already");
  // Twice the packets will hold twice the memory.
  if (const Stored& old = at(sequence); old.sequence != none && now - old.received < span &&
                                        ring_.size() < max_packets_ &&
                                        memory_.used + held_ <= memory_.limit)
    enlarge(ring_.size() * 2);
  Stored& stored = at(sequence);
  stored.sequence = sequence;
  stored.received = now;
  stored.packet = packet;
  stored.packet.audio_level = {};
  stored.packet.dependency_descriptor = stored.packet.payload = {};
  stored.level_size = packet.audio_level.size();
  stored.descriptor_size = packet.dependency_descriptor.size();
  const size_t before = stored.bytes.capacity();
  stored.bytes.resize(stored.level_size + stored.descriptor_size + packet.payload.size());
  hold(stored.bytes.capacity() - before);
  Writer writer(stored.bytes);
  writer.bytes(packet.audio_level);
  writer.bytes(packet.dependency_descriptor);
  writer.bytes(packet.payload);
  newest_ = std::max(newest_.value_or(sequence), sequence);
  return {};
}

std::optional<MediaPacket> PacketHistory::find(int64_t sequence, MutBytes memory) const {
  if (ring_.empty()) return std::nullopt;
  const Stored& stored = ring_[static_cast<size_t>(sequence) & (ring_.size() - 1)];
  if (stored.sequence != sequence || stored.bytes.size() > memory.size()) return std::nullopt;
  copy(stored.bytes, memory);
  const MutBytes bytes = memory.first(stored.bytes.size());
  MediaPacket packet = stored.packet;
  packet.audio_level = bytes.first(stored.level_size);
  packet.dependency_descriptor = bytes.subspan(stored.level_size, stored.descriptor_size);
  packet.payload = bytes.subspan(stored.level_size + stored.descriptor_size);
  return packet;
}

}  // namespace vicino::sfu
