#include "reception.h"

#include <algorithm>

namespace vicino::load {

void ReceiverCounts::add(const ReceiverCounts& other) {
  expected += other.expected;
  received += other.received;
  reordered += other.reordered;
  repaired += other.repaired;
  duplicate += other.duplicate;
  bad_stamp += other.bad_stamp;
  unauthenticated += other.unauthenticated;
  any += other.any;
  bytes += other.bytes;
}

EncodingReception::Arrival EncodingReception::add(uint32_t counter) {
  const auto word = [&](uint32_t c) -> uint64_t& { return seen_[c % window / 64]; };
  const uint64_t bit = uint64_t{1} << counter % 64;
  if (!any_ || counter > newest_) {
    const uint32_t from = any_ ? newest_ + 1 : counter;
    if (counter - from >= window) {
      seen_.fill(0);
    } else {
      for (uint32_t c = from; c != counter; ++c) word(c) &= ~(uint64_t{1} << c % 64);
    }
    any_ = true;
    newest_ = counter;
    word(counter) |= bit;
    return Arrival::in_order;
  }
  if (newest_ - counter >= window || (word(counter) & bit) != 0) return Arrival::duplicate;
  word(counter) |= bit;
  return Arrival::reordered;
}

void EncodingReception::run_on(uint32_t counter) {
  if (!running_) {
    running_ = true;
    run_first_ = run_last_ = counter;
    return;
  }
  run_first_ = std::min(run_first_, counter);
  run_last_ = std::max(run_last_, counter);
}

void EncodingReception::end_run() {
  ended_runs_ = in_runs();
  running_ = false;
}

uint64_t EncodingReception::in_runs() const {
  return ended_runs_ + (running_ ? uint64_t{run_last_ - run_first_} + 1 : 0);
}

void TrackReception::add(const Stamp& stamp, bool retransmitted, uint64_t delay_ns,
                         ReceiverCounts& counts, Histogram& delays) {
  if (stamp.encoding >= encodings_.size()) encodings_.resize(size_t{stamp.encoding} + 1);
  ++counts.any;
  EncodingReception& encoding = encodings_[stamp.encoding];
  const auto arrival = encoding.add(stamp.counter);
  if (!stamp.measured) return;
  if (arrival == EncodingReception::Arrival::duplicate) {
    if (!retransmitted) ++counts.duplicate;
    return;
  }
  if (arrival == EncodingReception::Arrival::in_order && current_ != stamp.encoding) {
    if (current_ < encodings_.size()) encodings_[current_].end_run();
    current_ = stamp.encoding;
  }
  encoding.run_on(stamp.counter);
  ++counts.received;
  if (arrival == EncodingReception::Arrival::reordered) ++counts.reordered;
  if (retransmitted) {
    ++counts.repaired;
  } else {
    delays.add(delay_ns);
  }
}

uint64_t TrackReception::in_runs() const {
  uint64_t sum = 0;
  for (const EncodingReception& encoding : encodings_) sum += encoding.in_runs();
  return sum;
}

}  // namespace vicino::load
