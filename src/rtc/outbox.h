// Where datagrams to send collect: one per worker, filled while a received batch is handled, sent at once afterwards.
// Memory is kept between batches: once warm, nothing is allocated per packet.
#pragma once

#include <vector>

#include "base/address.h"
#include "base/bytes.h"

namespace vicino::rtc {

class Outbox {
 public:
  struct Datagram {
    Address to;
    size_t offset;
    size_t size;
  };

  // Room for one datagram of at most `capacity` bytes, valid until the next call. Follow with commit(), or with
  // nothing to drop it.
  MutBytes reserve(size_t capacity) {
    if (used_ + capacity > memory_.size()) memory_.resize((used_ + capacity) * 2);
    return MutBytes(memory_).subspan(used_, capacity);
  }
  // The first `size` bytes of the last reserve() are a datagram to `to`.
  void commit(const Address& to, size_t size) {
    datagrams_.push_back({to, used_, size});
    used_ += size;
  }

  const std::vector<Datagram>& datagrams() const { return datagrams_; }
  Bytes bytes(const Datagram& d) const { return Bytes(memory_).subspan(d.offset, d.size); }
  void clear() {
    datagrams_.clear();
    used_ = 0;
  }

 private:
  std::vector<uint8_t> memory_;
  std::vector<Datagram> datagrams_;
  size_t used_ = 0;
};

}  // namespace vicino::rtc
