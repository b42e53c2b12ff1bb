// Values from other threads to one: a vector swapped under a short lock, and a file descriptor that becomes readable when
// there is something. The lock is held for a push or a swap, never while anything is handled.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "base/check.h"

namespace vicino::net {

template <class T>
class Mailbox {
 public:
  Mailbox() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { CHECK(fd_ >= 0); }
  ~Mailbox() { ::close(fd_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(T value) {
    bool was_empty;
    {
      const std::lock_guard lock(mutex_);
      was_empty = values_.empty();
      values_.push_back(std::move(value));
    }
    if (was_empty) wake();
  }
  // Everything posted since the last call, in order.
  std::vector<T> take() {
    uint64_t count;
    (void)!::read(fd_, &count, sizeof count);  // EAGAIN: nothing was posted
    std::vector<T> taken;
    const std::lock_guard lock(mutex_);
    taken.swap(values_);
    return taken;
  }
  void wake() {
    const uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one);  // can only fail when the counter is full, which is awake too
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::mutex mutex_;
  std::vector<T> values_;
};

}  // namespace vicino::net
