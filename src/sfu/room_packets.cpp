// Packets through the room: recognised, queued, passed on.
#include <algorithm>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

constexpr uint8_t unknown_level =
    40;  // a sender that doesn't say how loud it is counts as speaking

}  // namespace

Status Room::Impl::handle_rtp(Instant now, Participant& from, MutBytes datagram, Egress& out) {
  TRY_ASSIGN(const rtc::RtpPacket packet, rtc::RtpPacket::parse(datagram));
  // Every packet that arrived counts, forwarded or not: else the sender takes it for lost.
  if (const auto number = packet.extension(from.incoming.transport_cc_id());
      number && number->size() == 2 && !from.relayed)
    from.arrivals.received(now, load16(number->data()));
  Layer* changed = nullptr;
  const auto arrival = from.incoming.recognise(now, packet, changed);
  if (changed) rebound(now, *changed, out);
  if (!arrival) return std::unexpected(arrival.error());
  if (arrival->probe) return {};
  Layer& layer = *arrival->layer;
  const bool revived = !layer.flowing(now);
  const int64_t newest = layer.history.newest();
  const Status inserted = layer.history.insert(now, arrival->packet);
  // Senders repeat packets on the retransmission stream to measure bandwidth: nothing is wrong with
  // those.
  if (!inserted && arrival->retransmission && inserted.error().code == Errc::replayed) return {};
  TRY(inserted);
  if (!from.relayed) note_gap(now, layer, newest, arrival->packet.numbers.sequence);
  note_arrival(now, *arrival);
  deliver(now, layer, arrival->packet, out);
  if (revived && std::ranges::any_of(layer.receivers, &Slot::waiting))
    request_key_frame(now, layer, out);
  return {};
}

void Room::Impl::note_arrival(Instant now, const Arrival& arrival) {
  Layer& layer = *arrival.layer;
  const MediaPacket& packet = arrival.packet;
  const rtc::MediaKind kind = layer.track.kind();
  if (!arrival.retransmission) {
    layer.reception.received(now, packet.numbers.sequence, packet.numbers.timestamp,
                             clock_rate(kind));
  }
  layer.codec = packet.codec;
  const bool layered = packet.targets.offered != 0;
  layer.rate.add(layered ? packet.targets.needed : targets_above(packet.info.temporal_layer),
                 packet.payload.size(), packet.info.begins_frame && packet.info.spatial_layer == 0);
  note_flow(now, layer);
  if (arrival.restructured) retarget_all(now, layer.track);
  if (packet.payload.empty()) return;
  if (kind == rtc::MediaKind::video) {
    if (!packet.starts_decoding(kind)) return;
    layer.key_frame_wanted = false;
    if (!layer.last_key_frame || layer.last_key_frame->sequence < packet.numbers.sequence)
      layer.last_key_frame = {packet.numbers.sequence, now};
    return;
  }
  const auto level = rtc::read_audio_level(packet.audio_level);
  const bool speech_starts = layer.track.level.heard(now, level ? level->level : unknown_level);
  if (speech_starts && voices_scarce)
    next_voices = std::min(next_voices, std::max(now, last_voices + voices_interval));
}

// Which layers of the track flow. A layer that comes to life may be the one that slots want: they
// must know before its first packet, often a key frame, is passed on.
void Room::Impl::note_flow(Instant now, Layer& layer) {
  const bool flowed = layer.flowing(now);
  layer.last_packet = now;
  layer.silent_since.reset();
  for (const auto& other : layer.track.layers) {
    if (other.get() != &layer && other->last_packet && !other->silent_since)
      other->silent_since = now;
  }
  if (!flowed && layer.track.layers.size() > 1) retarget_all(now, layer.track);
}

// Gaps are asked for only in streams that somebody gets.
void Room::Impl::note_gap(Instant now, Layer& layer, int64_t newest_before, int64_t sequence) {
  if (!layer.track.publication.section.nack) return;
  if (layer.receivers.empty() && !spread) {
    if (layer.watched) layer.nacks = {};
    layer.watched = false;
    return;
  }
  const bool was_watched = std::exchange(layer.watched, true);
  layer.nacks.received(now, static_cast<uint16_t>(sequence));
  if (was_watched && sequence > newest_before + 1)
    next_nacks = std::min(next_nacks, std::max(now, layer.nacks.next_due()));
}

