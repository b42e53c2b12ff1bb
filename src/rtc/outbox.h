// Where datagrams to send collect: one per worker, filled while a received batch is handled, sent
// at once afterwards. Memory is kept between batches: once warm, nothing is allocated per packet.
//
// Datagrams to one receiver that follow each other and are equal in size, but for a shorter last
// one, lie in one piece of memory and form a train: the kernel takes it whole (UDP_SEGMENT), for
// two to five times fewer cycles per packet.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"

namespace vicino::rtc {

class Outbox {
 public:
  static constexpr size_t max_segments = 64;        // of a train: the kernel's UDP_MAX_SEGMENTS
  static constexpr size_t max_train_size = 65'000;  // under what one UDP length field can say

  struct Train {
    Address to;
    size_t offset;
    size_t size;     // of all datagrams together
    size_t segment;  // size of each datagram but perhaps the last
    size_t count;
  };
  struct Datagram {
    Address to;
    size_t offset;
    size_t size;
  };

  Outbox() = default;
  // A large batch goes out in parts: once `high_water` bytes are there, the next make_way() hands
  // everything to `drain` and begins anew. Bounds the memory, and what is sealed is still in the
  // cache when the kernel copies it.
  Outbox(size_t high_water, std::function<void(const Outbox&)> drain)
      : high_water_(high_water), drain_(std::move(drain)) {}

  // To be called where a train may end: between two receivers.
  void make_way() {
    if (used_ < high_water_) return;
    drain_(*this);
    clear();
  }
  // Room for datagrams of together at most `capacity` bytes, valid until the next call. Follow with
  // commit() for each, from the front, or with nothing to drop it.
  MutBytes reserve(size_t capacity) {
    if (used_ + capacity > memory_.size()) memory_.resize((used_ + capacity) * 2);
    return MutBytes(memory_).subspan(used_, capacity);
  }
  // The next `size` bytes of the last reserve() are a datagram to `to`.
  void commit(const Address& to, size_t size) {
    if (trains_.empty() || !joins(trains_.back(), to, size)) {
      trains_.push_back({to, used_, size, size, 1});
    } else {
      trains_.back().size += size;
      ++trains_.back().count;
    }
    used_ += size;
  }

  bool empty() const { return trains_.empty(); }
  // The newest datagram, valid until the next reserve(). Not for an empty outbox.
  Bytes last() const {
    const Train& t = trains_.back();
    const size_t before = (t.count - 1) * t.segment;
    return bytes(t).subspan(before);
  }
  std::span<const Train> trains() const { return trains_; }
  Bytes bytes(const Train& t) const { return Bytes(memory_).subspan(t.offset, t.size); }
  // The same one by one, for senders that have no trains.
  std::vector<Datagram> datagrams() const {
    std::vector<Datagram> all;
    for (const Train& t : trains_) {
      for (size_t i = 0; i < t.count; ++i)
        all.push_back(
            {t.to, t.offset + i * t.segment, std::min(t.segment, t.size - i * t.segment)});
    }
    return all;
  }
  Bytes bytes(const Datagram& d) const { return Bytes(memory_).subspan(d.offset, d.size); }
  void clear() {
    trains_.clear();
    used_ = 0;
  }

 private:
  // A shorter datagram ends its train.
  static bool joins(const Train& train, const Address& to, size_t size) {
    return size <= train.segment && train.size == train.count * train.segment &&
           train.count < max_segments && train.size + size <= max_train_size && train.to == to;
  }

  std::vector<uint8_t> memory_;
  std::vector<Train> trains_;
  size_t used_ = 0;
  size_t high_water_ = SIZE_MAX;
  std::function<void(const Outbox&)> drain_;
};

}  // namespace vicino::rtc
