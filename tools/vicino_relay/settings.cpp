#include "settings.h"

#include <algorithm>
#include <array>

namespace vicino::relay {
namespace {

using sim::PathSettings;

// Reads a value into one member.
template <auto member, auto parse>
Parsed<void> set(PathSettings& settings, std::string_view text) {
  auto value = parse(text);
  if (!value) return std::unexpected(std::move(value.error()));
  settings.*member = *value;
  return {};
}

// In time or in bytes: whichever was set last counts.
Parsed<void> set_queue(PathSettings& settings, std::string_view text) {
  if (const auto time = parse_duration(text)) {
    settings.queue = *time;
    settings.queue_bytes = 0;
    return {};
  }
  const auto bytes = parse_size(text);
  if (!bytes || *bytes == 0) {
    return std::unexpected("\"" + std::string(text) +
                           "\" is no length of a queue: write 200ms or 64kB");
  }
  settings.queue_bytes = *bytes;
  return {};
}

constexpr std::array<Key, 12> all = {{
    {"rate", "Bit/s, e.g. 1.5M; none: without a limit", set<&PathSettings::rate, parse_rate>},
    {"queue", "What waits at the rate's bottleneck at most, e.g. 200ms or 64kB", set_queue},
    {"overhead", "What a packet takes of the rate beside its own bytes, e.g. 28B",
     set<&PathSettings::overhead, parse_size>},
    {"delay", "Of every packet, e.g. 25ms", set<&PathSettings::delay, parse_duration>},
    {"jitter", "On top of the delay, between nothing and this, e.g. 5ms",
     set<&PathSettings::jitter, parse_duration>},
    {"jitter-reorders", "Jitter changes the packets' order",
     set<&PathSettings::jitter_reorders, parse_switch>, true},
    {"loss", "Share of packets lost, e.g. 5%", set<&PathSettings::loss, parse_share>},
    {"burst", "Mean packets lost in a row, e.g. 3; 0: each by itself",
     set<&PathSettings::burst, parse_number>},
    {"reorder", "Share of packets that others overtake, e.g. 1%",
     set<&PathSettings::reorder, parse_share>},
    {"reorder-by", "How much later those come, e.g. 20ms",
     set<&PathSettings::reorder_by, parse_duration>},
    {"duplicate", "Share of packets that come twice, e.g. 1%",
     set<&PathSettings::duplicate, parse_share>},
    {"block", "Nothing passes, as where UDP is blocked", set<&PathSettings::blocked, parse_switch>,
     true},
}};

std::string_view without_direction(std::string_view name) {
  for (const std::string_view direction : {"up-", "down-"}) {
    if (name.starts_with(direction)) return name.substr(direction.size());
  }
  return name;
}

std::string key_names() {
  std::string names;
  for (const Key& key : all) names += (names.empty() ? "" : ", ") + std::string(key.name);
  return names;
}

}  // namespace

std::span<const Key> keys() {
  return all;
}

const Key* find_key(std::string_view name) {
  const auto found = std::ranges::find(all, without_direction(name),
                                       [](const Key& key) { return std::string_view(key.name); });
  return found == all.end() ? nullptr : &*found;
}

Parsed<void> apply_changes(PathPair& pair, std::span<const Change> changes) {
  PathPair changed = pair;
  for (const auto& [name, value] : changes) {
    const Key* key = find_key(name);
    if (!key) {
      return std::unexpected("there is no setting \"" + name + "\": " + key_names() +
                             ", each also with up- or down-");
    }
    for (auto [path, other] : {std::pair(&changed.up, "down-"), {&changed.down, "up-"}}) {
      if (name.starts_with(other)) continue;
      if (const auto done = key->set(*path, value); !done) {
        return std::unexpected(name + ": " + done.error());
      }
    }
  }
  for (auto [path, direction] : {std::pair(&changed.up, "up"), {&changed.down, "down"}}) {
    if (const auto problem = sim::problem_with(*path)) {
      return std::unexpected(std::string(direction) + ": " + *problem);
    }
  }
  pair = changed;
  return {};
}

}  // namespace vicino::relay
