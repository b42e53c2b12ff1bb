#include "sfu/room.h"

#include <algorithm>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

constexpr Duration first_rtt = milliseconds(100);  // until a report tells
constexpr uint8_t unknown_level =
    40;  // a sender that doesn't say how loud it is counts as speaking

}  // namespace

Participant::Participant(Instant now, ParticipantSetup setup, StreamKey& next_stream,
                         HistoryMemory& memory, SecureRandom& random)
    : connection{.id = setup.id},
      receives_everything(setup.receives_everything),
      relayed(setup.relayed),
      peer_name(std::move(setup.peer_name)),
      incoming(setup.id, std::move(setup.publications), next_stream, memory),
      own_ssrc(random.u32() | 1),
      cname("participant-" + std::to_string(setup.id.value)),
      next_report(now + Room::Impl::report_interval),
      rtt(first_rtt),
      retransmissions_left(Room::Impl::max_retransmissions) {
  for (const rtc::MediaSection& section : setup.slots)
    slots.push_back(std::make_unique<Slot>(connection, section, random));
}

Slot* Participant::find_slot(uint32_t ssrc) const {
  for (const auto& slot : slots) {
    if (slot->sender.section().ssrc == ssrc) return slot.get();
  }
  return nullptr;
}

Room::Room(SecureRandom& random, Instant now, size_t history_bytes)
    : impl_(std::make_unique<Impl>(random, now, history_bytes)) {}
Room::~Room() = default;

Participant* Room::Impl::find(ParticipantId id) const {
  const auto it = by_id.find(id);
  return it == by_id.end() ? nullptr : it->second;
}

// Nothing of anybody points to the participant's slots or streams any more. Slots of others keep
// saying whom they are for.
void Room::Impl::leave(Participant& participant) {
  for (const auto& slot : participant.slots) detach(*slot);
  for (const auto& other : participants) {
    if (!participant.sends()) break;
    for (const auto& slot : other->slots) {
      if (slot->content && slot->content->participant == participant.id()) detach(*slot);
    }
  }
  if (participant.connection.connected) --connected;
}

void Room::add(Instant now, ParticipantSetup setup, Egress& out) {
  impl_->flush(now, out);
  CHECK(!impl_->find(setup.id));
  auto& added = impl_->participants.emplace_back(std::make_unique<Participant>(
      now, std::move(setup), impl_->next_stream, impl_->history, impl_->random));
  impl_->by_id[added->id()] = added.get();
  // Another viewer changes nothing for the others, of whom there may be thousands.
  if (added->sends()) return impl_->assign_all(now, out);
  impl_->assign_both(now, *added, out);
}

void Room::replace(Instant now, ParticipantSetup setup, Egress& out) {
  Participant* old = impl_->find(setup.id);
  if (!old) return add(now, std::move(setup), out);
  impl_->flush(now, out);
  impl_->leave(*old);
  auto fresh = std::make_unique<Participant>(now, std::move(setup), impl_->next_stream,
                                             impl_->history, impl_->random);
  fresh->wants = std::move(old->wants);
  const auto place =
      std::ranges::find(impl_->participants, old, &std::unique_ptr<Participant>::get);
  impl_->by_id[fresh->id()] = fresh.get();
  *place = std::move(fresh);
  impl_->assign_all(now, out);
}

void Room::remove(Instant now, ParticipantId id, Egress& out) {
  Participant* gone = impl_->find(id);
  if (!gone) return;
  impl_->flush(now, out);
  impl_->leave(*gone);
  const bool sent = gone->sends();
  impl_->by_id.erase(id);
  std::erase_if(impl_->participants, [&](const auto& p) { return p.get() == gone; });
  if (sent) impl_->assign_all(now, out);
}

void Room::connected(Instant now, ParticipantId id, Egress& out) {
  Participant* participant = impl_->find(id);
  if (!participant || participant->connection.connected) return;
  impl_->flush(now, out);
  participant->connection.connected = true;
  participant->connection.route = &out.route(id);
  if (impl_->connected++ == 0) impl_->next_tick = now + Impl::tick_interval;
  for (const auto& slot : participant->slots) {
    impl_->seek_start(now, *slot, out);
  }
}

void Room::set_wants(Instant now, ParticipantId id, std::span<const Want> wants, Egress& out) {
  Participant* participant = impl_->find(id);
  if (!participant) return;
  impl_->flush(now, out);
  wants = wants.first(std::min(wants.size(), Impl::max_wants));
  participant->wants.assign(wants.begin(), wants.end());
  impl_->assign(now, *participant, rtc::MediaKind::video, out);
}

