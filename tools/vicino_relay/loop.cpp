#include "loop.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "net/clock.h"
#include "report.h"

namespace vicino::relay {
namespace {

constexpr int64_t second_us = 1'000'000;

// SIGTERM and SIGINT as something to read.
int open_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void answer(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void complain(const std::string& what) {
  std::fprintf(stderr, "vicino-relay: %s\n", what.c_str());
}

pollfd reading(int fd) {
  return {fd, POLLIN, 0};
}

}  // namespace

Loop::Loop(const std::vector<Route>& routes, const RelaySettings& settings)
    : routes_(routes), relay_(settings), started_(net::now()), signals_(open_signals()) {}

Loop::~Loop() {
  if (signals_ >= 0) ::close(signals_);
}

Parsed<std::unique_ptr<Loop>> Loop::start(const std::vector<Route>& routes,
                                          const RelaySettings& settings,
                                          const std::vector<Command>& schedule) {
  std::unique_ptr<Loop> loop(new Loop(routes, settings));
  for (const Route& route : routes) {
    auto socket = Socket::bound(route.listen);
    if (!socket) return std::unexpected(std::move(socket.error()));
    loop->listeners_.push_back(std::move(*socket));
  }
  for (const Command& command : schedule) {
    if (const auto done = loop->relay_.command(loop->started_, command); !done) {
      return std::unexpected("the schedule: " + done.error());
    }
  }
  return loop;
}

std::vector<Address> Loop::listening() const {
  std::vector<Address> addresses;
  for (const Socket& socket : listeners_) addresses.push_back(socket.local());
  return addresses;
}

void Loop::run() {
  while (wait(net::now())) {
    const Instant now = net::now();
    receive(now);
    if (input_ready_) read_input(now);
    pass_on(now);
    close_sockets();
    for (const std::string& problem : relay_.take_problems()) complain(problem);
  }
}

// Until something is there or due. False: it is to end.
bool Loop::wait(Instant now) {
  std::vector<pollfd> fds = {reading(signals_), reading(input_open_ ? STDIN_FILENO : -1)};
  for (const Socket& socket : listeners_) fds.push_back(reading(socket.fd()));
  for (const auto& [client, socket] : upstreams_) fds.push_back(reading(socket.fd()));
  const Instant next = relay_.next_deadline();
  const int64_t us = next == Instant::never() ? 0 : std::max<int64_t>((next - now).us, 0);
  const timespec time{us / second_us, us % second_us * 1000};
  if (::ppoll(fds.data(), fds.size(), next == Instant::never() ? nullptr : &time, nullptr) < 0) {
    CHECK(errno == EINTR);
    for (pollfd& fd : fds) fd.revents = 0;
  }
  input_ready_ = fds[1].revents != 0;
  ready_listeners_.clear();
  ready_clients_.clear();
  size_t at = 2;
  for (size_t i = 0; i < listeners_.size(); ++i) {
    if (fds[at++].revents != 0) ready_listeners_.push_back(i);
  }
  for (const auto& [client, socket] : upstreams_) {
    if (fds[at++].revents != 0) ready_clients_.push_back(client);
  }
  return fds[0].revents == 0;
}

void Loop::receive(Instant now) {
  for (const size_t i : ready_listeners_) {
    oversized_ += listeners_[i].receive(buffer_, [&](const Address& from, Bytes datagram) {
      relay_.from_client(now, i, from, datagram);
    });
  }
  for (const uint32_t client : ready_clients_) {
    oversized_ += upstreams_.at(client).receive(buffer_, [&](const Address&, Bytes datagram) {
      relay_.from_target(now, client, datagram);
    });
  }
}

void Loop::read_input(Instant now) {
  std::array<char, max_line> read;
  const ssize_t count = ::read(STDIN_FILENO, read.data(), read.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    input_open_ = false;  // it goes on without
    return;
  }
  for (const char c : std::string_view(read.data(), static_cast<size_t>(count))) {
    if (c == '\n') {
      obey(now, std::exchange(line_, ""));
    } else if (line_.size() <=
               max_line) {  // one byte more than there may be tells that it is too long
      line_ += c;
    }
  }
}

void Loop::obey(Instant now, const std::string& line) {
  const auto command = parse_command(line);
  if (!command) return answer("error: " + command.error());
  if (!*command) return;
  if (const auto done = relay_.command(now, **command); !done) {
    return answer("error: " + done.error());
  }
  answer((*command)->stats ? statistics_line(relay_, now - started_, {oversized_, unsent_}) : "ok");
}

// Sends what is due, as many at once as go through one socket one after the other.
void Loop::pass_on(Instant now) {
  outgoing_.clear();
  relay_.take(now, outgoing_);
  const auto socket_of = [this](const Outgoing& o) {
    return std::pair(o.up, o.up ? o.client : relay_.clients().at(o.client).listener);
  };
  for (auto from = outgoing_.begin(); from != outgoing_.end();) {
    const auto to = std::find_if(
        from, outgoing_.end(), [&](const Outgoing& o) { return socket_of(o) != socket_of(*from); });
    send({from, to});
    from = to;
  }
}

void Loop::send(std::span<const Outgoing> same_socket) {
  const Outgoing& first = same_socket.front();
  batch_.clear();
  for (const Outgoing& o : same_socket) {
    batch_.push_back({o.up ? Address{} : relay_.clients().at(o.client).address, o.bytes});
  }
  if (!first.up) {
    unsent_ += listeners_[relay_.clients().at(first.client).listener].send(batch_);
  } else if (Socket* socket = upstream(first.client)) {
    unsent_ += socket->send(batch_);
  } else {
    unsent_ += batch_.size();
  }
}

// The client's socket to the target, opened when it is needed; nullptr: there is none to be had.
Socket* Loop::upstream(uint32_t client) {
  if (const auto open = upstreams_.find(client); open != upstreams_.end()) return &open->second;
  auto socket = Socket::connected(routes_[relay_.clients().at(client).listener].target);
  if (socket) return &upstreams_.emplace(client, std::move(*socket)).first->second;
  complain(socket.error());
  return nullptr;
}

void Loop::close_sockets() {
  for (const uint32_t client : relay_.take_closed()) upstreams_.erase(client);
}

}  // namespace vicino::relay
