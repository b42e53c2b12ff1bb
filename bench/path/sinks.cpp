#include "sinks.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace vicino::bench {

Sinks::Sinks(uint16_t first, size_t count) : poll_(::epoll_create1(0)) {
  for (size_t i = 0; i < count; ++i) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const int on = 1, room = 1 << 20;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    ::setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<uint16_t>(first + i));
    CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    CHECK(::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) == 0);
    fds_.push_back(fd);
  }
  thread_ = std::thread([this] { run(); });
}

Sinks::~Sinks() {
  stopping_ = true;
  thread_.join();
  for (const int fd : fds_) ::close(fd);
  ::close(poll_);
}

void Sinks::run() {
  std::vector<uint8_t> memory(65'536);
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < ready; ++i) {
      while (true) {
        std::array<char, CMSG_SPACE(sizeof(int))> control{};
        iovec part{memory.data(), memory.size()};
        msghdr message{nullptr, 0, &part, 1, control.data(), control.size(), 0};
        const ssize_t size =
            ::recvmsg(events[static_cast<size_t>(i)].data.fd, &message, MSG_DONTWAIT);
        if (size <= 0) break;
        int segment = 0;
        if (const cmsghdr* c = CMSG_FIRSTHDR(&message))
          std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
        datagrams_ += segment > 0 ? static_cast<uint64_t>((size + segment - 1) / segment) : 1u;
      }
    }
  }
}

}  // namespace vicino::bench
