// The state behind Calls. Its functions are in calls.cpp (connections, time, workers' events),
// join.cpp (who gets in) and resources.cpp (WHIP and WHEP).
#pragma once

#include "server/deadlines.h"
#include "server/directory.h"
#include "server/messages.h"
#include "server/negotiation.h"
#include "server/open_rooms.h"
#include "server/rate.h"

namespace vicino::server {

// A connection that hasn't joined by then is closed; a WHIP or WHEP resource whose media path isn't
// up by then is removed.
inline constexpr Duration patience = seconds(30);
// How long a connection's message rate is averaged over.
inline constexpr Duration rate_window = seconds(2);
// What a Join costs of it: an offer is read, answered, and a transport made.
inline constexpr size_t join_cost = 10;

struct Calls::Impl {
  struct Connection {
    RateLimit messages;
    std::optional<ParticipantId> stay;
  };
  // A Join that may go ahead, but for its offer.
  struct Admission {
    Room* room;  // null: to be made
    Stay* stay;  // to be taken over; null: a new one
    TokenHash token;
    bool registered;  // the registry, or a room with somebody in it, knows the room
  };

  Impl(Config config, std::vector<ShardInfo> shards, const rtc::Fingerprint& fingerprint,
       RoomRegistry& registry, SecureRandom& random);

  // calls.cpp
  void handle_open(Instant now, ConnectionId id);
  void handle_message(Instant now, WallTime wall, ConnectionId id, Bytes message);
  void handle_aligned(Instant now, WallTime wall, ConnectionId id, Bytes message);
  void handle_timeout(Instant now);
  void drain(Instant now);
  void handle(Instant now, ConnectionId id, const ProfileRequest& request);
  void handle(Instant now, ConnectionId id, const WatchRequest& request);
  void handle(Instant now, ConnectionId id, const LeaveRequest& request);
  void handle(Instant now, const sfu::ParticipantConnected& event);
  void handle(Instant now, const sfu::ParticipantLost& event);
  void handle(Instant now, const sfu::SlotsChanged& event);
  // The connection is over; its stay, if it has one, waits to be resumed.
  void forget(Instant now, ConnectionId id);
  // Every refusal ends the connection.
  void refuse(Instant now, ConnectionId id, wire::Refusal reason, std::string_view detail,
              Duration retry_after = {});
  // At once, telling the others. Its connection, if there is one, may join again.
  void remove(Instant now, ParticipantId id);
  void send(ConnectionId to, Buffer message);
  void tell_others(const Stay& about, const Buffer& message);
  void command(const Room& room, sfu::Command command);

  // join.cpp
  void join(Instant now, WallTime wall, ConnectionId id, const JoinRequest& request);
  std::expected<Admission, RefusedRequest> admit(ConnectionId id, const JoinRequest& request);
  std::expected<Stay*, RefusedRequest> stay_to_continue(ConnectionId id,
                                                        const JoinRequest& request);
  Status register_room(WallTime wall, const JoinRequest& request, const Admission& admission);
  void begin_stay(ConnectionId id, const JoinRequest& request, Room& room, NegotiatedMedia media);
  void continue_stay(Instant now, ConnectionId id, const JoinRequest& request, Stay& stay,
                     NegotiatedMedia media);
  void attach(ConnectionId id, Stay& stay);
  void welcome(const Stay& stay, const std::string& answer, size_t video_slots);
  bool named_like_an_open_room(const RoomName& name) const;

  // resources.cpp
  std::expected<MediaResource, HttpRefusal> create_resource(Instant now, bool publish,
                                                            const std::string& room_name,
                                                            std::string_view peer,
                                                            std::string_view bearer,
                                                            std::string_view offer);
  std::expected<void, HttpRefusal> delete_resource(Instant now, const std::string& room_name,
                                                   const std::string& id, std::string_view bearer);
  std::expected<void, HttpRefusal> check_access(const std::string& room_name,
                                                std::string_view bearer) const;
  Stay* publisher(Room& room, std::string_view peer);

  const Config config_;
  const std::vector<ShardInfo> shards_;
  RoomRegistry& registry_;
  SecureRandom& random_;
  Negotiator negotiator_;
  OpenRooms open_rooms_;
  Directory directory_;
  std::map<ConnectionId, Connection> connections_;
  Deadlines<ConnectionId> join_deadlines_;   // of connections without a stay
  Deadlines<ParticipantId> stay_deadlines_;  // of lost clients, and of resources not connected yet
  std::vector<Output> outputs_;
  bool draining_ = false;
  uint64_t joins_ = 0, resumes_ = 0, bad_messages_ = 0, refused_joins_ = 0;
};

}  // namespace vicino::server
