#include "engine.h"

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "net/clock.h"

namespace vicino::load {
namespace {

constexpr Duration timer_grain = milliseconds(1);
constexpr Duration late =
    milliseconds(10);  // a frame sent so long after it was due shows a busy generator
constexpr Duration longest_sleep = milliseconds(100);
constexpr size_t slow_per_turn = 4;  // handshakes' steps, about a millisecond's worth
constexpr int64_t frame_time_us = 33'333;
constexpr double golden = 0.618033988749895;

uint64_t monotonic_ns() {
  timespec t;
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

// Publishers in turn, spread over a frame's time as evenly as any number of them can be.
Duration phase(size_t number) {
  const double turns = static_cast<double>(number) * golden;
  return microseconds(static_cast<int64_t>((turns - std::floor(turns)) * frame_time_us));
}

}  // namespace

Engine::Engine(std::unique_ptr<Ports> ports, size_t peers, Directory directory,
               const rtc::DtlsIdentity& identity, Duration poll)
    : ports_(std::move(ports)),
      directory_(std::move(directory)),
      identity_(identity),
      poll_(poll),
      wall_{net::wall_time().ms * 1000 - net::now().us},
      handler_([this](size_t peer, const Address& from, MutBytes datagram, uint64_t arrived) {
        receive(peer, from, datagram, arrived);
      }),
      clients_(peers),
      timers_(peers, Instant::never()),
      postponed_(peers) {
  ports_->watch(tasks_.fd());
  thread_ = std::thread([this] { run(); });
}

Engine::~Engine() {
  stopping_ = true;
  tasks_.wake();
  thread_.join();
}

void Engine::add(size_t peer, ClientSetup setup) {
  tasks_.post([this, peer, moved = std::make_shared<ClientSetup>(std::move(setup))] {
    clients_[peer] = std::make_unique<Client>(std::move(*moved), directory_, identity_, random_,
                                              wall_, net::now());
    timer_changed(peer);
  });
}

void Engine::remove(size_t peer) {
  tasks_.post([this, peer] {
    if (!clients_[peer]) return;
    clients_[peer]->close(out_);
    sends(peer);
    clients_[peer].reset();
    timers_[peer] = Instant::never();
  });
}

void Engine::timer_changed(size_t peer) {
  timers_[peer] = clients_[peer]->next_timeout();
  next_timers_ = std::min(next_timers_, timers_[peer]);
}

void Engine::run() {
  ::prctl(PR_SET_TIMERSLACK, 1'000);  // nanoseconds: frames leave when they are due
  while (!stopping_) turn();
  for (size_t peer = 0; peer < clients_.size(); ++peer) {
    if (!clients_[peer]) continue;
    clients_[peer]->close(out_);
    sends(peer);
  }
  ports_->flush();
}

// Until there is something to do. True: a task is.
bool Engine::wait() {
  Instant next = next_timers_;
  if (!due_.empty()) next = std::min(next, due_.top().at);
  if (!waiting_tasks_.empty() || !handshakes_.empty()) return ports_->wait(0);
  const Duration sleep =
      std::clamp(next - net::now(), Duration{}, poll_ > Duration{} ? poll_ : longest_sleep);
  if (poll_ == Duration{}) return ports_->wait(sleep.us * 1000);
  const timespec time = {0, static_cast<long>(sleep.us * 1000)};
  ::nanosleep(&time, nullptr);
  return ports_->wait(0);
}

void Engine::turn() {
  const bool woken = wait();
  ports_->receive(handler_);
  if (woken) std::ranges::move(tasks_.take(), std::back_inserter(waiting_tasks_));
  shake_hands();
  const Instant now = net::now();
  send_due(now);
  if (now >= next_timers_) run_timers(now);
  ports_->flush();
}

// A few at a time.
void Engine::shake_hands() {
  for (size_t i = 0; i < slow_per_turn && !waiting_tasks_.empty(); ++i) {
    waiting_tasks_.front()();
    waiting_tasks_.pop_front();
  }
  for (size_t steps = 0; steps < slow_per_turn && !handshakes_.empty();) {
    Postponed& first = handshakes_.front();
    if (rtc::classify(first.datagram) == rtc::DatagramKind::dtls) ++steps;
    --postponed_[first.peer];
    handle(first.peer, first.from, first.datagram, first.arrived_ns);
    handshakes_.pop_front();
  }
}

void Engine::receive(size_t peer, const Address& from, MutBytes datagram, uint64_t arrived_ns) {
  if (peer >= clients_.size() || !clients_[peer] || datagram.empty()) return;
  if (postponed_[peer] == 0 && rtc::classify(datagram) != rtc::DatagramKind::dtls) {
    handle(peer, from, datagram, arrived_ns);
  } else {
    ++postponed_[peer];
    handshakes_.push_back({peer, from, Buffer(datagram.begin(), datagram.end()), arrived_ns});
  }
}

void Engine::handle(size_t peer, const Address& from, MutBytes datagram, uint64_t arrived_ns) {
  if (!clients_[peer]) return;  // gone meanwhile
  Client& client = *clients_[peer];
  const Instant now{static_cast<int64_t>(arrived_ns / 1000)};
  const bool media = (datagram[0] & 0xc0) == 0x80;  // RFC 7983
  const bool was_connected = media || client.state() == Client::State::connected;
  client.handle_datagram(now, arrived_ns, from, datagram,
                         client.setup().counted ? delays_ : other_delays_, out_);
  if (media) return;
  sends(peer);
  timer_changed(peer);
  if (was_connected || client.state() != Client::State::connected || client.subscriber()) return;
  const Instant first = net::now() + phase(started_++);
  client.start_sending(first, random_);
  for (size_t i = 0; i < client.streams().size(); ++i) due_.push({first, peer, i});
}

void Engine::send_due(Instant now) {
  while (!due_.empty() && due_.top().at <= now) {
    const Due due = due_.top();
    due_.pop();
    if (!clients_[due.peer] || clients_[due.peer]->state() != Client::State::connected) continue;
    if (measuring_ && now - due.at >= late) ++late_frames_;
    clients_[due.peer]->send_frame(due.stream, now, monotonic_ns(), measuring_, out_);
    sends(due.peer);
    due_.push({clients_[due.peer]->streams()[due.stream].due(), due.peer, due.stream});
  }
}

void Engine::run_timers(Instant now) {
  next_timers_ = Instant::never();
  for (size_t peer = 0; peer < timers_.size(); ++peer) {
    if (timers_[peer] <= now) {
      clients_[peer]->handle_timeout(now, out_);
      sends(peer);
      timers_[peer] = clients_[peer]->next_timeout();
    }
    next_timers_ = std::min(next_timers_, timers_[peer]);
  }
  next_timers_ = std::max(next_timers_, now + timer_grain);
}

void Engine::sends(size_t peer) {
  ports_->queue(peer, out_);
  out_.clear();
}

}  // namespace vicino::load
