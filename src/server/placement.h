// Which worker carries a newcomer's media. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "base/check.h"

namespace vicino::server {

struct WorkerLoad {
  size_t members = 0;               // of all rooms
  uint64_t packets_per_second = 0;  // forwarded, as last measured
  // A member counts for a voice, until what it really costs has been measured.
  uint64_t total() const { return packets_per_second + 50 * members; }
};

// `carrying`: the workers that carry the room already, and for how many members each. The room
// stays on them while one has fewer than `members_per_worker` of its members; then it spreads to
// one that has less to do, if there is one.
inline size_t place(std::span<const WorkerLoad> workers, const std::map<size_t, size_t>& carrying,
                    size_t members_per_worker) {
  CHECK(!workers.empty());
  std::optional<size_t> here, elsewhere;
  for (size_t i = 0; i < workers.size(); ++i) {
    std::optional<size_t>& best = carrying.contains(i) ? here : elsewhere;
    if (!best || workers[i].total() < workers[*best].total()) best = i;
  }
  if (!here) return *elsewhere;
  const bool room = carrying.at(*here) < members_per_worker;
  if (room || !elsewhere || workers[*elsewhere].total() >= workers[*here].total()) return *here;
  return *elsewhere;
}

}  // namespace vicino::server
