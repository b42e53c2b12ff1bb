// What the server decides about calls: who may join which room, who hears of whom, which worker carries the media.
// Sans-IO: messages of connections and events of workers in; messages, closings and worker commands out.
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
#include "base/time.h"
#include "server/config.h"
#include "sfu/types.h"

namespace vicino::server {

using RoomName = std::array<uint8_t, 16>;   // the random id in a link
using TokenHash = std::array<uint8_t, 32>;  // SHA-256 of an access token: all the server keeps of it

// The rooms this server knows, kept over restarts (store/rooms.h; tests keep them in memory).
class RoomRegistry {
 public:
  virtual ~RoomRegistry() = default;
  virtual std::optional<TokenHash> find(const RoomName& room) = 0;
  // Durable when it returns. Errors: exhausted (too many rooms), bad_state (disk).
  virtual Status insert(const RoomName& room, const TokenHash& token, WallTime now) = 0;
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
  Calls(Config config, std::vector<ShardInfo> shards, rtc::Fingerprint fingerprint, RoomRegistry& registry,
        SecureRandom& random);
  ~Calls();

  void handle_open(Instant now, ConnectionId connection);
  void handle_message(Instant now, WallTime wall, ConnectionId connection, Bytes message);
  void handle_close(Instant now, ConnectionId connection);
  void handle_event(Instant now, const sfu::Event& event);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  // Tells every connection to come back later and closes it, for shutdown; media goes on. Lets nobody in from then on.
  void drain(Instant now);

  // Open (unencrypted) rooms, by name: letters, digits, '-', '_', '.', 1 to 64 characters, not like an encrypted room's
  // id. Errors: malformed (name), bad_state (there is one by that name), exhausted (Limits::max_rooms). Those of
  // Config::open_rooms are made by the constructor; one that can't be made isn't there afterwards.
  Status create_open_room(std::string_view name, std::string_view token);
  bool is_open_room(std::string_view name) const;
  // `bearer` is the Authorization header's token or "". `publish`: WHIP, else WHEP. `peer`: "" or a name as above; a
  // publisher replaces the room's earlier one of the same name. Statuses: 400 (a name, the offer), 401, 403 (an encrypted
  // room's id), 404, 503 (full, or going down).
  std::expected<MediaResource, HttpRefusal> create_resource(Instant now, bool publish, std::string_view room,
                                                            std::string_view peer, std::string_view bearer,
                                                            std::string_view offer);
  std::expected<void, HttpRefusal> delete_resource(Instant now, std::string_view room, std::string_view id,
                                                   std::string_view bearer);

  std::vector<Output> take_outputs();

  struct Counts {
    uint64_t rooms, participants, connections;            // now
    uint64_t joins, resumes, bad_messages, refused_joins; // since start
  };
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::server
