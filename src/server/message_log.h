// What a call's group said lately, for members who come back.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace vicino::server {

class MessageLog {
 public:
  static constexpr size_t max_messages = 512;
  static constexpr size_t most_bytes = size_t{2} << 20;

  struct Entry {
    uint64_t seq;
    SenderId author;  // of a post, who doesn't get it back; none: a handshake, for everybody
    Buffer message;   // a whole ServerMessage
  };

  // `handled`: the latest message of the group so far; what came before is unknown here.
  MessageLog(uint64_t handled, size_t max_bytes)
      : handshake_lost_(handled), max_bytes_(std::min(max_bytes, most_bytes)) {}

  void push(Entry entry) {
    bytes_ += entry.message.size();
    entries_.push_back(std::move(entry));
    while (entries_.size() > max_messages || bytes_ > max_bytes_) {
      const Entry& oldest = entries_.front();
      if (oldest.author == SenderId{}) handshake_lost_ = oldest.seq;
      bytes_ -= oldest.message.size();
      entries_.pop_front();
    }
  }

  // What somebody who has handled all up to `seen` has missed; nullopt: a handshake of that is
  // gone, and nothing can be understood without it.
  std::optional<std::vector<const Entry*>> since(uint64_t seen) const {
    if (seen < handshake_lost_) return std::nullopt;
    std::vector<const Entry*> missed;
    for (const Entry& entry : entries_) {
      if (entry.seq > seen) missed.push_back(&entry);
    }
    return missed;
  }

 private:
  uint64_t handshake_lost_;
  size_t max_bytes_;
  std::deque<Entry> entries_;
  size_t bytes_ = 0;
};

}  // namespace vicino::server
