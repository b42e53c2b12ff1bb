// Who is in which room, and which shard carries it. Bookkeeping only: it tells nobody.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "server/requests.h"

namespace vicino::server {

using RoomKey = std::variant<RoomName, std::string>;  // of an encrypted room, of an open one

struct Room {
  sfu::RoomId id;
  RoomKey key;
  TokenHash token;  // of an encrypted room: what holds while somebody is in, whatever is on disk
  size_t shard;
  std::set<ParticipantId> members;  // in order of arrival, as ids grow
};

// What a WHIP or WHEP resource is beside a participant.
struct Resource {
  std::string id;
  bool publishes;
  std::string peer_name;  // "" for nobody's
};

// A participant from its join to its leaving, over all its connections.
struct Stay {
  ParticipantId id;  // given by the directory
  sfu::RoomId room;  // "
  // A client's:
  uint64_t sender = 0;
  Buffer profile;
  ResumeToken resume{};
  std::optional<ConnectionId> connection;  // nullopt: lost, its place is kept for a while
  // A resource's:
  std::optional<Resource> resource;
};

class Directory {
 public:
  explicit Directory(size_t shards) : members_of_shard_(shards) {}

  // References stay valid until the room or stay is removed.
  Room* find_room(const RoomKey& key);
  Room& room(sfu::RoomId id);
  Room& make_room(RoomKey key, const TokenHash& token, size_t shard);
  size_t emptiest_shard() const;

  Stay* find_stay(ParticipantId id);
  Stay* find_resumable(const ResumeToken& token);
  Stay* find_resource(const std::string& id);
  Stay& add(Room& room, Stay stay);
  // The last member takes its room along.
  void remove(ParticipantId id);

  size_t rooms() const { return rooms_.size(); }
  size_t stays() const { return stays_.size(); }
  // Whether nothing is kept, in no index either: so it must be once everybody has gone.
  bool empty() const;

 private:
  std::vector<size_t> members_of_shard_;
  std::map<sfu::RoomId, Room> rooms_;
  std::map<RoomKey, sfu::RoomId> rooms_by_key_;
  std::map<ParticipantId, Stay> stays_;
  // By the hash of the token: how long a search takes tells nothing about tokens.
  std::map<TokenHash, ParticipantId> by_resume_;
  std::map<TokenHash, ParticipantId> by_resource_;
  uint64_t last_room_ = 0;
  uint32_t last_stay_ = 0;
};

}  // namespace vicino::server