// The layer goes on as another stream: who got it waits for a key frame.
void Room::Impl::rebound(Instant now, Layer& layer, Egress& out) {
  flush(now, out);
  std::erase_if(layer.receivers, [&](Slot* slot) {
    if (slot->active == &layer) slot->active = nullptr;
    return slot->target != &layer;
  });
}

void Room::Impl::deliver(Instant now, Layer& layer, const MediaPacket& packet, Egress& out) {
  const bool starts = packet.starts_decoding(layer.track.kind()) &&
                      std::ranges::any_of(layer.receivers, [&](const Slot* slot) {
                        return slot->active != &layer && slot->waiting();
                      });
  if (!starts) {
    if (layer.receivers.empty()) return;
    if (layer.queue.full()) flush(now, out);
    if (layer.queue.empty()) queued.push_back(&layer);
    return layer.queue.push(packet);
  }
  flush(now, out);
  for (Slot* slot : layer.receivers) {
    if (slot->active == &layer) {
      pass_on(now, *slot, std::span(&packet, 1), out);
    } else if (slot->waiting()) {
      start(now, *slot, layer, packet, now, out);
    }
  }
}

// Who gets something of the batch, and in which slots.
void Room::Impl::find_due() {
  for (const Layer* layer : queued) {
    for (Slot* slot : layer->receivers) {
      if (slot->active != layer) continue;
      Connection& connection = slot->connection;
      if (!connection.first_due) due.push_back(&connection);
      (connection.first_due ? connection.last_due->next_due : connection.first_due) = slot;
      connection.last_due = slot;
      slot->next_due = nullptr;
    }
  }
}

// Of the slot's active layer. At once, or when the receiver's path can take it.
void Room::Impl::pass_on(Instant now, Slot& slot, std::span<const MediaPacket> packets,
                         Egress& out) {
  const Downlink* downlink = slot.connection.downlink.get();
  if (downlink && slot.kind() == rtc::MediaKind::video) {
    if (slot.stalled) return;
    size_t bytes = 0;
    for (const MediaPacket& packet : packets) bytes += packet.payload.size() + packet_overhead;
    if (!downlink->passes(now, bytes)) return hold(now, slot, packets, out);
  }
  slot.sender.forward(now, packets, slot.connection, out);
}

// Receiver by receiver, so that each one's datagrams lie together and its keys are fetched once.
void Room::Impl::flush(Instant now, Egress& out) {
  if (queued.empty()) return;
  find_due();
  for (Layer* layer : queued) layer->queue.equalise();
  for (Connection* connection : due) {
    for (Slot* slot = connection->first_due; slot; slot = slot->next_due)
      pass_on(now, *slot, slot->active->queue.packets(), out);
    connection->first_due = nullptr;
  }
  for (Layer* layer : queued) layer->queue.clear();
  queued.clear();
  due.clear();
}

// The slot changes over to `layer`, which it waited for, from a packet that came at `arrived`.
void Room::Impl::start(Instant now, Slot& slot, Layer& layer, const MediaPacket& packet,
                       Instant arrived, Egress& out) {
  slot.sender.set_limit(slot.limit);
  Layer* before = std::exchange(slot.active, &layer);
  if (before) std::erase(before->receivers, &slot);
  slot.sender.begin(arrived, layer, packet, before);
  pass_on(now, slot, std::span(&packet, 1), out);
  // What overtook the key frame's first packet, or came since.
  std::array<uint8_t, limits::max_datagram> memory;
  for (int64_t s = packet.numbers.sequence + 1; s <= layer.history.newest(); ++s) {
    if (const auto later = layer.history.find(s, memory))
      pass_on(now, slot, std::span(&*later, 1), out);
  }
  send_sender_report(now, slot, out);
}

// An empty slot can start at once when the layer's last key frame is recent: nobody has to make
// another one. A slot that sends waits instead, or its picture would stay behind.
bool Room::Impl::start_from_history(Instant now, Slot& slot, Egress& out) {
  Layer& layer = *slot.target;
  const auto& key = layer.last_key_frame;
  if (!key || slot.active || slot.kind() == rtc::MediaKind::audio) return false;
  if (now - key->arrived > max_replay || !slot.sender.idle_since(key->arrived)) return false;
  if (layer.history.newest() - key->sequence >= max_replay_packets) return false;
  std::array<uint8_t, limits::max_datagram> memory;
  const auto packet = layer.history.find(key->sequence, memory);
  if (!packet) return false;
  start(now, slot, layer, *packet, key->arrived, out);
  return true;
}

}  // namespace vicino::sfu
