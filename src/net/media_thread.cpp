#include "net/media_thread.h"

#include <poll.h>

#include <algorithm>

#include "net/clock.h"

namespace vicino::net {
namespace {

constexpr Duration stats_interval = seconds(1);
// Between two looks for RTCP: at least, and at most while somebody is there. Longer answers NACKs
// and requests for key frames later; shorter wakes the thread for a report alone.
constexpr Duration rtcp_gap = milliseconds(1);
constexpr Duration rtcp_patience = milliseconds(5);
constexpr size_t rtcp_batches = 8;  // at a time: the rest waits for the next look
// A large batch is sent in parts of so many bytes: they are still in the second-level cache when
// the kernel copies them, the first receivers don't wait for the last, and the outbox stays small.
// Less would cost more system calls.
constexpr size_t send_early = 256 * 1024;

timespec to_timespec(Duration d) {
  const int64_t us = std::max<int64_t>(d.us, 0);
  return {us / 1'000'000, us % 1'000'000 * 1000};
}

}  // namespace

MediaThread::MediaThread(std::unique_ptr<UdpSocket> socket, const rtc::DtlsIdentity& identity,
                         rtc::TransportParameters health,
                         std::function<void(std::vector<sfu::Event>)> on_events,
                         sfu::ShardSettings settings, Relays::End* relays, SpinSettings spin)
    : socket_(std::move(socket)),
      identity_(identity),
      health_(std::move(health)),
      settings_(settings),
      on_events_(std::move(on_events)),
      relays_(relays),
      spin_(spin),
      rest_(spin),
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

void MediaThread::once_a_second(Instant now, const sfu::Shard& shard) {
  if (now < stats_due_) return;
  stats_due_ = now + stats_interval;
  tcp_.close_silent(now);
  const std::lock_guard lock(stats_mutex_);
  stats_ = {
      shard.stats(), socket_->dropped(), socket_->syscalls_sent(), relays_ ? relays_->dropped() : 0,
      tcp_.open(),   tcp_.dropped()};
}

// Until something is there from the network, the server or another worker, or for as long as `due`
// is ahead. Says whether there are commands.
bool MediaThread::wait(Instant due) {
  // A descriptor below 0 is passed over.
  std::array<pollfd, 4> sources = {{{socket_->fd(), POLLIN, 0},
                                    {commands_.fd(), POLLIN, 0},
                                    {relays_ ? relays_->fd() : -1, POLLIN, 0},
                                    {tcp_.fd(), POLLIN, 0}}};
  const auto ready = [&](Duration longest) {
    const timespec wait = to_timespec(longest);
    return ::ppoll(sources.data(), sources.size(), &wait, nullptr) > 0;
  };
  const Instant start = now();
  if (relays_ && !relays_->falling_asleep()) due = start;
  const Instant spin_until = std::min(due, start + spin_.patience());
  bool came = ready(spin_until > start ? Duration{} : due - start);
  for (Instant t = now(); !came && t < due; t = now())
    came = ready(t < spin_until ? Duration{} : due - t);
  if (came) spin_.waited(now() - start);
  if (relays_) relays_->awake();
  tcp_ready_ = (sources[3].revents & POLLIN) != 0;
  return (sources[1].revents & POLLIN) != 0;
}

size_t MediaThread::receive(Instant turn, sfu::Shard& shard, rtc::Outbox& out) {
  return socket_->receive([&](const Address& from, MutBytes datagram) {
    shard.handle_datagram(turn, from, datagram, out);
  });
}

void MediaThread::receive_tcp(Instant turn, sfu::Shard& shard, rtc::Outbox& out) {
  if (!tcp_ready_) return;
  tcp_.receive(turn, [&](const Address& from, MutBytes datagram) {
    shard.handle_datagram(turn, from, datagram, out);
  });
}

void MediaThread::send(Instant turn, const rtc::Outbox& out) {
  socket_->send(out);
  if (tcp_.open() > 0) tcp_.send(turn, out);
}

// Reports can wait: they are read when the thread is awake for something else, or after a while.
void MediaThread::receive_rtcp(Instant turn, sfu::Shard& shard, rtc::Outbox& out) {
  if (turn - rtcp_read_ < rtcp_gap) return;
  rtcp_read_ = turn;
  const auto handle = [&](const Address& from, MutBytes datagram) {
    shard.handle_datagram(turn, from, datagram, out);
  };
  for (size_t batches = 0; batches < rtcp_batches && socket_->receive_rtcp(handle) > 0;) ++batches;
}

void MediaThread::receive_relayed(Instant turn, sfu::Shard& shard, rtc::Outbox& out) {
  if (!relays_) return;
  relays_->take([&](const sfu::Relayed& what, MutBytes packet) {
    shard.handle_relayed(turn, what, packet, out);
  });
}

void MediaThread::receive_rest(Instant turn, sfu::Shard& shard, rtc::Outbox& out) {
  if (!rest_.worthwhile(shard.unfinished())) return;
  bool came = false;
  Instant last = turn;
  for (Instant t = now(); !rest_.over(t - last, t - turn) && shard.unfinished() > 0; t = now()) {
    if (receive(t, shard, out) == 0) continue;
    came = true;
    last = t;
  }
  rest_.waited(came);
}

void MediaThread::run() {
  OsRandom random;
  sfu::Shard shard(identity_, random, health_, now(), settings_, relays_);
  Instant turn{};
  rtc::Outbox out(send_early, [&](const rtc::Outbox& full) { send(turn, full); });
  while (!stopping_) {
    const Instant next = shard.next_timeout();
    const bool anybody = next != Instant::never();
    const Instant rtcp_due = anybody ? rtcp_read_ + rtcp_patience : Instant::never();
    const bool commands = wait(std::min({next, stats_due_, rtcp_due}));
    turn = now();
    if (commands) {
      for (sfu::Command& command : commands_.take())
        shard.handle_command(turn, std::move(command), out);
    }
    if (receive(turn, shard, out) > 0) receive_rest(turn, shard, out);
    receive_tcp(turn, shard, out);
    if (relays_)
      relays_->publish();  // the others begin while this thread goes on to its own receivers
    receive_relayed(turn, shard, out);
    receive_rtcp(turn, shard, out);
    shard.flush(turn, out);
    if (shard.next_timeout() <= turn) shard.handle_timeout(turn, out);
    if (relays_) relays_->publish();  // what it asks them for
    send(turn, out);
    out.clear();
    if (auto events = shard.take_events(); !events.empty()) on_events_(std::move(events));
    once_a_second(turn, shard);
  }
  // What is left says good-bye: commands posted before stopping may hold the participants' removal.
  for (sfu::Command& command : commands_.take())
    shard.handle_command(now(), std::move(command), out);
  send(turn, out);
}

}  // namespace vicino::net
