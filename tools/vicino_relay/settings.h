// What can be set of the paths, by name: as flags, in schedules and while the relay runs.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "sim/path.h"
#include "values.h"

namespace vicino::relay {

// From the clients to the target, and back.
struct PathPair {
  sim::PathSettings up, down;
  friend bool operator==(const PathPair&, const PathPair&) = default;
};

struct Key {
  const char* name;
  const char* help;
  Parsed<void> (*set)(sim::PathSettings& settings, std::string_view value);
  bool is_switch = false;  // the name alone means true
};
std::span<const Key> keys();

// "up-rate" and "1M", for instance; without "up-" or "down-" it is for both.
using Change = std::pair<std::string, std::string>;

// Whether there is such a key.
const Key* find_key(std::string_view name);
// All of them, or none. Errors: a sentence that says what to write instead.
Parsed<void> apply_changes(PathPair& pair, std::span<const Change> changes);

}  // namespace vicino::relay
