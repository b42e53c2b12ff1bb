// At most one deadline per key, the earliest found at once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/time.h"

namespace vicino::server {

template <class Key>
class Deadlines {
 public:
  void set(Key key, Instant at) {
    clear(key);
    by_key_[key] = at;
    by_time_.insert({at, key});
  }
  void clear(Key key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    by_time_.erase({found->second, key});
    by_key_.erase(found);
  }
  Instant next() const { return by_time_.empty() ? Instant::never() : by_time_.begin()->first; }
  // One key whose deadline has come; it has none any more.
  std::optional<Key> take_due(Instant now) {
    if (by_time_.empty() || next() > now) return std::nullopt;
    const Key key = by_time_.begin()->second;
    clear(key);
    return key;
  }

 private:
  std::map<Key, Instant> by_key_;
  std::set<std::pair<Instant, Key>> by_time_;
};

}  // namespace vicino::server
