// Deadlines of many things, the earliest first: a binary heap whose entries know their place.
// Setting a deadline costs O(log n) and nothing when it didn't change; no allocation once warm.
#pragma once

#include <vector>

#include "base/check.h"
#include "base/time.h"

namespace vicino::sfu {

// Part of the thing that has a deadline; leaves its queue when it goes.
class TimerQueue;
class Timer {
 public:
  Timer() = default;
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  Instant due() const { return due_; }

 private:
  friend class TimerQueue;
  TimerQueue* queue_ = nullptr;
  size_t place_ = 0;
  Instant due_ = Instant::never();
};

class TimerQueue {
 public:
  // Instant::never() takes it out.
  void set(Timer& timer, Instant due);
  Timer* first() const { return heap_.empty() ? nullptr : heap_.front(); }
  Instant next() const { return heap_.empty() ? Instant::never() : heap_.front()->due_; }

 private:
  void put(size_t place, Timer* timer) {
    heap_[place] = timer;
    timer->place_ = place;
  }
  void sift(Timer& timer);
  void remove(Timer& timer);

  std::vector<Timer*> heap_;
};

}  // namespace vicino::sfu
