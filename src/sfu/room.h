// A room's media: who publishes what, which packet goes to whom, rewritten how. Knows RTP and RTCP
// in the clear (the payload is ciphertext it can't open), nothing of sockets, SRTP or signalling.
// One owner, one thread.
#pragma once

#include <memory>
#include <span>

#include "base/random.h"
#include "base/time.h"
#include "rtc/bandwidth_estimator.h"
#include "rtc/peer.h"
#include "sfu/types.h"

namespace vicino::sfu {

// The way to one connected participant, so that nobody has to be looked up for a packet.
struct Route {
  ParticipantId id;
};

// Where a room's packets leave. Must not call back into the room.
class Egress {
 public:
  virtual ~Egress() = default;
  // The way to somebody who is connected now. It outlives what the room has queued for it: whoever
  // takes it away calls Room::flush before.
  virtual Route& route(ParticipantId to) = 0;
  // Packets of one outgoing stream, in order; `place` is the stream's (rtc/stream_place.h).
  virtual void rtp(Route& to, std::span<const rtc::ClearRtp> packets, rtc::StreamPlace& place) = 0;
  // The same, with the last packet of the call before once more: `earlier` keeps it sealed.
  virtual void rtp_with(Buffer& earlier, Route& to, std::span<const rtc::ClearRtp> packets,
                        rtc::StreamPlace& place) = 0;
  // `to` may be relayed: then it is for the worker that its packets come from.
  virtual void rtcp(ParticipantId to, Bytes compound) = 0;
};

// Since the room's start.
struct RoomCounts {
  uint64_t nack_in = 0, pli_in = 0;  // of receivers; a full intra request counts as a PLI
  uint64_t pli_out = 0, rtx_out = 0;
};

struct RoomSettings {
  // About how much all that is kept to answer NACKs may take. The least that every stream needs is
  // kept all the same: PacketHistory::min_packets.
  size_t history_bytes = SIZE_MAX;
  // Whether receivers that report what arrives are sent what their paths carry, by estimate.
  bool adapts = true;
  rtc::BandwidthConfig downlink = {.follows = false};
};

// Of the receivers that report what arrives, now.
struct DownlinkLoad {
  size_t receivers = 0;
  size_t held_back = 0;   // sources that aren't sent for want of bandwidth
  rtc::BitRate estimate;  // what all paths together carry
};

class Room {
 public:
  struct Impl;

  Room(SecureRandom& random, Instant now, const RoomSettings& settings = {});
  ~Room();

  void add(Instant now, ParticipantSetup setup, Egress& out);
  void replace(Instant now, ParticipantSetup setup, Egress& out);
  void remove(Instant now, ParticipantId id, Egress& out);
  // The participant's media path is up: it may be sent to from now on.
  void connected(Instant now, ParticipantId id, Egress& out);
  void set_wants(Instant now, ParticipantId id, std::span<const Want> wants, Egress& out);

  // Decrypted packets of one participant, parsed in place. Errors are for counting. What is only
  // passed on is queued until flush(), at the end of the batch that it arrived in: each receiver
  // then gets all of it at once. Whatever changes who gets what flushes first, by itself.
  Status handle_rtp(Instant now, ParticipantId from, MutBytes packet, Egress& out);
  Status handle_rtcp(Instant now, ParticipantId from, Bytes compound, Egress& out);
  // RTCP of another worker's room for a publisher here (Relayed::Kind::request).
  Status handle_request(Instant now, ParticipantId publisher, Bytes compound, Egress& out);
  // Whether what is sent here goes to other workers, too: then all of it is wanted, whoever
  // watches.
  void set_spread(bool spread);
  void flush(Instant now, Egress& out);
  size_t unfinished() const;  // receivers of video that is in the middle of a frame, before flush()
  void handle_timeout(Instant now, Egress& out);
  Instant next_timeout() const;

  bool empty() const;
  // What the server is to know of since the last call.
  std::vector<Event> take_events();
  DownlinkLoad downlink_load() const;
  const RoomCounts& counts() const;
  size_t history_bytes() const;  // held now

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::sfu
