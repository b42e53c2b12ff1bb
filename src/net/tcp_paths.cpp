#include "net/tcp_paths.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "rtc/stream_frames.h"

namespace vicino::net {
namespace {

constexpr size_t event_batch = 64;
constexpr size_t frames_at_once = 64;     // frames per sendmsg
constexpr size_t receive_share = 64'000;  // bytes of a connection before the next one's turn
// Bytes the kernel holds that aren't on their way yet. Higher delays what is sent afterwards.
constexpr int unsent_in_kernel = 32 * 1024;
constexpr uint32_t arrivals_number = 0;  // no connection has it

}  // namespace

// Frames on their way to one connection, for one call of the kernel.
struct TcpPaths::Gathered {
  std::array<std::array<uint8_t, rtc::stream_frame_header>, frames_at_once> lengths;
  std::array<iovec, frames_at_once * 2> parts;
  size_t count = 0;

  void add(Bytes datagram) {
    store16(lengths[count].data(), static_cast<uint16_t>(datagram.size()));
    parts[count * 2] = {lengths[count].data(), rtc::stream_frame_header};
    // sendmsg only reads.
    parts[count * 2 + 1] = {const_cast<uint8_t*>(datagram.data()), datagram.size()};
    ++count;
  }
  std::span<const iovec> frame(size_t i) const { return std::span(parts).subspan(i * 2, 2); }
};

class TcpPaths::Connection {
 public:
  Connection(Instant now, Address address, TcpArrival arrival)
      : address_(address),
        socket_(std::move(arrival.socket)),
        permit_(std::move(arrival.permit)),
        answered_(now) {
    const int on = 1;
    const auto patience = static_cast<unsigned>(silence_time.ms());
    ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_in_kernel,
                 sizeof unsent_in_kernel);
    ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  }

  int fd() const { return socket_.fd(); }
  bool wants_to_write() const { return queue_begin_ < queue_.size(); }
  bool broken() const { return broken_; }
  bool silent(Instant now) const {
    return now - answered_ >= (proven_ ? silence_time : proof_time);
  }

  // What came before the connection was this worker's.
  size_t begin(Bytes read, const UdpSocket::Handle& handle) {
    size_t count = 0;
    while (!read.empty() && !broken_) {
      const MutBytes room = reader_.room();
      const size_t size = std::min(room.size(), read.size());
      copy(read.first(size), room);
      reader_.filled(size);
      read = read.subspan(size);
      count += deliver(handle);
    }
    return count;
  }

  size_t receive(const UdpSocket::Handle& handle) {
    size_t count = 0;
    for (size_t share = 0; share < receive_share && !broken_;) {
      const MutBytes room = reader_.room();
      const ssize_t size = ::recv(fd(), room.data(), room.size(), MSG_DONTWAIT);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (size <= 0) {
        broken_ = true;
        break;
      }
      reader_.filled(static_cast<size_t>(size));
      share += static_cast<size_t>(size);
      count += deliver(handle);
      if (static_cast<size_t>(size) < room.size()) break;  // that was all
    }
    return count;
  }

  // Returns how many datagrams were dropped.
  size_t send(Instant now, const rtc::Outbox& out, std::span<const rtc::Outbox::Train> trains,
              Gathered& frames) {
    proven_ = true;
    answered_ = now;
    size_t dropped = 0;
    for (const rtc::Outbox::Train& train : trains) {
      const Bytes all = out.bytes(train);
      for (size_t offset = 0; offset < all.size(); offset += train.segment) {
        frames.add(all.subspan(offset, std::min(train.segment, all.size() - offset)));
        if (frames.count == frames_at_once) dropped += flush(frames);
      }
    }
    return dropped + flush(frames);
  }

  void write_queue() {
    const Bytes waiting = Bytes(queue_).subspan(queue_begin_);
    const ssize_t size = ::send(fd(), waiting.data(), waiting.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0) {
      broken_ = errno != EAGAIN && errno != EINTR;
      return;
    }
    queue_begin_ += static_cast<size_t>(size);
    if (wants_to_write()) return;
    queue_.clear();
    queue_begin_ = 0;
  }

  bool watched_for_writing = false;

 private:
  size_t deliver(const UdpSocket::Handle& handle) {
    for (size_t count = 0;; ++count) {
      const auto datagram = reader_.next();
      if (!datagram) broken_ = true;
      if (broken_ || !*datagram) return count;
      handle(address_, **datagram);
    }
  }

