// What the server decides about calls: who may join which room, who hears of whom, which worker
// carries the media. For encrypted calls it is the delivery service of their MLS group (RFC 9750
// section 5.2). Sans-IO: messages of connections and events of workers in; messages, closings and
// worker commands out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/time.h"
#include "server/config.h"
#include "sfu/types.h"

namespace vicino::server {

using RoomName = std::array<uint8_t, 16>;  // the random id in a link
using TokenHash =
    std::array<uint8_t, 32>;  // SHA-256 of an access token: all the server keeps of it

// The rooms this server knows, kept over restarts (store/rooms.h; tests keep them in memory).
class RoomRegistry {
 public:
  virtual ~RoomRegistry() = default;
  virtual std::optional<TokenHash> find(const RoomName& room) = 0;
  // Durable when it returns. Errors: exhausted (too many rooms), bad_state (disk).
  virtual Status insert(const RoomName& room, const TokenHash& token, WallTime now) = 0;
  // Whether it was the room's before a newer one. Remembers max_revoked_tokens per room, the
  // latest.
  virtual bool is_revoked(const RoomName& room, const TokenHash& token) = 0;
};
inline constexpr size_t max_revoked_tokens = 32;

// What it takes to go on with a running call's group after a restart.
struct SavedGroup {
  Buffer group_info;  // MLSMessage, without tree
  Buffer tree;
  uint64_t seq = 0;
  std::vector<SenderId> leaving;  // those whose removal has been proposed
};

// The groups of running calls, kept over restarts (store/groups.h; tests keep them in memory).
class GroupStore {
 public:
  virtual ~GroupStore() = default;
  virtual std::optional<SavedGroup> find(const RoomName& room) = 0;
  // `new_token`: a newer link has replaced the room's, whose token is remembered as revoked.
  // Durable, all or nothing, when it returns. Errors: bad_state (disk).
  virtual Status save(const RoomName& room, const SavedGroup& group,
                      const std::optional<TokenHash>& new_token, WallTime now) = 0;
  virtual void erase(const RoomName& room) = 0;
};

// The server's Ed25519 seed, with which it signs its proposals. The same over restarts: groups name
// its public key.
using ServerSeed = SecretBytes<32>;

struct Stores {
  RoomRegistry& rooms;
  GroupStore& groups;
};

struct SendMessage {  // one wire.fbs ServerMessage
  ConnectionId to;
  Buffer message;
};
struct CloseConnection {  // after everything sent before
  ConnectionId connection;
};
struct ToShard {
  size_t shard;
  sfu::Command command;
};
using Output = std::variant<SendMessage, CloseConnection, ToShard>;

// Where each shard's media port is announced.
struct ShardInfo {
  std::vector<Address> candidates;
  std::vector<Address> tcp_candidates = {};  // the web server's port, as clients reach it; none: no TCP
};

// A WHIP or WHEP resource that was created.
struct MediaResource {
  std::string answer;  // SDP
  std::string id;      // last path segment of its Location; unguessable
};

// Why a WHIP or WHEP request is refused: an HTTP status and one sentence.
struct HttpRefusal {
  int status;
  std::string message;
};

class Calls {
 public:
  Calls(Config config, std::vector<ShardInfo> shards, rtc::Fingerprint fingerprint, Stores stores,
        const ServerSeed& seed, SecureRandom& random);
  ~Calls();

  void handle_open(Instant now, ConnectionId connection);
  void handle_message(Instant now, WallTime wall, ConnectionId connection, Bytes message);
  void handle_close(Instant now, ConnectionId connection);
  void handle_event(Instant now, const sfu::Event& event);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Tells every connection to come back later and closes it, for shutdown; media goes on. Lets
  // nobody in from then on.
  void drain(Instant now);

  // Open (unencrypted) rooms, by name: letters, digits, '-', '_', '.', 1 to 64 characters, not like
  // an encrypted room's id. Errors: malformed (name), bad_state (there is one by that name),
  // exhausted (Limits::max_rooms). Those of Config::open_rooms are made by the constructor; one
  // that can't be made isn't there afterwards.
  Status create_open_room(std::string_view name, std::string_view token);
  bool is_open_room(std::string_view name) const;
  // `bearer` is the Authorization header's token or "". `publish`: WHIP, else WHEP. `peer`: "" or a
  // name as above; a publisher replaces the room's earlier one of the same name. Statuses: 400 (a
  // name, the offer), 401, 403 (an encrypted room's id), 404, 503 (full, or going down).
  std::expected<MediaResource, HttpRefusal> create_resource(Instant now, bool publish,
                                                            std::string_view room,
                                                            std::string_view peer,
                                                            std::string_view bearer,
                                                            std::string_view offer);
  std::expected<void, HttpRefusal> delete_resource(Instant now, std::string_view room,
                                                   std::string_view id, std::string_view bearer);

  // The shard whose peer expects checks that name this ICE user fragment; nullopt: nobody's.
  std::optional<size_t> shard_of(std::string_view ufrag) const;

  // What a shard forwarded lately: newcomers go where there is less to do.
  void measured(size_t shard, uint64_t packets_per_second);

  std::vector<Output> take_outputs();

  struct Counts {
    uint64_t rooms, participants, connections, waiting;    // now
    uint64_t joins, resumes, bad_messages, refused_joins;  // since start
  };
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::server
