#include "sfu/shard.h"

#include <algorithm>
#include <unordered_map>

#include "rtc/rtp.h"
#include "rtc/stun.h"
#include "sfu/room.h"
#include "sfu/timers.h"

namespace vicino::sfu {
namespace {

// An address belongs to the peer that was last heard from there. Another peer gets it only after
// this silence: a check with a forged source address must not cut off whom the address belongs to.
// Checks for consent come every 5 s.
constexpr Duration address_hold = seconds(6);
constexpr Duration least_wait = milliseconds(1);  // between two timeouts of one thing

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct RoomEntry {
  RoomEntry(RoomId number, SecureRandom& random, Instant now) : id(number), room(random, now) {}
  RoomId id;
  Room room;
  Timer timer;
  bool touched = false;  // by a packet of this batch: is in Impl::touched
};

struct PeerEntry : Route {
  PeerEntry(ParticipantId number, RoomEntry& in, rtc::PeerConfig config,
            const rtc::DtlsIdentity& identity, SecureRandom& random, Instant now)
      : Route{number},
        room(in),
        ufrag(config.local.ice_ufrag),
        peer(std::move(config), identity, random, now) {}
  RoomEntry& room;
  std::string ufrag;
  rtc::Peer peer;
  rtc::Peer::State told = rtc::Peer::State::connecting;  // the state that was made known
  // Where it is found by, the nominated path last: exactly what Impl::by_address holds for this
  // peer.
  std::vector<Address> addresses;
  Instant last_heard{INT64_MIN / 2};  // by an authenticated message
  Timer timer;
};

}  // namespace

struct Shard::Impl {
  Impl(const rtc::DtlsIdentity& i, SecureRandom& r, rtc::TransportParameters h)
      : identity(i), random(r), health(std::move(h)) {}

  // Per peer; the oldest is forgotten. As many as ICE remembers.
  static constexpr size_t max_addresses = 8;

  const rtc::DtlsIdentity& identity;
  SecureRandom& random;
  rtc::TransportParameters health;
  TimerQueue timers;  // before what has timers
  std::unordered_map<RoomId, std::unique_ptr<RoomEntry>> rooms;
  std::unordered_map<ParticipantId, std::unique_ptr<PeerEntry>> peers;
  std::unordered_map<std::string, PeerEntry*, TextHash, std::equal_to<>> by_ufrag;
  std::unordered_map<Address, PeerEntry*, AddressHash> by_address;
  std::unordered_map<const Timer*, ParticipantId> peer_of_timer;
  std::unordered_map<const Timer*, RoomId> room_of_timer;
  std::vector<Event> events;
  ShardStats totals;  // but for what rooms count themselves
  RoomCounts closed_rooms;

  std::vector<RoomEntry*> touched;

  // Seals a room's packets into the outbox.
  class Sender final : public Egress {
   public:
    Sender(Impl& impl, rtc::Outbox& out) : impl_(impl), out_(out) {}
    Route& route(ParticipantId to) override { return *impl_.peers.at(to); }
    void rtp(Route& to, std::span<const rtc::ClearRtp> packets, rtc::StreamPlace& place) override {
      out_.make_way();
      impl_.totals.rtp_out += static_cast<PeerEntry&>(to).peer.send_rtp(packets, place, out_);
    }
    void rtcp(ParticipantId to, Bytes compound) override {
      out_.make_way();
      const auto it = impl_.peers.find(to);
      if (it != impl_.peers.end()) (void)it->second->peer.send_rtcp(compound, out_);
    }

   private:
    Impl& impl_;
    rtc::Outbox& out_;
  };

  void refuse(const Error& error);
  void handle_stun(Instant now, const Address& from, MutBytes datagram, rtc::Outbox& out);
  bool answer_health(const Address& from, Bytes datagram, rtc::Outbox& out);
  void handle_peer(Instant now, PeerEntry& entry, const Address& from, MutBytes datagram,
                   rtc::Outbox& out);
  Status handle_media(Instant now, PeerEntry& entry, const rtc::Peer::Incoming& media,
                      rtc::Outbox& out);
  void follow(Instant now, PeerEntry& entry, rtc::Outbox& out);
  void follow_address(Instant now, PeerEntry& entry);
  void forget_addresses(PeerEntry& entry);
  void flush(Instant now, rtc::Outbox& out);
  void refresh(RoomEntry& entry);

