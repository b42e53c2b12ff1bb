// Messages from one worker to another in one piece of memory: one thread writes, one reads, neither
// waits for the other. What was written is seen when the writer publishes it, once a batch. A full
// ring loses messages, as a network would.
#pragma once

#include <atomic>
#include <bit>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "sfu/relay.h"

namespace vicino::net {

class RelayRing {
 public:
  // `capacity` in bytes, a power of two. Pages that were never written cost nothing.
  explicit RelayRing(size_t capacity) : capacity_(capacity), memory_(new uint8_t[capacity]) {
    CHECK(std::has_single_bit(capacity) && capacity >= 4096);
  }

  // The writer's. False: no room.
  bool push(const sfu::Relayed& what, Bytes packet) {
    const size_t size = size_of(packet.size());
    const size_t to_end = capacity_ - (written_ & (capacity_ - 1));
    // A message lies in one piece: what is left before the end is skipped if it is too short.
    const size_t skipped = size <= to_end ? 0 : to_end;
    if (written_ + skipped + size - read_.load(std::memory_order_acquire) > capacity_) return false;
    if (skipped > 0) write(Head{true}, {});
    written_ += skipped;
    write(Head{false, what.kind, static_cast<uint32_t>(packet.size()), what.participant.value,
               what.room.value},
          packet);
    written_ += size;
    return true;
  }
  // Whether there is something that wasn't visible before.
  bool publish() {
    if (published_.load(std::memory_order_relaxed) == written_) return false;
    published_.store(written_, std::memory_order_release);
    return true;
  }

  // The reader's.
  bool empty() const {
    return published_.load(std::memory_order_acquire) == read_.load(std::memory_order_relaxed);
  }
  // Calls handle(const sfu::Relayed&, MutBytes packet) for what has been published, in order; the
  // packet's bytes are the reader's until handle returns. Gives how many there were.
  template <class Handle>
  size_t take(Handle&& handle) {
    const size_t end = published_.load(std::memory_order_acquire);
    size_t at = read_.load(std::memory_order_relaxed), count = 0;
    while (at != end) {
      uint8_t* place = memory_.get() + (at & (capacity_ - 1));
      Head head;
      std::memcpy(&head, place, sizeof head);
      if (head.skip) {
        at += capacity_ - (at & (capacity_ - 1));
        continue;
      }
      handle(sfu::Relayed{head.kind, {head.room}, {head.participant}},
             MutBytes(place + sizeof head, head.size));
      at += size_of(head.size);
      ++count;
    }
    read_.store(at, std::memory_order_release);
    return count;
  }

 private:
  struct alignas(32) Head {
    bool skip = false;  // nothing follows before the memory's end
    sfu::Relayed::Kind kind{};
    uint32_t size = 0;
    uint32_t participant = 0;
    uint64_t room = 0;
  };
  // Every message begins where a head can: also a skip, for which there is always room so.
  static constexpr size_t size_of(size_t packet) {
    return (sizeof(Head) + packet + sizeof(Head) - 1) / sizeof(Head) * sizeof(Head);
  }
  void write(const Head& head, Bytes packet) {
    uint8_t* place = memory_.get() + (written_ & (capacity_ - 1));
    std::memcpy(place, &head, sizeof head);
    if (!packet.empty()) std::memcpy(place + sizeof head, packet.data(), packet.size());
  }

  static constexpr size_t line = 64;  // of the cache: what each side writes lies apart
  size_t capacity_;
  std::unique_ptr<uint8_t[]> memory_;
  alignas(line) size_t written_ = 0;  // the writer's alone
  alignas(line) std::atomic<size_t> published_ = 0;
  alignas(line) std::atomic<size_t> read_ = 0;
};

}  // namespace vicino::net
