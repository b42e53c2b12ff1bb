#include "ports.h"

#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rtc/sdp_lines.h"

namespace vicino::load {
namespace {

constexpr size_t receive_batch = 64;
// GRO hands over a whole train. Not a power of two: the starts of messages would share a few cache
// lines' places.
constexpr size_t receive_room = 65'536 + 1'088;
constexpr size_t send_batch = 64;
constexpr size_t max_train = 40;
constexpr int wanted_buffer =
    32 << 20;  // bytes: a second of a burst in a busy moment; the kernel may cap it
constexpr uint64_t second_ns = 1'000'000'000;

struct ReceiveControl {
  alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(in_pktinfo)) +
                                           CMSG_SPACE(sizeof(timespec))> bytes;
};
struct SendControl {
  alignas(cmsghdr)
      std::array<uint8_t, CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))> bytes;
};

uint64_t clock_ns(clockid_t clock) {
  timespec t;
  ::clock_gettime(clock, &t);
  return static_cast<uint64_t>(t.tv_sec) * second_ns + static_cast<uint64_t>(t.tv_nsec);
}

Address from_system(const sockaddr_in& s) {
  std::array<uint8_t, 4> octets;
  std::memcpy(octets.data(), &s.sin_addr, 4);
  return Address::v4(octets, ntohs(s.sin_port));
}

// What came beside a message.
struct Beside {
  size_t segment = 0;     // bytes of each datagram; 0: one datagram
  uint32_t to = 0;        // the address it was sent to
  uint64_t realtime = 0;  // when it came; 0: not told
};
Beside read_control(msghdr& message) {
  Beside beside;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int value;
      std::memcpy(&value, CMSG_DATA(c), sizeof value);
      beside.segment = value > 0 ? static_cast<size_t>(value) : 0;
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      beside.to = ntohl(info.ipi_addr.s_addr);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec t;
      std::memcpy(&t, CMSG_DATA(c), sizeof t);
      beside.realtime =
          static_cast<uint64_t>(t.tv_sec) * second_ns + static_cast<uint64_t>(t.tv_nsec);
    }
  }
  return beside;
}

template <class T>
void add_control(msghdr& message, cmsghdr*& c, int level, int type, const T& value) {
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(c), &value, sizeof value);
  message.msg_controllen += CMSG_SPACE(sizeof value);
  c = reinterpret_cast<cmsghdr*>(reinterpret_cast<uint8_t*>(c) + CMSG_SPACE(sizeof value));
}

Outcome<int> open_socket(uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return std::unexpected("no more sockets (" + std::string(std::strerror(errno)) +
                           "): raise the limit of open files (ulimit -n) or use fewer peers");
  }
  const int on = 1;
  for (const auto& [force, plain] :
       {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, {SO_SNDBUFFORCE, SO_SNDBUF}}) {
    if (::setsockopt(fd, SOL_SOCKET, force, &wanted_buffer, sizeof wanted_buffer) != 0) {
      ::setsockopt(fd, SOL_SOCKET, plain, &wanted_buffer, sizeof wanted_buffer);
    }
  }
  ::setsockopt(fd, SOL_UDP, UDP_GRO, &on,
               sizeof on);  // older kernels: one datagram a message, as handled
  ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  socklen_t size = sizeof any;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&any), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) != 0) {
    const std::string why = std::strerror(errno);
    ::close(fd);
    return std::unexpected("no UDP port is free: " + why);
  }
  port = ntohs(any.sin_port);
  return fd;
}

}  // namespace

Outcome<AddressRange> AddressRange::parse(std::string_view text) {
  const auto wrong = std::unexpected(
      "\"" + std::string(text) + "\" is no IPv4 address, or range of addresses like 127.1.0.0/16");
  const size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash), 0);
  if (!address || !address->is_v4()) return wrong;
  AddressRange range{load32(address->ip.data() + 12), 1};
  if (slash == std::string_view::npos) return range;
  const auto bits = rtc::sdp::parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits < 8 || *bits > 32) return wrong;
  if (*bits == 32) return range;
  const uint32_t size = uint32_t{1} << (32 - *bits);
  range.first =
      (range.first & ~(size - 1)) + 1;  // neither the network's address nor the broadcast one
  range.addresses = std::max<uint32_t>(size - 2, 1);
  return range;
}

Outcome<AddressRange> AddressRange::towards(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), "9", &hints, &found) != 0) {
    return std::unexpected("the server's name \"" + host + "\" has no IPv4 address");
  }
  // Connecting a UDP socket sends nothing: it asks for the route.
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  const bool known = ::connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0;
  ::close(fd);
  ::freeaddrinfo(found);
  if (!known) return std::unexpected("there is no route to \"" + host + "\"");
  return AddressRange{ntohl(own.sin_addr.s_addr), 1};
}

