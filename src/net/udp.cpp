#include "net/udp.h"

#include <linux/filter.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/socket_address.h"

namespace vicino::net {
namespace {

constexpr size_t receive_batch = 32;
constexpr size_t receive_room = 65'535;  // GRO hands over a whole train
constexpr size_t messages_at_once = 64;  // messages per sendmmsg
constexpr int socket_buffer = 4 << 20;   // about 30 ms of a gigabit; the kernel caps it

// The size of the datagrams GRO put together, or that of the whole message.
size_t segment_size(msghdr& message, size_t size) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int value;
      std::memcpy(&value, CMSG_DATA(c), sizeof value);
      if (value > 0) return static_cast<size_t>(value);
    }
  }
  return std::max<size_t>(size, 1);
}

int open_socket(bool v4) {
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  const int on = 1, off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &socket_buffer, sizeof socket_buffer);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &socket_buffer, sizeof socket_buffer);
  // Older kernels: one datagram a message, as handled.
  ::setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
  // Not to be fragmented (RFC 8085 section 3.2): no datagram is larger than the 1280 bytes that
  // IPv6 and QUIC ask of every path, and what might be cut up would have to be numbered (RFC 6864),
  // which costs the kernel 4 to 7 % of sending.
  const int whole = IP_PMTUDISC_PROBE;
  ::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole);
  if (!v4) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  return fd;
}

// Which socket of a port gets a datagram, the first or the second: RTCP by its first two bytes
// (RFC 5761 section 4, RFC 7983). A datagram that ends before is for the first.
bool sort_rtcp(int fd) {
  std::array<sock_filter, 8> program = {{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xc0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x80, 0, 4),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 192, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 223, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) == 0;
}

// A second socket for the port that `fd` was bound to alone, so that nobody else's is there. Below
// 0: the kernel doesn't do it.
int open_rtcp_socket(int fd, const SocketAddress& bound, socklen_t size, bool v4) {
  const int on = 1;
  const int second = open_socket(v4);
  const bool shared = second >= 0 &&
                      ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
                      ::setsockopt(second, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
                      ::bind(second, &bound.any, size) == 0;
  if (shared && sort_rtcp(fd)) return second;
  if (second >= 0) ::close(second);
  return -1;
}

}  // namespace

struct UdpSocket::Buffers {
  std::vector<uint8_t> memory = std::vector<uint8_t>(receive_batch * receive_room);
  std::array<mmsghdr, receive_batch> in{};
  size_t in_used = receive_batch;  // of which the kernel changed something, or all at first
  std::array<iovec, receive_batch> in_parts{};
  std::array<SocketAddress, receive_batch> in_from{};
  std::array<std::array<uint8_t, CMSG_SPACE(sizeof(int))>, receive_batch> in_control{};

  std::array<mmsghdr, messages_at_once> out{};
  std::array<iovec, messages_at_once> out_parts{};
  std::array<SocketAddress, messages_at_once> out_to{};
  struct alignas(cmsghdr) Control {
    std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))> bytes;
  };
  std::array<Control, messages_at_once> out_control{};

  // What is the same in every message is written once.
  explicit Buffers(bool v4) {
    for (size_t i = 0; i < messages_at_once; ++i) {
      msghdr& header = out[i].msg_hdr;
      header.msg_name = &out_to[i];
      header.msg_namelen = to_system({}, v4, out_to[i]);
      header.msg_iov = &out_parts[i];
      header.msg_iovlen = 1;
      header.msg_control = out_control[i].bytes.data();
      header.msg_controllen = out_control[i].bytes.size();
      cmsghdr* control = CMSG_FIRSTHDR(&header);
      control->cmsg_level = SOL_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    }
  }
  // Message `i` is these bytes, cut into datagrams of `segment` bytes by the kernel if that is
  // less.
  void set(size_t i, const Address& to, bool v4, Bytes bytes, size_t segment) {
    to_system(to, v4, out_to[i]);
    out_parts[i] = {const_cast<uint8_t*>(bytes.data()), bytes.size()};  // sendmsg only reads
    msghdr& header = out[i].msg_hdr;
    header.msg_controllen = segment < bytes.size() ? out_control[i].bytes.size() : 0;
    const auto size = static_cast<uint16_t>(segment);
    std::memcpy(out_control[i].bytes.data() + CMSG_LEN(0), &size, sizeof size);
  }
};

UdpSocket::UdpSocket(int fd, uint16_t port, bool v4)
    : fd_(fd), port_(port), v4_(v4), buffers_(std::make_unique<Buffers>(v4)) {}
