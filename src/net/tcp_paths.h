// Media paths over TCP (RFC 6544): the connections of one worker, beside its UDP port. A connection
// is a path by its number (Address::connection); what it carries is for rtc::Peer to authenticate,
// as over UDP. Non-blocking; never waits for the network.
#pragma once

#include <memory>
#include <unordered_map>

#include "base/time.h"
#include "net/mailbox.h"
#include "net/udp.h"

namespace vicino::net {

// An open socket. Non-blocking.
class StreamSocket {
 public:
  explicit StreamSocket(int fd) : fd_(fd) {}
  StreamSocket(StreamSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StreamSocket& operator=(StreamSocket&&) = delete;
  ~StreamSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// A connection whose first frame names a user fragment of this worker; nothing is authenticated.
struct TcpArrival {
  StreamSocket socket;
  Address from;
  Buffer read;                   // what has come already: whole frames
  std::shared_ptr<void> permit;  // held for as long as the connection is open
};

class TcpPaths {
 public:
  // Nobody was answered on a connection for so long: it is closed. Only what authenticates is
  // answered, so that whoever knows no password is gone after the first.
  static constexpr Duration proof_time = seconds(5);
  static constexpr Duration silence_time = seconds(45);  // more than ICE waits for consent
  // What waits for a slow receiver in user space, beyond what the kernel takes. Higher delays what
  // is sent afterwards, lower loses key frames.
  static constexpr size_t max_queue = 96 * 1024;

  TcpPaths();
  ~TcpPaths();
  TcpPaths(const TcpPaths&) = delete;
  TcpPaths& operator=(const TcpPaths&) = delete;

  // From any thread: the connection becomes one of this worker's.
  void post(TcpArrival arrival) { arrivals_.post(std::move(arrival)); }

  // The rest is for the worker's thread.
  int fd() const { return epoll_; }  // readable when there is something for receive()
  // Takes what has arrived, a share of each connection, as UdpSocket::receive does; writes on what
  // had to wait. Returns how many datagrams.
  size_t receive(Instant now, const UdpSocket::Handle& handle);
  // Sends what is for connections in the outbox, in one piece where a receiver's datagrams follow
  // each other. Datagrams for which a connection has no room are dropped whole and counted.
  void send(Instant now, const rtc::Outbox& out);
  // Closes what has been silent; to be called about once a second.
  void close_silent(Instant now);

  size_t open() const { return connections_.size(); }
  uint64_t dropped() const { return dropped_; }

 private:
  class Connection;
  struct Gathered;
  using Connections = std::unordered_map<uint32_t, std::unique_ptr<Connection>>;
  size_t adopt(Instant now, TcpArrival arrival, const UdpSocket::Handle& handle);
  void follow(Connections::iterator at);

  int epoll_;
  std::unique_ptr<Gathered> frames_;  // empty between calls
  Mailbox<TcpArrival> arrivals_;
  Connections connections_;
  uint32_t last_number_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace vicino::net
