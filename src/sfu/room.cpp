#include "sfu/room.h"

#include <algorithm>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

constexpr Duration first_rtt = milliseconds(100);  // until a report tells

}  // namespace

Participant::Participant(Instant now, ParticipantSetup setup, StreamKey& next_stream,
                         HistoryMemory& memory, SecureRandom& random)
    : connection{.id = setup.id},
      receives_everything(setup.receives_everything),
      relayed(setup.relayed),
      peer_name(std::move(setup.peer_name)),
      incoming(setup.id, std::move(setup.publications), next_stream, memory),
      follows_watched(setup.follows_watched),
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

Room::Room(SecureRandom& random, Instant now, const RoomSettings& settings)
    : impl_(std::make_unique<Impl>(random, now, settings)) {}
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
  if (!participant->relayed && !impl_->poor_uplinks.empty()) impl_->tell_uplinks({id});
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
  if (impl_->next_downlink <= now) impl_->tend_downlinks(now, out);
}

Instant Room::next_timeout() const {
  if (impl_->connected == 0) return Instant::never();
  return std::min({impl_->next_tick, impl_->next_nacks, impl_->next_voices, impl_->next_downlink});
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

std::optional<SlotsChanged> Room::Impl::take_slots(Participant& participant) const {
  if (!std::exchange(participant.slots_changed, false)) return std::nullopt;
  SlotsChanged changed{participant.id(), {}};
  for (const auto& slot : participant.slots) {
    if (slot->content == slot->reported) continue;
    const Source source = slot->content ? slot->content->source : slot->reported->source;
    std::optional<ParticipantId> content;
    if (slot->content) content = slot->content->participant;
    changed.slots.push_back({slot->sender.section().mid, content, source});
    slot->reported = slot->content;
  }
  return changed.slots.empty() ? std::nullopt : std::optional(std::move(changed));
}

std::vector<Event> Room::take_events() {
  std::vector<Event> all;
  if (!std::exchange(impl_->news, false)) return all;
  for (const auto& participant : impl_->participants) {
    if (auto slots = impl_->take_slots(*participant)) all.push_back(std::move(*slots));
    if (std::exchange(participant->held_back_changed, false))
      all.push_back(HeldBackChanged{participant->id(), participant->held_back});
    if (std::exchange(participant->watched_changed, false))
      all.push_back(LayersWatched{participant->id(), participant->incoming.watched()});
  }
  for (UplinksChanged& one : impl_->uplinks_news) all.push_back(std::move(one));
  impl_->uplinks_news.clear();
  return all;
}

}  // namespace vicino::sfu
