// The one thread that owns all peers and their sockets: receives what came, sends what is due,
// sleeps until the next of either.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <queue>
#include <thread>
#include <vector>

#include "client.h"
#include "net/entropy.h"
#include "net/mailbox.h"
#include "ports.h"

namespace vicino::load {

class Engine {
 public:
  // `poll`: looks at the sockets so often; zero: is woken by what comes. A server on the same
  // machine pays for waking this thread up, one elsewhere would not. Delays are the same: they
  // count to the kernel's time of arrival.
  Engine(std::unique_ptr<Ports> ports, size_t peers, Directory directory,
         const rtc::DtlsIdentity& identity, Duration poll);
  ~Engine();  // closes all peers, stops and joins

  const Ports& ports() const { return *ports_; }  // address_of() only
  // From any thread: a peer whose signalling is done begins to connect.
  void add(size_t peer, ClientSetup setup);
  void remove(size_t peer);

  // Runs `question` on the engine's thread and waits for its answer.
  template <class F>
  auto ask(F question) {
    std::packaged_task<decltype(question())()> task(std::move(question));
    auto answer = task.get_future();
    tasks_.post([&task] { task(); });
    return answer.get();
  }

  // Within ask() only:
  // Null where nobody is, or is any more.
  const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }
  const Directory& directory() const { return directory_; }
  const Histogram& delays() const { return delays_; }
  uint64_t send_drops() const { return ports_->dropped(); }
  uint64_t receive_drops() const { return ports_->overflowed(); }
  uint64_t late_frames() const { return late_frames_; }  // in measured time
  void measure(bool on) { measuring_ = on; }

 private:
  struct Due {
    Instant at;
    size_t peer;
    size_t stream;
    bool operator<(const Due& other) const {
      return at > other.at;
    }  // the queue's top is the earliest
  };

  // Datagrams of handshakes wait until media has been received: 500 joins at once take the time of
  // 100,000 packets. What comes behind them for the same peer waits with them.
  struct Postponed {
    size_t peer;
    Address from;
    Buffer datagram;
    uint64_t arrived_ns;
  };

  void run();
  void turn();
  bool wait();
  void shake_hands();
  void receive(size_t peer, const Address& from, MutBytes datagram, uint64_t arrived_ns);
  void handle(size_t peer, const Address& from, MutBytes datagram, uint64_t arrived_ns);
  void send_due(Instant now);
  void run_timers(Instant now);
  void timer_changed(size_t peer);
  // Passes on what a peer has just put into out_.
  void sends(size_t peer);

  std::unique_ptr<Ports> ports_;
  Directory directory_;
  const rtc::DtlsIdentity& identity_;
  const Duration poll_;
  net::OsRandom random_;
  WallClock wall_;
  Ports::Handler handler_;

  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Instant> timers_;  // of each client
  Instant next_timers_ = Instant::never();
  std::priority_queue<Due> due_;
  size_t started_ = 0;
  bool measuring_ = false;
  uint64_t late_frames_ = 0;
  Histogram delays_;        // at receivers that are counted
  Histogram other_delays_;  // a server may send newcomers what was sent before they came
  rtc::Outbox out_;

  std::deque<Postponed> handshakes_;
  std::vector<uint32_t> postponed_;  // datagrams of each client in handshakes_
  std::deque<std::function<void()>> waiting_tasks_;
  net::Mailbox<std::function<void()>> tasks_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace vicino::load
