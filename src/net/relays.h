// The ways between all workers of a process, for rooms that several of them carry: a ring for each
// ordered pair, and for each worker a descriptor that wakes it.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "net/relay_ring.h"

namespace vicino::net {

class Relays {
 public:
  // Between two workers, of what one hasn't taken yet: some ms of what a core can forward.
  static constexpr size_t ring_bytes = size_t{2} << 20;

  explicit Relays(size_t workers, size_t bytes = ring_bytes);

  // One worker's end, for its thread.
  class End final : public sfu::RelayExit {
   public:
    End(Relays& all, size_t self);
    ~End() override;
    End(const End&) = delete;
    End& operator=(const End&) = delete;

    void relay(size_t worker, const sfu::Relayed& what, Bytes packet) override;
    // Shows the others what was relayed since the last time, and wakes those who sleep.
    void publish();
    // See RelayRing::take, for all others.
    template <class Handle>
    size_t take(Handle&& handle) {
      size_t count = 0;
      for (size_t from = 0; from < all_.ends_.size(); ++from) {
        if (from != self_) count += all_.ring(from, self_).take(handle);
      }
      return count;
    }
    // Becomes readable when something comes between falling_asleep() and awake(). False: something
    // is there already.
    int fd() const { return fd_; }
    bool falling_asleep();
    void awake();

    uint64_t dropped() const { return dropped_; }  // of what was to be relayed; the thread's own

   private:
    Relays& all_;
    size_t self_;
    int fd_;
    std::atomic<bool> asleep_ = false;
    uint64_t dropped_ = 0;
  };
  End& end(size_t worker) { return *ends_.at(worker); }

 private:
  RelayRing& ring(size_t from, size_t to) { return *rings_[from * ends_.size() + to]; }

  std::vector<std::unique_ptr<End>> ends_;
  std::vector<std::unique_ptr<RelayRing>> rings_;  // by sender, then receiver
};

}  // namespace vicino::net
