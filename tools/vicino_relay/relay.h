// What the relay does, without sockets: clients by their addresses, each with its paths, and
// commands with their times. Datagrams and `now` in, datagrams and a deadline out.
#pragma once

#include <map>
#include <unordered_map>

#include "command.h"

namespace vicino::relay {

struct RelaySettings {
  PathPair paths{};
  uint64_t seed = 1;
  size_t listeners = 1;
  size_t max_clients = 64;  // each costs a socket and 40 KB
  bool shared = false;      // all clients share one bottleneck in each direction
};

// A datagram that has come out of its path.
struct Outgoing {
  uint32_t client;
  bool up;  // to the target, else to the client
  Buffer bytes;
};

class Relay {
 public:
  // Planned commands. Higher costs some hundred bytes each.
  static constexpr size_t max_planned = 10'000;

  struct Lane {
    Lane(uint64_t up_seed, uint64_t down_seed, const PathPair& pair);
    PathPair settings;
    sim::Path up, down;
  };
  struct Client {
    size_t listener;
    Address address;
    Instant last_seen;  // a datagram of either side
  };

  explicit Relay(const RelaySettings& settings);

  // Who comes from an address not seen before is a new client; the one silent longest is forgotten
  // where there is no room.
  void from_client(Instant now, size_t listener, const Address& from, Bytes bytes);
  // For a client that has been forgotten it does nothing.
  void from_target(Instant now, uint32_t client, Bytes bytes);
  // Everything that has come out by now is added, the earliest of each path first.
  void take(Instant now, std::vector<Outgoing>& out);
  Instant next_deadline() const;

  // At once, or planned if it says so. Errors: a sentence; nothing has changed.
  Parsed<void> command(Instant now, const Command& command);
  // What went wrong with planned commands since the last call.
  std::vector<std::string> take_problems() { return std::exchange(problems_, {}); }
  // Clients whose sockets to the target are to be closed: forgotten, or to come from elsewhere.
  std::vector<uint32_t> take_closed() { return std::exchange(closed_, {}); }

  const std::map<uint32_t, Client>& clients() const { return clients_; }
  const Lane& lane(uint32_t client) const { return lanes_.at(settings_.shared ? 0 : client); }
  bool shared() const { return settings_.shared; }
  // Of all clients, forgotten ones, too.
  sim::PathStatistics total(bool up) const;
  uint64_t forgotten() const { return forgotten_; }
  // How much later than their time datagrams were handed out at most: this machine's own doing.
  Duration latest() const { return latest_; }

 private:
  uint32_t client_at(Instant now, size_t listener, const Address& address);
  void forget_one();
  void add_lane(Instant now, uint32_t number);
  void drain(Instant now, sim::Path& path, bool up, std::vector<Outgoing>& out);
  void run_planned(Instant now);
  Parsed<std::vector<Lane*>> concerned(const Command& command);
  Parsed<void> execute(Instant now, const Command& command);
  void begin_outages(Instant now, const Command& command, std::span<Lane* const> lanes);
  void reset();

  RelaySettings settings_;
  SeededRandom seeds_;
  std::vector<std::unordered_map<Address, uint32_t, AddressHash>>
      by_address_;  // one for each listener
  std::map<uint32_t, Client> clients_;
  std::map<uint32_t, Lane> lanes_;  // by client; the one that all share is 0
  uint32_t last_client_ = 0;
  Instant up_outage_until_{INT64_MIN}, down_outage_until_{INT64_MIN};  // for clients to come
  std::multimap<Instant, Command> planned_;
  PathPair planned_paths_;  // as they will be after everything that is planned
  std::vector<std::string> problems_;
  std::vector<uint32_t> closed_;
  sim::PathStatistics gone_up_, gone_down_;  // of forgotten clients
  uint64_t forgotten_ = 0;
  Duration latest_{};
};

}  // namespace vicino::relay
