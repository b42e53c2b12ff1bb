#include "net/media_thread.h"

#include <poll.h>

#include <algorithm>

#include "net/clock.h"

namespace vicino::net {
namespace {

constexpr Duration stats_interval = seconds(1);
// A large batch is sent in parts of so many bytes: they are still in the second-level cache when the kernel copies them,
// the first receivers don't wait for the last, and the outbox stays small. Less would cost more system calls.
constexpr size_t send_early = 256 * 1024;

timespec to_timespec(Duration d) {
  const int64_t us = std::max<int64_t>(d.us, 0);
  return {us / 1'000'000, us % 1'000'000 * 1000};
}

}  // namespace

MediaThread::MediaThread(std::unique_ptr<UdpSocket> socket, const rtc::DtlsIdentity& identity,
                         rtc::TransportParameters health, std::function<void(std::vector<sfu::Event>)> on_events)
    : socket_(std::move(socket)),
      identity_(identity),
      health_(std::move(health)),
      on_events_(std::move(on_events)),
      thread_([this] { run(); }) {}

MediaThread::~MediaThread() {
  stopping_ = true;
  commands_.wake();
  thread_.join();
}

MediaThreadStats MediaThread::stats() const {
  const std::lock_guard lock(stats_mutex_);
  return stats_;
}

void MediaThread::publish_stats(Instant now, const sfu::Shard& shard) {
  if (now < stats_due_) return;
  stats_due_ = now + stats_interval;
  const std::lock_guard lock(stats_mutex_);
  stats_ = {shard.stats(), socket_->dropped(), socket_->syscalls_sent()};
}

void MediaThread::run() {
  OsRandom random;
  sfu::Shard shard(identity_, random, health_, now());
  rtc::Outbox out(send_early, [this](const rtc::Outbox& full) { socket_->send(full); });
  std::array<pollfd, 2> sources = {{{socket_->fd(), POLLIN, 0}, {commands_.fd(), POLLIN, 0}}};
  while (!stopping_) {
    const Instant due = std::min(shard.next_timeout(), stats_due_);
    const timespec wait = to_timespec(due - now());
    ::ppoll(sources.data(), sources.size(), &wait, nullptr);
    const Instant turn = now();
    for (sfu::Command& command : commands_.take()) shard.handle_command(turn, std::move(command), out);
    socket_->receive([&](const Address& from, MutBytes datagram) { shard.handle_datagram(turn, from, datagram, out); });
    shard.flush(turn, out);
    if (shard.next_timeout() <= turn) shard.handle_timeout(turn, out);
    socket_->send(out);
    out.clear();
    if (auto events = shard.take_events(); !events.empty()) on_events_(std::move(events));
    publish_stats(turn, shard);
  }
  // What is left says good-bye: commands posted before stopping may hold the participants' removal.
  for (sfu::Command& command : commands_.take()) shard.handle_command(now(), std::move(command), out);
  socket_->send(out);
}

}  // namespace vicino::net
