// The relay's sockets, clock and standard input and output, in one thread that sleeps until
// something comes or is due.
#pragma once

#include <map>
#include <memory>

#include "relay.h"
#include "socket.h"

namespace vicino::relay {

struct Route {
  Address listen, target;
};

class Loop {
 public:
  // Opens the sockets and begins the schedule. Errors: a sentence.
  static Parsed<std::unique_ptr<Loop>> start(const std::vector<Route>& routes,
                                             const RelaySettings& settings,
                                             const std::vector<Command>& schedule);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Where clients find it, one for each route, with the ports that were really taken.
  std::vector<Address> listening() const;
  // Passes datagrams on and obeys lines on standard input, until SIGTERM or SIGINT.
  void run();

 private:
  Loop(const std::vector<Route>& routes, const RelaySettings& settings);
  bool wait(Instant now);
  void receive(Instant now);
  void read_input(Instant now);
  void obey(Instant now, const std::string& line);
  void pass_on(Instant now);
  void send(std::span<const Outgoing> same_socket);
  Socket* upstream(uint32_t client);
  void close_sockets();

  std::vector<Route> routes_;
  Relay relay_;
  Instant started_;
  int signals_ = -1;
  bool input_open_ = true;
  std::string line_;  // of standard input, as far as it has come
  std::vector<Socket> listeners_;
  std::map<uint32_t, Socket> upstreams_;  // by client
  ReceiveBuffer buffer_;
  std::vector<uint32_t> ready_clients_;
  std::vector<size_t> ready_listeners_;
  std::vector<Outgoing> outgoing_;
  std::vector<Datagram> batch_;
  bool input_ready_ = false;
  uint64_t oversized_ = 0, unsent_ = 0;
};

}  // namespace vicino::relay
