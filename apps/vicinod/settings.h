// Where the server's settings come from: flags before environment before the TOML file before defaults. One table names
// each setting once; --help, the environment and the file follow from it, and docs/operating.md is tested against it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/config.h"

namespace vicino::vicinod {

struct Setting {
  std::string name;  // as in the file: "media.port"
  std::string help;
  std::string default_text;
  // Puts a value into the configuration; lists come as their items. Returns what a right value would be, or nothing.
  std::function<std::optional<std::string>(server::Config&, const std::vector<std::string>&)> apply;
  bool is_list = false;

  std::string flag() const;         // "--media-port"
  std::string environment() const;  // "VICINO_MEDIA_PORT"
};
const std::vector<Setting>& all_settings();

struct Arguments {
  server::Config config;
  bool check_only = false;
};

struct Outcome {
  std::optional<Arguments> arguments;  // nothing: exit with `code`
  int code = 0;
  std::vector<std::string> problems;   // one clear line each, without the program's name
  std::string text;                    // what --help or --version print
};

// Reads everything and binds nothing.
Outcome read_settings(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment);

}  // namespace vicino::vicinod
