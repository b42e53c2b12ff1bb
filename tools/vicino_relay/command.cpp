#include "command.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace vicino::relay {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr const char* what_there_is =
    "write settings as rate=1M, or outage 10s, block, unblock, rebind, stats or reset";

bool is_outage(std::string_view name) {
  return name == "outage" || name == "up-outage" || name == "down-outage";
}

Parsed<Duration> duration_of(const Change& pair) {
  auto time = parse_duration(pair.second);
  if (time && *time <= sim::Path::max_duration) return time;
  return std::unexpected(pair.first + ": " + (time ? "at most an hour" : time.error()));
}

// Words that stand alone; false: it is none of them.
bool take_word(Command& command, std::string_view word) {
  if (word == "stats") return command.stats = true;
  if (word == "reset") return command.reset = true;
  if (word == "rebind") return command.rebind = true;
  const bool unblock = word.ends_with("unblock");
  const std::string name =
      unblock ? std::string(word).erase(word.size() - 7, 2) : std::string(word);
  const Key* key = find_key(name);
  if (!key || !key->is_switch) return false;
  command.changes.emplace_back(name, unblock ? "false" : "true");
  return true;
}

Parsed<void> take_pair(Command& command, Change pair) {
  const std::string& name = pair.first;
  if (name == "at" || is_outage(name)) {
    const auto time = duration_of(pair);
    if (!time) return std::unexpected(time.error());
    if (name == "at") command.at = *time;
    if (is_outage(name) && name != "down-outage") command.up_outage = *time;
    if (is_outage(name) && name != "up-outage") command.down_outage = *time;
    return {};
  }
  if (name == "client") {
    uint32_t number = 0;
    const char* end = pair.second.data() + pair.second.size();
    const auto read = std::from_chars(pair.second.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) {
      return std::unexpected("client: write its number in the statistics");
    }
    command.client = number;
    return {};
  }
  command.changes.push_back(std::move(pair));
  return {};
}

Parsed<Command> parse_json(std::string_view line) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return std::unexpected("this is no JSON object in one line");
  Command command;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean() && value.get<bool>() && take_word(command, name)) continue;
    if (!value.is_string() && !value.is_number() && !value.is_boolean()) {
      return std::unexpected(name + ": write the value as text, e.g. \"25ms\"");
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (const auto taken = take_pair(command, {name, text}); !taken) {
      return std::unexpected(taken.error());
    }
  }
  return command;
}

Parsed<Command> parse_words(std::string_view line) {
  Command command;
  std::string waiting;  // a word whose value comes next
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    if (word.empty()) continue;
    const size_t equals = word.find('=');
    Change pair(word.substr(0, equals), equals == word.npos ? "" : word.substr(equals + 1));
    if (!waiting.empty()) {
      pair = {std::exchange(waiting, ""), std::string(word)};
    } else if (equals == word.npos) {
      if (take_word(command, word)) continue;
      if (!is_outage(word)) {
        return std::unexpected("\"" + std::string(word) + "\" says nothing: " + what_there_is);
      }
      waiting = word;
      continue;
    }
    if (const auto taken = take_pair(command, std::move(pair)); !taken) {
      return std::unexpected(taken.error());
    }
  }
  if (!waiting.empty())
    return std::unexpected(waiting + " needs a time: write " + waiting + " 10s");
  return command;
}

}  // namespace

Parsed<std::optional<Command>> parse_command(std::string_view line) {
  if (line.size() > max_line) return std::unexpected("a line has at most 4096 bytes");
  line = line.substr(std::min(line.size(), line.find_first_not_of(blanks)));
  if (line.empty() || line.starts_with('#')) return std::nullopt;
  auto command = line.starts_with('{') ? parse_json(line) : parse_words(line);
  if (!command) return std::unexpected(std::move(command.error()));
  if (command->stats && command->at != Duration{}) {
    return std::unexpected("statistics can't be planned: ask for stats when you want them");
  }
  // Whether the settings exist and are possible at all; whether they are together with the others
  // is seen when they are adopted.
  for (const Change& change : command->changes) {
    PathPair scratch;
    if (const auto applied = apply_changes(scratch, {&change, 1}); !applied) {
      return std::unexpected(applied.error());
    }
  }
  return std::move(*command);
}

}  // namespace vicino::relay