UdpSocket::~UdpSocket() {
  ::close(fd_);
  if (rtcp_fd_ >= 0) ::close(rtcp_fd_);
}

std::expected<std::unique_ptr<UdpSocket>, std::string> UdpSocket::bind(const std::string& ip,
                                                                       uint16_t port) {
  const auto address = Address::parse(ip, port);
  if (!address) return std::unexpected(ip + " is not a numeric IP address");
  const bool v4 = address->is_v4();
  const int fd = open_socket(v4);
  if (fd < 0) return std::unexpected(std::string("no UDP socket: ") + std::strerror(errno));
  SocketAddress system;
  const socklen_t size = to_system(*address, v4, system);
  if (::bind(fd, &system.any, size) != 0) {
    const std::string why = std::strerror(errno);
    ::close(fd);
    return std::unexpected("UDP port " + std::to_string(port) + " can't be used: " + why);
  }
  socklen_t bound = sizeof system;
  ::getsockname(fd, &system.any, &bound);
  std::unique_ptr<UdpSocket> socket(new UdpSocket(fd, from_system(system).port, v4));
  socket->rtcp_fd_ = open_rtcp_socket(fd, system, size, v4);
  return socket;
}

size_t UdpSocket::receive(int fd, const Handle& handle) {
  Buffers& b = *buffers_;
  for (size_t i = 0; i < b.in_used; ++i) {
    b.in_parts[i] = {b.memory.data() + i * receive_room, receive_room};
    b.in[i].msg_hdr = {&b.in_from[i],
                       sizeof b.in_from[i],
                       &b.in_parts[i],
                       1,
                       b.in_control[i].data(),
                       b.in_control[i].size(),
                       0};
  }
  const int count = ::recvmmsg(fd, b.in.data(), receive_batch, MSG_DONTWAIT, nullptr);
  b.in_used = static_cast<size_t>(std::max(count, 0));
  size_t datagrams = 0;
  for (size_t i = 0; i < b.in_used; ++i) {
    const MutBytes all(b.memory.data() + i * receive_room, b.in[i].msg_len);
    const size_t step = segment_size(b.in[i].msg_hdr, all.size());
    const Address from = from_system(b.in_from[i]);
    for (size_t offset = 0; offset < all.size(); offset += step, ++datagrams) {
      handle(from, all.subspan(offset, std::min(step, all.size() - offset)));
    }
  }
  return datagrams;
}

// Trains whole, or datagram by datagram.
struct UdpSocket::Cursor {
  explicit Cursor(std::span<const rtc::Outbox::Train> all) : trains(all) { pass_over_tcp(); }

  std::span<const rtc::Outbox::Train> trains;  // what is left
  size_t sent = 0;                             // datagrams of the first one

  bool whole(bool gso) const { return gso && sent == 0; }
  size_t datagrams(bool gso) const { return whole(gso) ? trains.front().count : 1; }
  void advance(bool gso) {
    sent += datagrams(gso);
    if (sent < trains.front().count) return;
    trains = trains.subspan(1);
    sent = 0;
    pass_over_tcp();
  }
  void pass_over_tcp() {
    while (!trains.empty() && trains.front().to.connection != 0) trains = trains.subspan(1);
  }
};

void UdpSocket::send(const rtc::Outbox& out) {
  for (Cursor at{out.trains()}; !at.trains.empty();) {
    size_t sent = send_some(out, at);
    const bool cut =
        gso_ && at.datagrams(true) > 1 && (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP);
    if (sent == 0 && cut) {
      gso_ = false;  // the path's device can't segment: this train goes again, from now on one
                     // datagram at a time
      continue;
    }
    if (sent == 0) dropped_ += at.datagrams(gso_);
    for (sent = std::max<size_t>(sent, 1); sent > 0; --sent) at.advance(gso_);
  }
}

// One sendmmsg. Returns how many messages the kernel took; 0 with errno set.
size_t UdpSocket::send_some(const rtc::Outbox& out, Cursor at) {
  size_t count = 0;
  for (; count < messages_at_once && !at.trains.empty(); ++count, at.advance(gso_)) {
    const rtc::Outbox::Train& train = at.trains.front();
    Bytes bytes = out.bytes(train).subspan(at.sent * train.segment);
    if (!at.whole(gso_)) bytes = bytes.first(std::min(bytes.size(), train.segment));
    buffers_->set(count, train.to, v4_, bytes, train.segment);
  }
  ++send_calls_;
  const int sent =
      ::sendmmsg(fd_, buffers_->out.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
  return sent > 0 ? static_cast<size_t>(sent) : 0;
}

}  // namespace vicino::net