struct Ports::Impl {
  AddressRange range;
  bool trains;
  int epoll = -1;
  std::vector<int> sockets{};
  std::vector<uint16_t> ports{};
  std::vector<uint32_t> ready{};
  uint64_t dropped = 0;

  std::vector<uint8_t> memory = std::vector<uint8_t>(receive_batch * receive_room);
  std::array<mmsghdr, receive_batch> in{};
  std::array<iovec, receive_batch> in_parts{};
  std::array<sockaddr_in, receive_batch> in_from{};
  std::array<ReceiveControl, receive_batch> in_control{};

  struct Queued {
    size_t peer;
    Address to;
    size_t offset;
    size_t size;
  };
  std::vector<Queued> queued{};
  std::vector<uint8_t> queued_bytes{};
  std::array<mmsghdr, send_batch> out{};
  std::vector<iovec> out_parts = std::vector<iovec>(send_batch * max_train);
  std::array<sockaddr_in, send_batch> out_to{};
  std::array<SendControl, send_batch> out_control{};

  ~Impl() {
    for (const int fd : sockets) ::close(fd);
    if (epoll >= 0) ::close(epoll);
  }

  // Peers are dealt to the sockets in turn.
  size_t socket_of(size_t peer) const { return peer % sockets.size(); }
  uint32_t ip_of(size_t peer) const {
    return range.first + static_cast<uint32_t>(peer / sockets.size());
  }
  size_t peer_at(size_t socket, uint32_t ip) const {
    return size_t{ip - range.first} * sockets.size() + socket;
  }

  Outcome<void> watch(int fd, uint32_t number) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = number;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) return {};
    return std::unexpected(std::string("epoll: ") + std::strerror(errno));
  }

  size_t receive(size_t socket, const Handler& handle);
  size_t fill_messages(size_t first, size_t& datagrams);
  size_t train_length(size_t first) const;
};

size_t Ports::Impl::receive(size_t socket, const Handler& handle) {
  for (size_t i = 0; i < receive_batch; ++i) {
    in_parts[i] = {memory.data() + i * receive_room, receive_room};
    in[i].msg_hdr = {&in_from[i],
                     sizeof in_from[i],
                     &in_parts[i],
                     1,
                     in_control[i].bytes.data(),
                     in_control[i].bytes.size(),
                     0};
  }
  const int count = ::recvmmsg(sockets[socket], in.data(), receive_batch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  const uint64_t now = clock_ns(CLOCK_MONOTONIC);
  const uint64_t ahead = clock_ns(CLOCK_REALTIME) - now;
  size_t datagrams = 0;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const MutBytes all(memory.data() + i * receive_room, in[i].msg_len);
    const Beside beside = read_control(in[i].msg_hdr);
    const size_t step = beside.segment > 0 ? beside.segment : std::max<size_t>(all.size(), 1);
    const size_t peer = peer_at(socket, beside.to);
    const Address from = from_system(in_from[i]);
    const uint64_t arrived = beside.realtime > ahead ? std::min(beside.realtime - ahead, now) : now;
    for (size_t offset = 0; offset < all.size(); offset += step, ++datagrams) {
      handle(peer, from, all.subspan(offset, std::min(step, all.size() - offset)), arrived);
    }
  }
  return datagrams;
}

// How many datagrams from `first` on can leave as one.
size_t Ports::Impl::train_length(size_t first) const {
  const Queued& head = queued[first];
  size_t count = 1;
  while (trains && count < max_train && first + count < queued.size()) {
    const Queued& next = queued[first + count];
    if (next.peer != head.peer || next.to != head.to || next.size != head.size) break;
    ++count;
  }
  return count;
}

