// The state behind Calls. Its functions are in calls.cpp (connections, time, workers' events),
// join.cpp (who gets to the door), stays.cpp (members and their connections), commits.cpp (the
// group's epochs), members.cpp (what else members say) and resources.cpp (WHIP and WHEP).
#pragma once

#include "server/deadlines.h"
#include "server/directory.h"
#include "server/messages.h"
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
// A commit is checked, with a signature for each leaf it adds, and written to disk.
inline constexpr size_t commit_cost = 5;
// The group's tree is sent.
inline constexpr size_t group_cost = 5;
// A post goes to everybody: a unit for each of these many bytes.
inline constexpr size_t post_unit = 2048;

struct Calls::Impl {
  struct Connection {
    RateLimit messages;
    std::array<uint8_t, 32> nonce;
    std::optional<ParticipantId> stay;
    std::optional<sfu::RoomId> waiting;  // in the lobby of this room; not together with a stay
  };
  using Verdict = std::expected<void, RefusedRequest>;
  // A room's link, as a Join shows it.
  struct LinkCheck {
    TokenHash token;
    bool registered;  // the registry, or a room in use, knows the room
    bool revoked;     // the link was the room's
  };
  // A member of a group who isn't connected.
  using Absent = std::pair<sfu::RoomId, SenderId>;
  struct Speaker {
    Room& room;
    SenderId sender;
    bool member;  // else in the lobby
  };

  Impl(Config config, std::vector<ShardInfo> shards, const rtc::Fingerprint& fingerprint,
       Stores stores, const ServerSeed& seed, SecureRandom& random);

  // calls.cpp
  void handle_open(Instant now, ConnectionId id);
  void handle_message(Instant now, WallTime wall, ConnectionId id, Bytes message);
  void handle_aligned(Instant now, ConnectionId id, Bytes message);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  void drain(Instant now);
  void handle(Instant now, const sfu::ParticipantConnected& event);
  void handle(Instant now, const sfu::ParticipantLost& event);
  void handle(Instant now, const sfu::SlotsChanged& event);
  void handle(Instant now, const sfu::HeldBackChanged& event);
  void handle(Instant now, const sfu::LayersWatched& event);
  void handle(Instant now, const sfu::UplinksChanged& event);
  // The connection is over; its stay, if it has one, waits for it to come back.
  void forget(Instant now, ConnectionId id);
  // Every refusal ends the connection.
  void refuse(Instant now, ConnectionId id, wire::Refusal reason, std::string_view detail,
              Duration retry_after = {});
  void send(ConnectionId to, Buffer message);
  // To all members of a room, or all but one.
  void tell(const Room& room, const Buffer& message, ParticipantId except = {});

  // workers.cpp
  void command(size_t shard, sfu::Command command);
  // Where a newcomer's media path is to end. `room` null: there is none yet.
  size_t place(const Room* room) const;
  // A stay's media, from now on as negotiated; `replaced`: it had some before.
  void carry(const Room& room, Stay& stay, NegotiatedMedia media, bool replaced);
  // It gets and gives no media any more.
  void cut(const Room& room, const Stay& stay);
  void introduce(const Room& room, size_t shard);
  void tell_spread(const Room& room);
  void forget_others(const Room& room, size_t shard);

  // join.cpp
  void handle(Instant now, ConnectionId id, const JoinRequest& request);
  std::expected<LinkCheck, RefusedRequest> check_link(const JoinRequest& request);
  // The room in memory, with its group from disk after a restart; null: there is none. Errors: too
  // many rooms.
  std::expected<Room*, RefusedRequest> open_room(Instant now, const JoinRequest& request,
                                                 const LinkCheck& link);
  Verdict arrive(Instant now, ConnectionId id, const JoinRequest& request, const LinkCheck& link);
  Verdict check_place(const Room* room, const JoinRequest& request, const Newcomer& newcomer);
  Verdict offer_again(ConnectionId id, const JoinRequest& request);
  Verdict come_back(Instant now, ConnectionId id, const JoinRequest& request,
                    const LinkCheck& link);
  Verdict wait(Instant now, Room& room, WaitingPerson person);
  bool named_like_an_open_room(const RoomName& name) const;

  // stays.cpp
  // The first of those who wait begins the room's group. Who can't is refused.
  void found_group(Instant now, Room& room);
  void attach(ConnectionId id, Stay& stay);
  void welcome(const Room& room, const Stay& stay, const std::string& answer, size_t video_slots,
               bool founded);
  void begin_stay(ConnectionId id, Room& room, SenderId sender, NegotiatedMedia media,
                  bool founded);
  void continue_stay(Instant now, ConnectionId id, Stay& stay, NegotiatedMedia media);
  void catch_up(const Room& room, const Stay& stay, uint64_t seen);
  // Its connection is gone: others are told, its place is kept for a while.
  void lose(Instant now, Stay& stay);
  // At once, telling the others. Its connection, if there is one, may join again.
  void remove(Instant now, ParticipantId id);
  // The same for one whose media has been cut already.
  void end_stay(Instant now, ParticipantId id);
  // A member is gone for good: its stay ends, the others are to remove its leaf.
  void leave(Instant now, Room& room, SenderId sender);
  void end_group(Room& room);
  // The lobby loses somebody; members are told.
  WaitingPerson leave_lobby(Room& room, SenderId sender);
  void turn_away(Instant now, Room& room, SenderId sender, wire::Refusal reason,
                 std::string_view detail);

  // commits.cpp
  void handle(Instant now, ConnectionId id, const CommitRequest& request);
  std::expected<CallGroup::Accepted, std::string_view> judge(const Speaker& speaker,
                                                             const CommitRequest& request);
  void adopt(Instant now, ConnectionId id, const Speaker& speaker, CallGroup::Accepted accepted,
             Bytes welcome);
  void cut_off(Instant now, Room& room, const CallGroup::Accepted& accepted);
  void tell_lobby(Instant now, Room& room, const admission::CallContext& before);
  void propose_removals(Room& room);

  // members.cpp
  void handle(Instant now, ConnectionId id, const GetGroupRequest& request);
  void handle(Instant now, ConnectionId id, const PostRequest& request);
  void handle(Instant now, ConnectionId id, const ReadyRequest& request);
  void handle(Instant now, ConnectionId id, const DenyRequest& request);
  void handle(Instant now, ConnectionId id, const WatchRequest& request);
  void handle(Instant now, ConnectionId id, const LeaveRequest& request);
  void handle(Instant now, ConnectionId id, const RestartIceRequest& request);
  // Who speaks on a connection; nullopt: nobody who has joined.
  std::optional<Speaker> speaker(ConnectionId id);
  std::optional<Speaker> member(Instant now, ConnectionId id);
  void switch_if_ready(Room& room);

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
  GroupStore& groups_;
  SecureRandom& random_;
  const GroupAuthority authority_;
  Negotiator negotiator_;
  OpenRooms open_rooms_;
  Directory directory_;
  std::map<ConnectionId, Connection> connections_;
  // Of connections without a stay: until they have joined, or have waited long enough.
  Deadlines<ConnectionId> join_deadlines_;
  Deadlines<Absent> absent_deadlines_;
  Deadlines<ParticipantId> resource_deadlines_;  // of resources not connected yet
  std::vector<Output> outputs_;
  WallTime wall_{};  // of the latest message
  bool draining_ = false;
  uint64_t joins_ = 0, resumes_ = 0, bad_messages_ = 0, refused_joins_ = 0;
};

}  // namespace vicino::server
