#include "socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/socket_address.h"

namespace vicino::relay {
namespace {

using net::SocketAddress, net::from_system, net::to_system;

constexpr size_t batch = 64;
constexpr int socket_buffer = 4 << 20;  // bytes: a busy moment of a gigabit; the kernel may cap it

std::string in_words(const Address& address) {
  const std::string ip = address.to_candidate_text();
  return (address.is_v4() ? ip : "[" + ip + "]") + ":" + std::to_string(address.port);
}

}  // namespace

struct ReceiveBuffer::Parts {
  std::array<std::array<uint8_t, Socket::max_datagram>, batch> memory;
  std::array<SocketAddress, batch> from;
  std::array<iovec, batch> parts;
  std::array<mmsghdr, batch> messages;
};

ReceiveBuffer::ReceiveBuffer() : parts_(std::make_unique<Parts>()) {}
ReceiveBuffer::~ReceiveBuffer() = default;

Parsed<Socket> Socket::open(bool v4) {
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::unexpected(std::string("no UDP socket: ") + std::strerror(errno));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &socket_buffer, sizeof socket_buffer);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &socket_buffer, sizeof socket_buffer);
  return Socket(fd, v4);
}

Parsed<Socket> Socket::bound(const Address& address) {
  auto socket = open(address.is_v4());
  if (!socket) return socket;
  SocketAddress system;
  const socklen_t size = to_system(address, socket->v4_, system);
  if (::bind(socket->fd_, &system.any, size) != 0) {
    return std::unexpected("can't listen on " + in_words(address) + ": " + std::strerror(errno) +
                           "; choose another with --listen");
  }
  return socket;
}

Parsed<Socket> Socket::connected(const Address& target) {
  auto socket = open(target.is_v4());
  if (!socket) return socket;
  SocketAddress system;
  const socklen_t size = to_system(target, socket->v4_, system);
  if (::connect(socket->fd_, &system.any, size) != 0) {
    return std::unexpected("there is no way to " + in_words(target) + ": " + std::strerror(errno));
  }
  return socket;
}

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

Address Socket::local() const {
  SocketAddress system{};
  socklen_t size = sizeof system;
  CHECK(::getsockname(fd_, &system.any, &size) == 0);
  return from_system(system);
}

size_t Socket::receive(ReceiveBuffer& buffer,
                       const std::function<void(const Address&, Bytes)>& handle) {
  ReceiveBuffer::Parts& p = *buffer.parts_;
  for (size_t i = 0; i < batch; ++i) {
    p.parts[i] = {p.memory[i].data(), p.memory[i].size()};
    p.messages[i].msg_hdr = {&p.from[i], sizeof p.from[i], &p.parts[i], 1, nullptr, 0, 0};
  }
  const int count = ::recvmmsg(fd_, p.messages.data(), batch, MSG_DONTWAIT, nullptr);
  size_t oversized = 0;
  for (size_t i = 0; i < static_cast<size_t>(std::max(count, 0)); ++i) {
    if ((p.messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      ++oversized;
    } else {
      handle(from_system(p.from[i]), Bytes(p.memory[i]).first(p.messages[i].msg_len));
    }
  }
  return oversized;
}

size_t Socket::send(std::span<const Datagram> datagrams) {
  size_t dropped = 0;
  bool refused = false;
  while (!datagrams.empty()) {
    const int sent = send_some(datagrams.first(std::min(datagrams.size(), batch)));
    if (sent > 0) {
      datagrams = datagrams.subspan(static_cast<size_t>(sent));
      continue;
    }
    // This error is about an earlier datagram, and told once: nobody listened there then.
    if (errno == ECONNREFUSED && !std::exchange(refused, true)) continue;
    if (errno == EINTR) continue;
    ++dropped;
    datagrams = datagrams.subspan(1);
  }
  return dropped;
}

// Returns how many the kernel took; 0 or less with errno set.
int Socket::send_some(std::span<const Datagram> datagrams) {
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> parts;
  std::array<SocketAddress, batch> to;
  for (size_t i = 0; i < datagrams.size(); ++i) {
    // sendmmsg only reads.
    parts[i] = {const_cast<uint8_t*>(datagrams[i].bytes.data()), datagrams[i].bytes.size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    if (datagrams[i].to.port == 0) continue;
    messages[i].msg_hdr.msg_name = &to[i];
    messages[i].msg_hdr.msg_namelen = to_system(datagrams[i].to, v4_, to[i]);
  }
  return ::sendmmsg(fd_, messages.data(), static_cast<unsigned>(datagrams.size()), MSG_DONTWAIT);
}

}  // namespace vicino::relay