  void add(Instant now, RoomId room, ParticipantSetup setup, rtc::PeerConfig transport,
           bool replace, rtc::Outbox& out);
  void leave(Instant now, RoomId room, ParticipantId participant, rtc::Outbox& out);
  void remove_peer(ParticipantId id, rtc::Outbox& out);
  void remove(Instant now, RoomId room, ParticipantId id, rtc::Outbox& out);
};

Shard::Shard(const rtc::DtlsIdentity& identity, SecureRandom& random,
             rtc::TransportParameters health, Instant)
    : impl_(std::make_unique<Impl>(identity, random, std::move(health))) {}
Shard::~Shard() = default;

void Shard::Impl::refuse(const Error& error) {
  switch (error.code) {
    case Errc::truncated:
    case Errc::malformed:
    case Errc::too_large:
      ++totals.refused_malformed;
      break;
    case Errc::unauthenticated:
      ++totals.refused_unauthenticated;
      break;
    case Errc::replayed:
      ++totals.refused_replayed;
      break;
    default:
      ++totals.refused_other;
  }
}

void Shard::handle_datagram(Instant now, const Address& from, MutBytes datagram, rtc::Outbox& out) {
  ++impl_->totals.datagrams_in;
  impl_->totals.bytes_in += datagram.size();
  switch (rtc::classify(datagram)) {
    case rtc::DatagramKind::stun:
      return impl_->handle_stun(now, from, datagram, out);
    case rtc::DatagramKind::unknown:
      ++impl_->totals.refused_malformed;
      return;
    default:
      break;
  }
  const auto it = impl_->by_address.find(from);
  if (it == impl_->by_address.end()) {
    ++impl_->totals.refused_unknown_peer;
    return;
  }
  impl_->handle_peer(now, *it->second, from, datagram, out);
}

void Shard::Impl::handle_stun(Instant now, const Address& from, MutBytes datagram,
                              rtc::Outbox& out) {
  const auto message = rtc::parse_stun(datagram);
  if (!message) return refuse(message.error());
  const auto ufrag = rtc::local_ufrag_of(datagram);
  const auto it = ufrag ? by_ufrag.find(*ufrag) : by_ufrag.end();
  if (it != by_ufrag.end()) return handle_peer(now, *it->second, from, datagram, out);
  if (!ufrag || *ufrag != health.ice_ufrag) {
    ++totals.refused_unknown_peer;
  } else if (!answer_health(from, datagram, out)) {
    ++totals.refused_unauthenticated;
  }
}

bool Shard::Impl::answer_health(const Address& from, Bytes datagram, rtc::Outbox& out) {
  constexpr size_t room = 256;
  const auto message = rtc::parse_stun(datagram);
  if (!message) return false;
  const auto answer =
      rtc::answer_check(datagram, from, message->username, health.ice_pwd, out.reserve(room));
  if (!answer || !answer->status) return false;
  out.commit(from, answer->datagram.size());
  return true;
}

void Shard::Impl::handle_peer(Instant now, PeerEntry& entry, const Address& from, MutBytes datagram,
                              rtc::Outbox& out) {
  const auto incoming = entry.peer.handle_datagram(now, from, datagram, out);
  if (incoming && !entry.addresses.empty() && entry.addresses.back() == from)
    entry.last_heard = now;
  const bool media = incoming && incoming->kind != rtc::Peer::Incoming::Kind::nothing;
  if (!media) follow(now, entry, out);
  if (!incoming) return refuse(incoming.error());
  if (!media) return;
  if (const Status status = handle_media(now, entry, *incoming, out); !status)
    refuse(status.error());
  if (!std::exchange(entry.room.touched, true)) touched.push_back(&entry.room);
}

// Passes on what the batch brought.
void Shard::Impl::flush(Instant now, rtc::Outbox& out) {
  Sender sender(*this, out);
  for (RoomEntry* entry : touched) {
    entry->room.flush(now, sender);
    entry->touched = false;
    refresh(*entry);
  }
  touched.clear();
}

Status Shard::Impl::handle_media(Instant now, PeerEntry& entry, const rtc::Peer::Incoming& media,
                                 rtc::Outbox& out) {
  Sender sender(*this, out);
  Room& room = entry.room.room;
  if (media.kind == rtc::Peer::Incoming::Kind::rtp) {
    ++totals.rtp_in;
    return room.handle_rtp(now, entry.id, media.packet, sender);
  }
  ++totals.rtcp_in;
  return room.handle_rtcp(now, entry.id, media.packet, sender);
}

// Makes known what became of a peer.
void Shard::Impl::follow(Instant now, PeerEntry& entry, rtc::Outbox& out) {
  follow_address(now, entry);
  const Instant due = entry.peer.next_timeout();
  timers.set(entry.timer, due == Instant::never() ? due : std::max(due, now + least_wait));
  const rtc::Peer::State state = entry.peer.state();
  if (state == entry.told) return;
  entry.told = state;
  if (state == rtc::Peer::State::connected) {
    events.push_back(ParticipantConnected{entry.id});
    Sender sender(*this, out);
    entry.room.room.connected(now, entry.id, sender);
    refresh(entry.room);
  } else if (state == rtc::Peer::State::closed) {
    events.push_back(ParticipantLost{entry.id});
    forget_addresses(entry);
  }
}

void Shard::Impl::follow_address(Instant now, PeerEntry& entry) {
  const auto& remote = entry.peer.remote();
  if (!remote || entry.peer.state() == rtc::Peer::State::closed) return;
  if (!entry.addresses.empty() && entry.addresses.back() == *remote) return;
  PeerEntry*& holder = by_address[*remote];
  const bool held = holder && holder != &entry && !holder->addresses.empty() &&
                    holder->addresses.back() == *remote && now - holder->last_heard < address_hold;
  if (held) return;
  if (holder && holder != &entry) std::erase(holder->addresses, *remote);
  holder = &entry;
  std::erase(entry.addresses, *remote);
  if (entry.addresses.size() == max_addresses) {
    by_address.erase(entry.addresses.front());
    entry.addresses.erase(entry.addresses.begin());
  }
  entry.addresses.push_back(*remote);
  entry.last_heard = now;
}

void Shard::Impl::forget_addresses(PeerEntry& entry) {
  for (const Address& address : entry.addresses) by_address.erase(address);
  entry.addresses.clear();
}

// Deadlines and slot changes of a room after anything happened in it.
void Shard::Impl::refresh(RoomEntry& entry) {
  timers.set(entry.timer, entry.room.next_timeout());
  for (SlotsChanged& change : entry.room.take_changes()) events.push_back(std::move(change));
}

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
    room = std::make_unique<RoomEntry>(id, random, now);
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

void Shard::flush(Instant now, rtc::Outbox& out) {
  impl_->flush(now, out);
}

size_t Shard::unfinished() const {
  size_t receivers = 0;
  for (const RoomEntry* entry : impl_->touched) receivers += entry->room.unfinished();
  return receivers;
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

void Shard::handle_timeout(Instant now, rtc::Outbox& out) {
  Impl& impl = *impl_;
  impl.flush(now, out);
  while (Timer* timer = impl.timers.first()) {
    if (timer->due() > now) return;
    if (const auto peer = impl.peer_of_timer.find(timer); peer != impl.peer_of_timer.end()) {
      PeerEntry& entry = *impl.peers.at(peer->second);
      entry.peer.handle_timeout(now, out);
      impl.follow(now, entry, out);
      continue;
    }
    RoomEntry& entry = *impl.rooms.at(impl.room_of_timer.at(timer));
    Impl::Sender sender(impl, out);
    entry.room.handle_timeout(now, sender);
    impl.refresh(entry);
    if (timer->due() <= now) impl.timers.set(*timer, now + least_wait);
  }
}

Instant Shard::next_timeout() const {
  return impl_->timers.next();
}

std::vector<Event> Shard::take_events() {
  return std::exchange(impl_->events, {});
}

ShardStats Shard::stats() const {
  ShardStats stats = impl_->totals;
  const auto add = [&](const RoomCounts& counts) {
    stats.nack_in += counts.nack_in;
    stats.pli_in += counts.pli_in;
    stats.pli_out += counts.pli_out;
    stats.rtx_out += counts.rtx_out;
  };
  add(impl_->closed_rooms);
  for (const auto& [id, entry] : impl_->rooms) add(entry->room.counts());
  stats.rooms = impl_->rooms.size();
  stats.peers = impl_->peers.size();
  stats.peers_connected =
      static_cast<uint64_t>(std::ranges::count_if(impl_->peers, [](const auto& p) {
        return p.second->peer.state() == rtc::Peer::State::connected;
      }));
  return stats;
}

}  // namespace vicino::sfu
