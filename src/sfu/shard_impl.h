// A shard's insides, shared by shard.cpp (datagrams, deadlines) and shard_commands.cpp (who is
// here).
#pragma once

#include <deque>
#include <unordered_map>

#include "sfu/room.h"
#include "sfu/shard.h"
#include "sfu/timers.h"

namespace vicino::sfu {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct RoomEntry {
  RoomEntry(RoomId number, SecureRandom& random, Instant now, const RoomSettings& settings)
      : id(number), room(random, now, settings) {}
  RoomId id;
  Room room;
  Timer timer;
  bool touched = false;        // by a packet of this batch: is in Impl::touched
  std::vector<size_t> others;  // workers that carry the room, too
};

struct PeerEntry : Route {
  PeerEntry(ParticipantId number, RoomEntry& in, rtc::PeerConfig config,
            const rtc::DtlsIdentity& identity, SecureRandom& random, Instant now)
      : Route{number},
        room(in),
        ufrags{config.local.ice_ufrag},
        peer(std::move(config), identity, random, now) {}
  RoomEntry& room;
  bool publishes = false;
  size_t steps_waiting = 0;         // in Impl::steps
  std::vector<std::string> ufrags;  // it is in Impl::by_ufrag under each
  rtc::Peer peer;
  rtc::Peer::State told = rtc::Peer::State::connecting;  // the state that was made known
  // Where it is found by, the nominated path last: exactly what Impl::by_address holds for this
  // peer.
  std::vector<Address> addresses;
  Instant last_heard{INT64_MIN / 2};  // by an authenticated message
  Timer timer;
};

// A participant whose packets come from another worker.
struct RelayedEntry {
  RoomEntry* room;
  size_t worker;
};

struct Shard::Impl {
  Impl(const rtc::DtlsIdentity& i, SecureRandom& r, rtc::TransportParameters h, ShardSettings s,
       RelayExit* exit)
      : identity(i), random(r), health(std::move(h)), settings(s), relays(exit) {}

  // Per peer; the oldest is forgotten. As many as ICE remembers.
  static constexpr size_t max_addresses = 8;
  // Datagrams of handshakes that wait; what is over is sent again. More take memory, and longer
  // than a client waits.
  static constexpr size_t max_steps = 4096;
  static constexpr size_t max_steps_per_peer = 16;  // a flight has fewer datagrams

  const rtc::DtlsIdentity& identity;
  SecureRandom& random;
  rtc::TransportParameters health;
  ShardSettings settings;
  RelayExit* relays;
  TimerQueue timers;  // before what has timers
  std::unordered_map<RoomId, std::unique_ptr<RoomEntry>> rooms;
  std::unordered_map<ParticipantId, std::unique_ptr<PeerEntry>> peers;
  std::unordered_map<ParticipantId, RelayedEntry> relayed;
  std::unordered_map<std::string, PeerEntry*, TextHash, std::equal_to<>> by_ufrag;
  std::unordered_map<Address, PeerEntry*, AddressHash> by_address;
  std::unordered_map<const Timer*, ParticipantId> peer_of_timer;
  std::unordered_map<const Timer*, RoomId> room_of_timer;
  struct Step {
    ParticipantId peer;
    Address from;
    Buffer datagram;
  };
  std::deque<Step> steps;
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
    void rtp_with(Buffer& earlier, Route& to, std::span<const rtc::ClearRtp> packets,
                  rtc::StreamPlace& place) override {
      out_.make_way();
      rtc::Peer& peer = static_cast<PeerEntry&>(to).peer;
      impl_.totals.rtp_out += peer.send_rtp_with(earlier, packets, place, out_);
    }
    void rtcp(ParticipantId to, Bytes compound) override {
      out_.make_way();
      const auto it = impl_.peers.find(to);
      if (it != impl_.peers.end()) return void(it->second->peer.send_rtcp(compound, out_));
      impl_.ask_elsewhere(to, compound);
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
  void relay(const PeerEntry& from, Relayed::Kind kind, Bytes packet);
  void ask_elsewhere(ParticipantId publisher, Bytes compound);
  void touch(RoomEntry& room);
  void postpone(PeerEntry& entry, const Address& from, Bytes datagram);
  void take_step(Instant now, rtc::Outbox& out);
  void follow(Instant now, PeerEntry& entry, rtc::Outbox& out);
  void follow_address(Instant now, PeerEntry& entry);
  void forget_addresses(PeerEntry& entry);
  void flush(Instant now, rtc::Outbox& out);
  void refresh(RoomEntry& entry);

  RoomEntry& open(Instant now, RoomId id);
  void add(Instant now, RoomId room, ParticipantSetup setup, rtc::PeerConfig transport,
           bool replace, rtc::Outbox& out);
  void carry_out(Instant now, AddParticipant command, rtc::Outbox& out);
  void carry_out(Instant now, ReplaceParticipant command, rtc::Outbox& out);
  void carry_out(Instant now, const RemoveParticipant& command, rtc::Outbox& out);
  void carry_out(Instant now, const SetWants& command, rtc::Outbox& out);
  void carry_out(Instant now, AddRelayed command, rtc::Outbox& out);
  void carry_out(Instant now, SpreadRoom command, rtc::Outbox& out);
  void carry_out(Instant now, const RestartIce& command, rtc::Outbox& out);
  void leave(Instant now, RoomId room, ParticipantId participant, rtc::Outbox& out);
  void forget_ufrag(const PeerEntry& entry, const std::string& ufrag);
  void remove_peer(ParticipantId id, rtc::Outbox& out);
  bool leave_place(ParticipantId id, const RoomEntry& room, rtc::Outbox& out);
  void remove(Instant now, RoomId room, ParticipantId id, rtc::Outbox& out);
  void close(RoomEntry& room);
};

}  // namespace vicino::sfu
