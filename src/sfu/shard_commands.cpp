// Who is here: what the server says of participants.
#include "sfu/shard_impl.h"

namespace vicino::sfu {

void Shard::Impl::remove_peer(ParticipantId id, rtc::Outbox& out) {
  const auto it = peers.find(id);
  if (it == peers.end()) return;
  PeerEntry& entry = *it->second;
  entry.peer.close(out);
  forget_addresses(entry);
  if (const auto named = by_ufrag.find(entry.ufrag);
      named != by_ufrag.end() && named->second == &entry)
    by_ufrag.erase(named);
  peer_of_timer.erase(&entry.timer);
  peers.erase(it);
}

// Whoever is to be replaced in a room gives its peer up; if that is in another room, its place
// there.
void Shard::Impl::leave(Instant now, RoomId room, ParticipantId participant, rtc::Outbox& out) {
  const auto old = peers.find(participant);
  if (old == peers.end()) return;
  const RoomId where = old->second->room.id;
  where == room ? remove_peer(participant, out) : remove(now, where, participant, out);
}

void Shard::Impl::add(Instant now, RoomId id, ParticipantSetup setup, rtc::PeerConfig transport,
                      bool replace, rtc::Outbox& out) {
  const ParticipantId participant = setup.id;
  if (replace) leave(now, id, participant, out);
  auto& room = rooms[id];
  if (!room) {
    room = std::make_unique<RoomEntry>(id, random, now, settings.room_history_bytes);
    room_of_timer[&room->timer] = id;
  }
  CHECK(!peers.contains(participant));
  auto& entry = peers[participant] =
      std::make_unique<PeerEntry>(participant, *room, std::move(transport), identity, random, now);
  by_ufrag[entry->ufrag] = entry.get();
  peer_of_timer[&entry->timer] = participant;
  timers.set(entry->timer, entry->peer.next_timeout());
  Sender sender(*this, out);
  if (replace) {
    room->room.replace(now, std::move(setup), sender);
  } else {
    room->room.add(now, std::move(setup), sender);
  }
  refresh(*room);
}

void Shard::Impl::remove(Instant now, RoomId id, ParticipantId participant, rtc::Outbox& out) {
  const auto it = rooms.find(id);
  if (it == rooms.end()) return;
  RoomEntry& entry = *it->second;
  const auto peer = peers.find(participant);
  if (peer == peers.end() || &peer->second->room != &entry) return;
  remove_peer(participant, out);
  Sender sender(*this, out);
  entry.room.remove(now, participant, sender);
  refresh(entry);
  if (!entry.room.empty()) return;
  const RoomCounts& counts = entry.room.counts();
  closed_rooms.nack_in += counts.nack_in;
  closed_rooms.pli_in += counts.pli_in;
  closed_rooms.pli_out += counts.pli_out;
  closed_rooms.rtx_out += counts.rtx_out;
  room_of_timer.erase(&entry.timer);
  rooms.erase(it);
}

void Shard::handle_command(Instant now, Command command, rtc::Outbox& out) {
  Impl& impl = *impl_;
  impl.flush(now, out);  // while everybody is there whom something is queued for
  if (auto* c = std::get_if<AddParticipant>(&command)) {
    impl.add(now, c->room, std::move(c->setup), std::move(c->transport), false, out);
  } else if (auto* r = std::get_if<ReplaceParticipant>(&command)) {
    impl.add(now, r->room, std::move(r->setup), std::move(r->transport), true, out);
  } else if (auto* gone = std::get_if<RemoveParticipant>(&command)) {
    impl.remove(now, gone->room, gone->id, out);
  } else if (auto* wants = std::get_if<SetWants>(&command)) {
    const auto it = impl.rooms.find(wants->room);
    if (it == impl.rooms.end()) return;
    Impl::Sender sender(impl, out);
    it->second->room.set_wants(now, wants->id, wants->wants, sender);
    impl.refresh(*it->second);
  }
}

}  // namespace vicino::sfu