// Messages for the socket of the queue's datagram `first`, up to the first one of another socket.
// Returns how many; `datagrams` is set to how many they hold.
size_t Ports::Impl::fill_messages(size_t first, size_t& datagrams) {
  const size_t socket = socket_of(queued[first].peer);
  size_t messages = 0, parts = 0, at = first;
  for (; messages < send_batch && at < queued.size() && socket_of(queued[at].peer) == socket;
       ++messages) {
    const size_t train = train_length(at);
    sockaddr_in& to = out_to[messages];
    to.sin_family = AF_INET;
    to.sin_port = htons(queued[at].to.port);
    std::memcpy(&to.sin_addr, queued[at].to.ip.data() + 12, 4);
    msghdr& header = out[messages].msg_hdr;
    header = {&to, sizeof to, &out_parts[parts], train, out_control[messages].bytes.data(), 0, 0};
    auto* control = reinterpret_cast<cmsghdr*>(out_control[messages].bytes.data());
    in_pktinfo source{};
    source.ipi_spec_dst.s_addr = htonl(ip_of(queued[at].peer));
    add_control(header, control, IPPROTO_IP, IP_PKTINFO, source);
    if (train > 1)
      add_control(header, control, SOL_UDP, UDP_SEGMENT, static_cast<uint16_t>(queued[at].size));
    for (size_t i = 0; i < train; ++i, ++at) {
      out_parts[parts++] = {queued_bytes.data() + queued[at].offset, queued[at].size};
    }
  }
  datagrams = at - first;
  return messages;
}

Ports::Ports(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ports::~Ports() = default;

Outcome<std::unique_ptr<Ports>> Ports::open(AddressRange range, size_t peers, size_t sockets,
                                            bool trains) {
  auto impl = std::make_unique<Impl>(range, trains);
  impl->epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (impl->epoll < 0) return std::unexpected(std::string("epoll: ") + std::strerror(errno));
  const size_t needed = (peers + range.addresses - 1) / range.addresses;
  const size_t count = std::max(std::min(sockets, peers), needed);
  for (size_t i = 0; i < count; ++i) {
    uint16_t port = 0;
    const auto fd = open_socket(port);
    if (!fd) return std::unexpected(fd.error());
    impl->sockets.push_back(*fd);
    impl->ports.push_back(port);
    if (const auto watched = impl->watch(*fd, static_cast<uint32_t>(i)); !watched) {
      return std::unexpected(watched.error());
    }
  }
  return std::unique_ptr<Ports>(new Ports(std::move(impl)));
}

Address Ports::address_of(size_t peer) const {
  std::array<uint8_t, 4> octets;
  store32(octets.data(), impl_->ip_of(peer));
  return Address::v4(octets, impl_->ports[impl_->socket_of(peer)]);
}

void Ports::watch(int fd) {
  CHECK(impl_->watch(fd, UINT32_MAX).has_value());
}

bool Ports::wait(int64_t nanoseconds) {
  const timespec time = {nanoseconds / static_cast<int64_t>(second_ns),
                         nanoseconds % static_cast<int64_t>(second_ns)};
  std::array<epoll_event, 256> events;
  const int count = ::epoll_pwait2(impl_->epoll, events.data(), events.size(), &time, nullptr);
  impl_->ready.clear();
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    const uint32_t number = events[static_cast<size_t>(i)].data.u32;
    if (number == UINT32_MAX) {
      woken = true;
    } else {
      impl_->ready.push_back(number);
    }
  }
  return woken;
}

size_t Ports::receive(const Handler& handle) {
  size_t datagrams = 0;
  for (const uint32_t socket : impl_->ready) datagrams += impl_->receive(socket, handle);
  return datagrams;
}

void Ports::queue(size_t peer, const rtc::Outbox& out) {
  for (const auto& datagram : out.datagrams()) {
    const Bytes bytes = out.bytes(datagram);
    impl_->queued.push_back({peer, datagram.to, impl_->queued_bytes.size(), bytes.size()});
    impl_->queued_bytes.insert(impl_->queued_bytes.end(), bytes.begin(), bytes.end());
  }
}

void Ports::flush() {
  for (size_t at = 0; at < impl_->queued.size();) {
    const int fd = impl_->sockets[impl_->socket_of(impl_->queued[at].peer)];
    size_t datagrams = 0;
    const size_t messages = impl_->fill_messages(at, datagrams);
    for (size_t sent = 0; sent < messages;) {
      const int more = ::sendmmsg(fd, impl_->out.data() + sent,
                                  static_cast<unsigned>(messages - sent), MSG_DONTWAIT);
      if (more <= 0) ++impl_->dropped;
      sent += more > 0 ? static_cast<size_t>(more) : 1;
    }
    at += datagrams;
  }
  impl_->queued.clear();
  impl_->queued_bytes.clear();
}

uint64_t Ports::dropped() const {
  return impl_->dropped;
}

uint64_t Ports::overflowed() const {
  uint64_t sum = 0;
  for (const int fd : impl_->sockets) {
    std::array<uint32_t, SK_MEMINFO_VARS> values{};
    socklen_t size = sizeof values;
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values.data(), &size) == 0)
      sum += values[SK_MEMINFO_DROPS];
  }
  return sum;
}

}  // namespace vicino::load
