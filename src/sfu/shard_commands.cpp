// Who is here: what the server says of participants.
#include "sfu/shard_impl.h"

namespace vicino::sfu {

void Shard::Impl::forget_ufrag(const PeerEntry& entry, const std::string& ufrag) {
  const auto named = by_ufrag.find(ufrag);
  if (named != by_ufrag.end() && named->second == &entry) by_ufrag.erase(named);
}

void Shard::Impl::remove_peer(ParticipantId id, rtc::Outbox& out) {
  const auto it = peers.find(id);
  if (it == peers.end()) return;
  PeerEntry& entry = *it->second;
  if (entry.steps_waiting > 0) std::erase_if(steps, [&](const Step& s) { return s.peer == id; });
  entry.peer.close(out);
  forget_addresses(entry);
  for (const std::string& ufrag : entry.ufrags) forget_ufrag(entry, ufrag);
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

RoomEntry& Shard::Impl::open(Instant now, RoomId id) {
  auto& room = rooms[id];
  if (!room) {
    room = std::make_unique<RoomEntry>(id, random, now, settings.room);
    room_of_timer[&room->timer] = id;
  }
  return *room;
}

void Shard::Impl::add(Instant now, RoomId id, ParticipantSetup setup, rtc::PeerConfig transport,
                      bool replace, rtc::Outbox& out) {
  const ParticipantId participant = setup.id;
  if (replace) leave(now, id, participant, out);
  RoomEntry& room = open(now, id);
  CHECK(!peers.contains(participant) && !relayed.contains(participant));
  auto& entry = peers[participant] =
      std::make_unique<PeerEntry>(participant, room, std::move(transport), identity, random, now);
  entry->publishes = !setup.publications.empty();
  by_ufrag[entry->ufrags.front()] = entry.get();
  peer_of_timer[&entry->timer] = participant;
  timers.set(entry->timer, entry->peer.next_timeout());
  Sender sender(*this, out);
  if (replace) {
    room.room.replace(now, std::move(setup), sender);
  } else {
    room.room.add(now, std::move(setup), sender);
  }
  refresh(room);
}

// Whether the participant had its place in this room.
bool Shard::Impl::leave_place(ParticipantId id, const RoomEntry& room, rtc::Outbox& out) {
  if (const auto far = relayed.find(id); far != relayed.end() && far->second.room == &room) {
    relayed.erase(far);
    return true;
  }
  const auto peer = peers.find(id);
  if (peer == peers.end() || &peer->second->room != &room) return false;
  remove_peer(id, out);
  return true;
}

void Shard::Impl::remove(Instant now, RoomId id, ParticipantId participant, rtc::Outbox& out) {
  const auto it = rooms.find(id);
  if (it == rooms.end()) return;
  RoomEntry& entry = *it->second;
  if (!leave_place(participant, entry, out)) return;
  Sender sender(*this, out);
  entry.room.remove(now, participant, sender);
  refresh(entry);
  if (entry.room.empty()) close(entry);
}

void Shard::Impl::close(RoomEntry& room) {
  const RoomCounts& counts = room.room.counts();
  closed_rooms.nack_in += counts.nack_in;
  closed_rooms.pli_in += counts.pli_in;
  closed_rooms.pli_out += counts.pli_out;
  closed_rooms.rtx_out += counts.rtx_out;
  room_of_timer.erase(&room.timer);
  rooms.erase(room.id);
}

void Shard::Impl::carry_out(Instant now, AddParticipant command, rtc::Outbox& out) {
  add(now, command.room, std::move(command.setup), std::move(command.transport), false, out);
}

void Shard::Impl::carry_out(Instant now, ReplaceParticipant command, rtc::Outbox& out) {
  add(now, command.room, std::move(command.setup), std::move(command.transport), true, out);
}

void Shard::Impl::carry_out(Instant now, const RemoveParticipant& command, rtc::Outbox& out) {
  remove(now, command.room, command.id, out);
}

void Shard::Impl::carry_out(Instant now, const SetWants& command, rtc::Outbox& out) {
  const auto it = rooms.find(command.room);
  if (it == rooms.end()) return;
  Sender sender(*this, out);
  it->second->room.set_wants(now, command.id, command.wants, sender);
  refresh(*it->second);
}

void Shard::Impl::carry_out(Instant now, AddRelayed command, rtc::Outbox& out) {
  const ParticipantId participant = command.setup.id;
  CHECK(relays && !peers.contains(participant));
  RoomEntry& room = open(now, command.room);
  relayed.insert_or_assign(participant, RelayedEntry{&room, command.worker});
  Sender sender(*this, out);
  command.setup.relayed = true;
  room.room.replace(now, std::move(command.setup), sender);
  refresh(room);
}

void Shard::Impl::carry_out(Instant, SpreadRoom command, rtc::Outbox&) {
  const auto it = rooms.find(command.room);
  if (it == rooms.end()) return;
  CHECK(relays || command.workers.empty());
  it->second->others = std::move(command.workers);
  it->second->room.set_spread(!it->second->others.empty());
}

void Shard::Impl::carry_out(Instant now, const RestartIce& command, rtc::Outbox&) {
  const auto found = peers.find(command.id);
  if (found == peers.end() || found->second->room.id != command.room) return;
  PeerEntry& entry = *found->second;
  entry.peer.restart_ice(now, command.local, command.remote);
  std::erase_if(entry.ufrags, [&](const std::string& ufrag) {
    const bool over = !entry.peer.expects(ufrag);
    if (over) forget_ufrag(entry, ufrag);
    return over;
  });
  if (!entry.peer.expects(command.local.ufrag)) return;  // it is closed
  entry.ufrags.push_back(command.local.ufrag);
  by_ufrag[command.local.ufrag] = &entry;
  timers.set(entry.timer, entry.peer.next_timeout());
}

void Shard::handle_command(Instant now, Command command, rtc::Outbox& out) {
  impl_->flush(now, out);  // while everybody is there whom something is queued for
  std::visit([&](auto& c) { impl_->carry_out(now, std::move(c), out); }, command);
}

}  // namespace vicino::sfu
