#include "sfu/timers.h"

namespace vicino::sfu {

Timer::~Timer() {
  if (queue_) queue_->set(*this, Instant::never());
}

void TimerQueue::set(Timer& timer, Instant due) {
  if (due == timer.due_) return;
  CHECK(!timer.queue_ || timer.queue_ == this);
  timer.due_ = due;
  if (due == Instant::never()) {
    if (timer.queue_) remove(timer);
    return;
  }
  if (!timer.queue_) {
    timer.queue_ = this;
    timer.place_ = heap_.size();
    heap_.push_back(&timer);
  }
  sift(timer);
}

void TimerQueue::remove(Timer& timer) {
  Timer* last = heap_.back();
  heap_.pop_back();
  timer.queue_ = nullptr;
  if (last == &timer) return;
  put(timer.place_, last);
  sift(*last);
}

// Moves the entry to where its deadline belongs.
void TimerQueue::sift(Timer& timer) {
  size_t place = timer.place_;
  while (place > 0 && timer.due_ < heap_[(place - 1) / 2]->due_) {
    put(place, heap_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  for (size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
    if (heap_[child]->due_ >= timer.due_) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, &timer);
}

}  // namespace vicino::sfu
