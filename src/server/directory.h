// Who is in which room, and which shard carries it. Bookkeeping only: it tells nobody.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "server/call_group.h"
#include "server/lobby.h"
#include "server/placement.h"

namespace vicino::server {

using RoomKey = std::variant<RoomName, std::string>;  // of an encrypted room, of an open one

// What an encrypted room has beside its media.
struct CallRoom {
  std::optional<CallGroup> group;
  Lobby lobby;
  std::map<SenderId, ParticipantId>
      stays;                 // of members; those that a restart left behind have none
  std::set<SenderId> ready;  // for the current epoch
  bool switched = false;     // all were ready
};

struct Room {
  sfu::RoomId id;
  RoomKey key;
  TokenHash token;  // of an encrypted room: what holds while it is in use, whatever is on disk
  std::set<ParticipantId> members;     // in order of arrival, as ids grow
  std::map<size_t, size_t> on_shards;  // those that carry it, and for how many members each
  std::unique_ptr<CallRoom> call;      // null: an open room

  const RoomName& name() const { return std::get<RoomName>(key); }  // of an encrypted room
};

// What a WHIP or WHEP resource is beside a participant.
struct Resource {
  std::string id;
  bool publishes;
  std::string peer_name;  // "" for nobody's
};

// A participant from its join to its leaving, over all its connections.
struct Stay {
  ParticipantId id;        // given by the directory
  sfu::RoomId room;        // "
  size_t shard = 0;        // where its media path ends
  bool media_lost = false;  // the worker has said that it ended
  std::string ufrag = {};   // what its media path's checks name (set_ufrag)
  // What it sends, as the workers know it, for those that come to carry the room later.
  std::vector<sfu::Publication> publications;
  // A client's:
  SenderId sender;
  std::optional<ConnectionId> connection;  // nullopt: lost, its place is kept for a while
  // A resource's:
  std::optional<Resource> resource;
};

class Directory {
 public:
  explicit Directory(size_t shards) : loads_(shards) {}

  // References stay valid until the room or stay is removed.
  Room* find_room(const RoomKey& key);
  Room* find_room(sfu::RoomId id);
  Room& room(sfu::RoomId id);
  Room& make_room(RoomKey key, const TokenHash& token);
  // How much each shard has to do.
  const std::vector<WorkerLoad>& loads() const { return loads_; }
  void measured(size_t shard, uint64_t packets_per_second) {
    loads_.at(shard).packets_per_second = packets_per_second;
  }

  Stay* find_stay(ParticipantId id);
  Stay* find_stay(const Room& room, SenderId sender);
  Stay* find_resource(const std::string& id);
  // Whose media path's checks name this ICE user fragment.
  const Stay* find_ufrag(std::string_view ufrag) const;
  void set_ufrag(Stay& stay, std::string ufrag);
  Stay& add(Room& room, Stay stay);
  // An open room goes with its last member.
  void remove(ParticipantId id);
  // Unless somebody is in it, waits for it, or may come back.
  void remove_if_unused(Room& room);

  size_t rooms() const { return rooms_.size(); }
  size_t stays() const { return stays_.size(); }
  size_t waiting() const;
  // Whether nothing is kept, in no index either: so it must be once everybody has gone.
  bool empty() const;

 private:
  std::vector<WorkerLoad> loads_;
  std::map<sfu::RoomId, Room> rooms_;
  std::map<RoomKey, sfu::RoomId> rooms_by_key_;
  std::map<ParticipantId, Stay> stays_;
  // By the hash of the id: how long a search takes tells nothing about ids.
  std::map<TokenHash, ParticipantId> by_resource_;
  std::map<std::string, ParticipantId, std::less<>> by_ufrag_;
  uint64_t last_room_ = 0;
  uint32_t last_stay_ = 0;
};

}  // namespace vicino::server
