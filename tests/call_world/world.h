// Clients, servers and the network between them, in virtual time.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <string>

#include "core/call.h"
#include "core/media_frames.h"
#include "stores.h"

namespace vicino::world {

// A person with a client: does what the call asks for, and keeps what it says.
struct Client {
  Client(SecureRandom& random, size_t at)
      : call(std::make_unique<core::Call>(random, core::CallOptions{})), server(at) {}

  std::unique_ptr<core::Call> call;  // null: crashed, or closed
  core::MediaFrames frames;
  size_t server;                     // which it talks to
  std::optional<ConnectionId> connection;
  Instant last_to_server{}, last_from_server{};  // the network keeps the order
  bool admits = true;                // lets in whoever waits, when it is a host
  core::OwnState state{true, true, false, false};

  // What it was told.
  core::Phase phase = core::Phase::connecting;
  std::optional<core::RosterChanged> roster;
  std::optional<core::RoomChanged> room;
  std::vector<core::WaitingPerson> waiting;
  std::vector<core::ChatReceived> chats;
  std::vector<core::ReactionReceived> reactions;
  std::vector<std::string> asked;  // "mute by Ada", "unmute by Ada", "hand by Ada"
  core::CodeChanged code{};
  std::optional<core::Ended> ended;
  std::optional<Buffer> memory;
  Instant joined_at = Instant::never();

  bool in_call() const { return call && !ended && phase == core::Phase::in_call; }
  const core::PersonView* sees(std::string_view name) const;  // nullptr: it doesn't
};

struct Options {
  uint64_t seed = 1;
  Duration shortest = milliseconds(5), longest = milliseconds(60);  // of a message's way
  size_t max_participants = 100;
  Duration resume_grace = seconds(20);
};

// What a hostile network or server does with a message: what is returned goes on instead.
using Tamper = std::function<std::vector<Buffer>(size_t client, Bytes message)>;

class World {
 public:
  explicit World(Options options = {});

  // A link to a room that nobody knows yet.
  std::string new_link();
  // Opens the link; returns the client's number. `memory`: of an earlier client.
  size_t open(const std::string& link, const std::string& name, std::optional<Buffer> memory = std::nullopt,
              size_t server = 0, bool keep_identity = true);
  Client& operator[](size_t client) { return *clients_.at(client); }
  size_t size() const { return clients_.size(); }
  core::Call& call(size_t client) { return *clients_.at(client)->call; }

  void leave(size_t client);
  // Gone without a word; the server notices after a while.
  void crash(size_t client, Duration noticed_after);
  // The connection breaks; the client comes back by itself.
  void cut(size_t client);
  // With the same disk, after `down`.
  void restart_server(Duration down, size_t server = 0);
  // Another server with a copy of this one's disk; returns its number.
  size_t fork_server(size_t server = 0);
  // The server says this to a client, through no tampering.
  void say_to(size_t client, Buffer message);
  // The server hears this over a client's connection, which didn't say it.
  void say_as(size_t client, Buffer message);

  void run_for(Duration time);
  // Until it holds, for at most `limit`; whether it did.
  bool run_until(const std::function<bool()>& holds, Duration limit);
  Instant now() const { return now_; }

  // A frame of this client's microphone; nullopt: it has no key to seal under.
  std::optional<Buffer> seal(size_t client);
  // Whose it is, if it opens.
  std::optional<SenderId> open_frame(size_t client, Bytes frame);
  SenderId sender_of(size_t client);
  // Whether everybody in the call opens everybody's frames, under the right name. What is wrong, or "".
  std::string frames_flow();

  // What every client offers.
  static std::string offer();

  SecureRandom* randomness = nullptr;  // of clients opened from now on; null: the world's
  Tamper to_server, to_client;
  SeededRandom random;

 private:
  struct Event {
    Instant at;
    uint64_t order;
    std::function<void()> happen;
    bool operator>(const Event& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
  };
  struct Server {
    std::unique_ptr<server::Calls> calls;  // null: down
    MemoryStores stores;
    std::map<ConnectionId, size_t> connections;  // whose
  };

  void at(Instant when, std::function<void()> happen);
  Instant arrival(Instant& last);
  std::unique_ptr<server::Calls> make_calls(Server& server);
  void step(Instant limit);
  Instant next_thing() const;
  void drain_client(size_t client);
  void drain_server(size_t server);
  void handle(size_t client, core::Output& output);
  void connect(size_t client);
  void disconnect(size_t client);
  void receive(size_t server, ConnectionId connection, Bytes message);
  void deliver(size_t client, ConnectionId connection, Buffer message);

  Options options_;
  Instant now_{1'000'000};
  uint64_t order_ = 0, last_connection_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace vicino::world