Status Room::handle_rtp(Instant now, ParticipantId from, MutBytes packet, Egress& out) {
  Participant* participant = impl_->find(from);
  if (!participant) return fail(Errc::not_found, "RTP of nobody in the room");
  return impl_->handle_rtp(now, *participant, packet, out);
}

Status Room::handle_rtcp(Instant now, ParticipantId from, Bytes compound, Egress& out) {
  Participant* participant = impl_->find(from);
  if (!participant) return fail(Errc::not_found, "RTCP of nobody in the room");
  return impl_->handle_rtcp(now, *participant, compound, out);
}

Status Room::handle_request(Instant now, ParticipantId publisher, Bytes compound, Egress& out) {
  Participant* participant = impl_->find(publisher);
  if (!participant) return fail(Errc::not_found, "a request for nobody in the room");
  return impl_->handle_request(now, *participant, compound, out);
}

void Room::set_spread(bool spread) {
  impl_->spread = spread;
}

void Room::flush(Instant now, Egress& out) {
  impl_->flush(now, out);
}

size_t Room::unfinished() const {
  size_t receivers = 0;
  for (const Layer* layer : impl_->queued) {
    const bool ended = layer->queue.packets().back().marker;
    if (!ended && layer->track.kind() == rtc::MediaKind::video)
      receivers += layer->receivers.size();
  }
  return receivers;
}

void Room::handle_timeout(Instant now, Egress& out) {
  impl_->flush(now, out);
  if (impl_->next_nacks <= now) impl_->send_nacks(now, out);
  if (impl_->next_voices <= now) impl_->choose_voices(now, out);
  if (impl_->next_tick <= now) impl_->tick(now, out);
}

Instant Room::next_timeout() const {
  if (impl_->connected == 0) return Instant::never();
  return std::min({impl_->next_tick, impl_->next_nacks, impl_->next_voices});
}

bool Room::empty() const {
  return impl_->participants.empty();
}

const RoomCounts& Room::counts() const {
  return impl_->counts;
}

size_t Room::history_bytes() const {
  return impl_->history.used;
}

std::vector<SlotsChanged> Room::take_changes() {
  std::vector<SlotsChanged> all;
  if (!std::exchange(impl_->slots_changed, false)) return all;
  for (const auto& participant : impl_->participants) {
    if (!std::exchange(participant->slots_changed, false)) continue;
    SlotsChanged changed{participant->id(), {}};
    for (const auto& slot : participant->slots) {
      if (slot->content == slot->reported) continue;
      const Source source = slot->content ? slot->content->source : slot->reported->source;
      std::optional<ParticipantId> content;
      if (slot->content) content = slot->content->participant;
      changed.slots.push_back({slot->sender.section().mid, content, source});
      slot->reported = slot->content;
    }
    if (!changed.slots.empty()) all.push_back(std::move(changed));
  }
  return all;
}

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
  note_flow(now, layer);
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
      slot->sender.forward(now, std::span(&packet, 1), slot->connection, out);
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

// Receiver by receiver, so that each one's datagrams lie together and its keys are fetched once.
void Room::Impl::flush(Instant now, Egress& out) {
  if (queued.empty()) return;
  find_due();
  for (Layer* layer : queued) layer->queue.equalise();
  for (Connection* connection : due) {
    for (Slot* slot = connection->first_due; slot; slot = slot->next_due)
      slot->sender.forward(now, slot->active->queue.packets(), *connection, out);
    connection->first_due = nullptr;
  }
  for (Layer* layer : queued) layer->queue.clear();
  queued.clear();
  due.clear();
}

// The slot changes over to `layer`, which it waited for, from a packet that came at `arrived`.
void Room::Impl::start(Instant now, Slot& slot, Layer& layer, const MediaPacket& packet,
                       Instant arrived, Egress& out) {
  Layer* before = std::exchange(slot.active, &layer);
  if (before) std::erase(before->receivers, &slot);
  slot.sender.begin(arrived, layer, packet, before);
  slot.sender.forward(now, std::span(&packet, 1), slot.connection, out);
  // What overtook the key frame's first packet, or came since.
  std::array<uint8_t, limits::max_datagram> memory;
  for (int64_t s = packet.numbers.sequence + 1; s <= layer.history.newest(); ++s) {
    if (const auto later = layer.history.find(s, memory))
      slot.sender.forward(now, std::span(&*later, 1), slot.connection, out);
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