  // Writes the frames: what the kernel doesn't take waits, and what has no room there is dropped,
  // by whole frames. Returns how many were dropped.
  size_t flush(Gathered& frames) {
    const size_t count = std::exchange(frames.count, 0);
    if (count == 0 || broken_) return count;
    size_t written = 0;
    if (!wants_to_write()) {
      msghdr message{};
      message.msg_iov = frames.parts.data();
      message.msg_iovlen = count * 2;
      const ssize_t size = ::sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      broken_ = size < 0 && errno != EAGAIN && errno != EINTR;
      written = static_cast<size_t>(std::max<ssize_t>(size, 0));
    }
    size_t dropped = 0;
    for (size_t i = 0; i < count; ++i) {
      const std::span<const iovec> frame = frames.frame(i);
      const size_t size = frame[0].iov_len + frame[1].iov_len;
      const size_t done = std::min(written, size);
      written -= done;
      if (done < size && !keep(frame, done)) ++dropped;
    }
    return dropped;
  }

  // Keeps a frame of which `done` bytes are written; of one that was begun, the rest in any case.
  bool keep(std::span<const iovec> frame, size_t done) {
    if (done == 0 && queue_.size() - queue_begin_ + frame[1].iov_len > max_queue) return false;
    if (queue_begin_ > max_queue) {  // as much as is copied was written since the last time
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(queue_begin_));
      queue_begin_ = 0;
    }
    for (const iovec& part : frame) {
      const auto* bytes = static_cast<const uint8_t*>(part.iov_base);
      const size_t skipped = std::min(done, part.iov_len);
      queue_.insert(queue_.end(), bytes + skipped, bytes + part.iov_len);
      done -= skipped;
    }
    return true;
  }

  const Address address_;
  StreamSocket socket_;
  std::shared_ptr<void> permit_;
  rtc::StreamFrameReader reader_;
  std::vector<uint8_t> queue_;  // whole frames but for the first one's beginning
  size_t queue_begin_ = 0;
  Instant answered_;
  bool proven_ = false;
  bool broken_ = false;
};

TcpPaths::TcpPaths() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), frames_(new Gathered) {
  CHECK(epoll_ >= 0);
  epoll_event event{.events = EPOLLIN, .data = {.u32 = arrivals_number}};
  CHECK(::epoll_ctl(epoll_, EPOLL_CTL_ADD, arrivals_.fd(), &event) == 0);
}

TcpPaths::~TcpPaths() {
  ::close(epoll_);
}

size_t TcpPaths::adopt(Instant now, TcpArrival arrival, const UdpSocket::Handle& handle) {
  do {
    ++last_number_;
  } while (last_number_ == arrivals_number || connections_.contains(last_number_));
  Address address = arrival.from;
  address.connection = last_number_;
  const Buffer read = std::move(arrival.read);
  auto connection = std::make_unique<Connection>(now, address, std::move(arrival));
  epoll_event event{.events = EPOLLIN, .data = {.u32 = last_number_}};
  // The system has no room for another one: it is closed.
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->fd(), &event) != 0) return 0;
  const size_t count = connection->begin(read, handle);
  if (!connection->broken()) connections_[last_number_] = std::move(connection);
  return count;
}

size_t TcpPaths::receive(Instant now, const UdpSocket::Handle& handle) {
  std::array<epoll_event, event_batch> events;
  const int ready = ::epoll_wait(epoll_, events.data(), event_batch, 0);
  size_t datagrams = 0;
  for (const epoll_event& event :
       std::span(events).first(static_cast<size_t>(std::max(ready, 0)))) {
    if (event.data.u32 == arrivals_number) {
      for (TcpArrival& arrival : arrivals_.take())
        datagrams += adopt(now, std::move(arrival), handle);
      continue;
    }
    const auto found = connections_.find(event.data.u32);
    if (found == connections_.end()) continue;
    if ((event.events & EPOLLOUT) != 0) found->second->write_queue();
    if ((event.events & ~uint32_t{EPOLLOUT}) != 0) datagrams += found->second->receive(handle);
    follow(found);
  }
  return datagrams;
}

void TcpPaths::send(Instant now, const rtc::Outbox& out) {
  const auto trains = out.trains();
  for (size_t i = 0, end = 0; i < trains.size(); i = end) {
    const Address& to = trains[i].to;
    end = i + 1;
    if (to.connection == 0) continue;
    while (end < trains.size() && trains[end].to == to) ++end;
    const auto found = connections_.find(to.connection);
    if (found == connections_.end()) continue;
    dropped_ += found->second->send(now, out, trains.subspan(i, end - i), *frames_);
    follow(found);
  }
}

// What has become of a connection after reading or writing.
void TcpPaths::follow(Connections::iterator at) {
  Connection& connection = *at->second;
  if (connection.broken()) return void(connections_.erase(at));
  const bool writing = connection.wants_to_write();
  if (std::exchange(connection.watched_for_writing, writing) == writing) return;
  epoll_event event{.events = EPOLLIN | (writing ? uint32_t{EPOLLOUT} : 0),
                    .data = {.u32 = at->first}};
  CHECK(::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd(), &event) == 0);
}

void TcpPaths::close_silent(Instant now) {
  std::erase_if(connections_, [&](const auto& entry) { return entry.second->silent(now); });
}

}  // namespace vicino::net
