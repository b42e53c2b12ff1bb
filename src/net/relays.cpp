#include "net/relays.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace vicino::net {

Relays::Relays(size_t workers, size_t bytes) {
  for (size_t i = 0; i < workers; ++i) ends_.push_back(std::make_unique<End>(*this, i));
  for (size_t i = 0; i < workers * workers; ++i) {
    const bool to_itself = i / workers == i % workers;
    rings_.push_back(to_itself ? nullptr : std::make_unique<RelayRing>(bytes));
  }
}

Relays::End::End(Relays& all, size_t self)
    : all_(all), self_(self), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(fd_ >= 0);
}
Relays::End::~End() {
  ::close(fd_);
}

void Relays::End::relay(size_t worker, const sfu::Relayed& what, Bytes packet) {
  CHECK(worker != self_ && worker < all_.ends_.size());
  if (!all_.ring(self_, worker).push(what, packet)) ++dropped_;
}

void Relays::End::publish() {
  for (size_t to = 0; to < all_.ends_.size(); ++to) {
    if (to == self_ || !all_.ring(self_, to).publish()) continue;
    // Either this sees that the other sleeps, or the other, before it sleeps, sees what was
    // published.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    End& other = *all_.ends_[to];
    if (!other.asleep_.load(std::memory_order_relaxed) || !other.asleep_.exchange(false)) continue;
    const uint64_t one = 1;
    (void)!::write(other.fd_, &one, sizeof one);  // can only fail when it is readable already
  }
}

bool Relays::End::falling_asleep() {
  asleep_.store(true, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (size_t from = 0; from < all_.ends_.size(); ++from) {
    if (from == self_ || all_.ring(from, self_).empty()) continue;
    awake();
    return false;
  }
  return true;
}

void Relays::End::awake() {
  if (asleep_.exchange(false)) return;  // nobody has woken it
  uint64_t count;
  (void)!::read(
      fd_, &count,
      sizeof count);  // EAGAIN: not written yet; then it wakes this once more, for nothing
}

}  // namespace vicino::net
