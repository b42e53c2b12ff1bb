// One bound UDP port: batches of datagrams in and out. Non-blocking; never waits for the network.
//
// The kernel sorts what comes: RTCP goes to a socket of its own. Every receiver reports ten times a
// second, at any time; what it says can wait some milliseconds, and needn't wake anybody.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "rtc/outbox.h"

namespace vicino::net {

class UdpSocket {
 public:
  // Binds. `ip` numeric; 0.0.0.0 or :: for all. Errors as a sentence.
  static std::expected<std::unique_ptr<UdpSocket>, std::string> bind(const std::string& ip,
                                                                     uint16_t port);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const { return fd_; }  // readable when there is something to receive()
  uint16_t port() const { return port_; }

  // Takes what has arrived, at most one batch, and calls `handle` for each datagram in order of
  // arrival. Returns how many. The memory is this socket's and is overwritten by the next call.
  using Handle = std::function<void(const Address& from, MutBytes datagram)>;
  size_t receive(const Handle& handle) { return receive(fd_, handle); }
  // The same of RTCP. Where the kernel doesn't sort, it comes with everything else.
  size_t receive_rtcp(const Handle& handle) { return rtcp_fd_ < 0 ? 0 : receive(rtcp_fd_, handle); }
  // Sends everything in the outbox that goes by UDP, a train at a time, many with one call. What
  // the socket's buffer can't take is dropped and counted, as a network would.
  void send(const rtc::Outbox& out);

  uint64_t dropped() const { return dropped_; }
  uint64_t syscalls_sent() const { return send_calls_; }

 private:
  struct Buffers;
  UdpSocket(int fd, uint16_t port, bool v4);
  size_t receive(int fd, const Handle& handle);
  struct Cursor;
  size_t send_some(const rtc::Outbox& out, Cursor at);

  int fd_;
  int rtcp_fd_ = -1;
  uint16_t port_;
  bool v4_;
  bool gso_ = true;  // until a device on the way turns out not to take trains
  std::unique_ptr<Buffers> buffers_;
  uint64_t dropped_ = 0;
  uint64_t send_calls_ = 0;
};

}  // namespace vicino::net
