// UDP sockets of the relay: many datagrams to a system call, never waiting.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "values.h"

namespace vicino::relay {

struct Datagram {
  Address to;  // port 0: to where the socket is connected
  Bytes bytes;
};

// Memory for one batch, shared by all sockets.
class ReceiveBuffer {
 public:
  ReceiveBuffer();
  ~ReceiveBuffer();

 private:
  friend class Socket;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

class Socket {
 public:
  // Larger ones aren't passed on, as by a network with this MTU; WebRTC keeps below 1500.
  static constexpr size_t max_datagram = 2048;

  // Errors: a sentence.
  static Parsed<Socket> bound(const Address& address);
  static Parsed<Socket> connected(const Address& target);
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), v4_(other.v4_) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  int fd() const { return fd_; }
  Address local() const;

  // At most one batch. Returns how many datagrams were too large.
  size_t receive(ReceiveBuffer& buffer,
                 const std::function<void(const Address& from, Bytes datagram)>& handle);
  // What the socket's buffer can't take is dropped, as a network would. Returns how many.
  size_t send(std::span<const Datagram> datagrams);

 private:
  Socket(int fd, bool v4) : fd_(fd), v4_(v4) {}
  static Parsed<Socket> open(bool v4);
  int send_some(std::span<const Datagram> datagrams);

  int fd_;
  bool v4_;
};

}  // namespace vicino::relay
