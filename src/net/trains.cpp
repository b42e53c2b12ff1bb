#include "net/trains.h"

#include <bit>

namespace vicino::net {

void TrainPlanner::group_by_receiver(std::span<const rtc::Outbox::Datagram> datagrams) {
  const size_t slots = std::bit_ceil(datagrams.size() * 2 + 1);
  table_.assign(slots, none);
  next_.assign(datagrams.size(), none);
  last_.assign(datagrams.size(), none);
  firsts_.clear();
  for (uint32_t i = 0; i < datagrams.size(); ++i) {
    size_t slot = AddressHash()(datagrams[i].to) & (slots - 1);
    while (table_[slot] != none && datagrams[table_[slot]].to != datagrams[i].to) slot = (slot + 1) & (slots - 1);
    if (table_[slot] == none) {
      table_[slot] = i;
      firsts_.push_back(i);
    } else {
      next_[last_[table_[slot]]] = i;
    }
    last_[table_[slot]] = i;
  }
  order_.clear();
  for (const uint32_t first : firsts_) {
    for (uint32_t i = first; i != none; i = next_[i]) order_.push_back(i);
  }
}

void TrainPlanner::plan(std::span<const rtc::Outbox::Datagram> datagrams, bool trains_allowed) {
  group_by_receiver(datagrams);
  trains_.clear();
  size_t bytes = 0;
  bool closed = true;  // a shorter datagram ends its train
  for (size_t position = 0; position < order_.size(); ++position) {
    const auto& datagram = datagrams[order_[position]];
    if (trains_allowed && !closed) {
      Train& train = trains_.back();
      const bool joins = datagrams[order_[train.first]].to == datagram.to && datagram.size <= train.segment_size &&
                         train.count < max_segments && bytes + datagram.size <= max_bytes;
      if (joins) {
        ++train.count;
        bytes += datagram.size;
        closed = datagram.size < train.segment_size;
        continue;
      }
    }
    trains_.push_back({position, 1, datagram.size});
    bytes = datagram.size;
    closed = false;
  }
}

}  // namespace vicino::net
