#include <algorithm>

#include "rtc/rtp.h"
#include "rtc/stun.h"
#include "sfu/shard_impl.h"

namespace vicino::sfu {
namespace {

// An address belongs to the peer that was last heard from there. Another peer gets it only after
// this silence: a check with a forged source address must not cut off whom the address belongs to.
// Checks for consent come every 5 s.
constexpr Duration address_hold = seconds(6);
constexpr Duration least_wait = milliseconds(1);  // between two timeouts of one thing

}  // namespace

Shard::Shard(const rtc::DtlsIdentity& identity, SecureRandom& random,
             rtc::TransportParameters health, Instant, ShardSettings settings, RelayExit* relays)
    : impl_(std::make_unique<Impl>(identity, random, std::move(health), settings, relays)) {}
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
  const rtc::DatagramKind kind = rtc::classify(datagram);
  switch (kind) {
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
  PeerEntry& entry = *it->second;
  if (kind == rtc::DatagramKind::dtls && entry.peer.state() == rtc::Peer::State::connecting)
    return impl_->postpone(entry, from, datagram);
  impl_->handle_peer(now, entry, from, datagram, out);
}

void Shard::Impl::postpone(PeerEntry& entry, const Address& from, Bytes datagram) {
  if (steps.size() == max_steps || entry.steps_waiting == max_steps_per_peer) {
    ++totals.refused_busy;
    return;
  }
  ++entry.steps_waiting;
  steps.push_back({entry.id, from, Buffer(datagram.begin(), datagram.end())});
}

void Shard::Impl::take_step(Instant now, rtc::Outbox& out) {
  if (steps.empty()) return;
  Step step = std::move(steps.front());
  steps.pop_front();
  const auto it = peers.find(step.peer);
  if (it == peers.end()) return;
  --it->second->steps_waiting;
  handle_peer(now, *it->second, step.from, step.datagram, out);
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
  touch(entry.room);
}

// The batch has brought something for the room.
void Shard::Impl::touch(RoomEntry& room) {
  if (!std::exchange(room.touched, true)) touched.push_back(&room);
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
  // Before anything is changed in it.
  const bool rtp = media.kind == rtc::Peer::Incoming::Kind::rtp;
  if (entry.publishes) relay(entry, rtp ? Relayed::Kind::rtp : Relayed::Kind::rtcp, media.packet);
  if (rtp) {
    ++totals.rtp_in;
    return room.handle_rtp(now, entry.id, media.packet, sender);
  }
  ++totals.rtcp_in;
  return room.handle_rtcp(now, entry.id, media.packet, sender);
}

void Shard::Impl::relay(const PeerEntry& from, Relayed::Kind kind, Bytes packet) {
  for (const size_t worker : from.room.others) {
    relays->relay(worker, {kind, from.room.id, from.id}, packet);
    ++totals.relayed_out;
  }
}

void Shard::Impl::ask_elsewhere(ParticipantId publisher, Bytes compound) {
  const auto it = relayed.find(publisher);
  if (it == relayed.end()) return;
  const auto& [room, worker] = it->second;
  relays->relay(worker, {Relayed::Kind::request, room->id, publisher}, compound);
}

// What isn't expected here, or not any more, is dropped: commands and relayed packets come by
// different ways.
void Shard::handle_relayed(Instant now, const Relayed& what, MutBytes packet, rtc::Outbox& out) {
  Impl& impl = *impl_;
  Impl::Sender sender(impl, out);
  ++impl.totals.relayed_in;
  if (what.kind == Relayed::Kind::request) {
    const auto room = impl.rooms.find(what.room);
    if (room != impl.rooms.end())
      (void)room->second->room.handle_request(now, what.participant, packet, sender);
    return;
  }
  const auto from = impl.relayed.find(what.participant);
  if (from == impl.relayed.end() || from->second.room->id != what.room) return;
  RoomEntry& entry = *from->second.room;
  // It was counted, and refused if it had to be, where it came in.
  if (what.kind == Relayed::Kind::rtp) {
    (void)entry.room.handle_rtp(now, what.participant, packet, sender);
  } else {
    (void)entry.room.handle_rtcp(now, what.participant, packet, sender);
  }
  impl.touch(entry);
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
  for (Event& event : entry.room.take_events()) events.push_back(std::move(event));
}

void Shard::flush(Instant now, rtc::Outbox& out) {
  impl_->flush(now, out);
}

size_t Shard::unfinished() const {
  size_t receivers = 0;
  for (const RoomEntry* entry : impl_->touched) receivers += entry->room.unfinished();
  return receivers;
}

void Shard::handle_timeout(Instant now, rtc::Outbox& out) {
  Impl& impl = *impl_;
  impl.flush(now, out);
  while (Timer* timer = impl.timers.first()) {
    if (timer->due() > now) break;
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
  impl.take_step(now, out);
}

Instant Shard::next_timeout() const {
  constexpr Instant at_once{INT64_MIN / 2};  // differences to it can be told
  return impl_->steps.empty() ? impl_->timers.next() : at_once;
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
  for (const auto& [id, entry] : impl_->rooms) {
    add(entry->room.counts());
    const uint64_t held = entry->room.history_bytes();
    stats.history_bytes += held;
    stats.largest_history_bytes = std::max(stats.largest_history_bytes, held);
    const DownlinkLoad downlinks = entry->room.downlink_load();
    stats.downlinks += downlinks.receivers;
    stats.slots_held_back += downlinks.held_back;
    stats.downlink_bits_per_second += static_cast<uint64_t>(downlinks.estimate.bps);
  }
  stats.rooms = impl_->rooms.size();
  stats.peers = impl_->peers.size();
  stats.peers_connected =
      static_cast<uint64_t>(std::ranges::count_if(impl_->peers, [](const auto& p) {
        return p.second->peer.state() == rtc::Peer::State::connected;
      }));
  return stats;
}

}  // namespace vicino::sfu
