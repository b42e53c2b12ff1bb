#include "settings.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <toml++/toml.h>

namespace vicino::vicinod {
namespace {

using Values = std::vector<std::string>;
using Given = std::map<std::string, Values>;  // by setting name

const Setting* find_setting(const std::string& name) {
  for (const Setting& setting : all_settings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

std::optional<std::string> as_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

// Flattens tables into dotted names. Every name must be a setting and every value of its kind.
void read_table(const toml::table& table, const std::string& prefix, Given& given, std::vector<std::string>& problems) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      read_table(*inner, name + ".", given, problems);
      continue;
    }
    const Setting* setting = find_setting(name);
    if (!setting) {
      problems.push_back(name + ": there is no such setting (vicinod --help lists them)");
      continue;
    }
    Values values;
    bool readable = setting->is_list == node.is_array();
    if (const toml::array* array = node.as_array(); array && readable) {
      for (const toml::node& item : *array) {
        const auto text = as_text(item);
        readable = readable && text;
        if (text) values.push_back(*text);
      }
    } else if (const auto text = as_text(node)) {
      values.push_back(*text);
    } else {
      readable = false;
    }
    if (readable) {
      given[name] = std::move(values);
    } else {
      problems.push_back(name + (setting->is_list ? ": must be a list of texts" : ": must be one text, number or truth value"));
    }
  }
}

void read_file(const std::string& path, Given& given, std::vector<std::string>& problems) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    problems.push_back(path + ": can't be read");
    return;
  }
  try {
    read_table(toml::parse(text.str()), "", given, problems);
  } catch (const toml::parse_error& e) {
    problems.push_back(path + ", line " + std::to_string(e.source().begin.line) + ": " + std::string(e.description()));
  }
}

Values split_list(const std::string& text) {
  Values items;
  std::stringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) {
    const size_t begin = item.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    items.push_back(item.substr(begin, item.find_last_not_of(' ') - begin + 1));
  }
  return items;
}

void read_environment(const std::map<std::string, std::string>& environment, Given& given) {
  for (const Setting& setting : all_settings()) {
    const auto found = environment.find(setting.environment());
    if (found == environment.end()) continue;
    given[setting.name] = setting.is_list ? split_list(found->second) : Values{found->second};
  }
}

void check_whole(const server::Config& config, std::vector<std::string>& problems) {
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    problems.push_back("tls.certificate and tls.key: give both, or neither");
  }
  for (const std::string& file : {config.tls_certificate, config.tls_key}) {
    if (!file.empty() && !std::ifstream(file)) problems.push_back(file + ": can't be read");
  }
  if (config.media_port != 0 && config.media_port + std::max<size_t>(config.workers, 1) > 65'536) {
    problems.push_back("media.port: " + std::to_string(config.workers) + " workers need as many ports up to 65535");
  }
  if (!config.web_folder.empty() && !std::filesystem::is_regular_file(config.web_folder + "/index.html")) {
    problems.push_back("web.folder: " + config.web_folder + " holds no built web app (index.html)");
  }
}

struct Flags {
  CLI::App app{"vicinod: Vicino's server. Video calls that it can't see into."};
  std::string config_file;
  bool check_only = false;
  std::map<std::string, Values> values;
  std::vector<std::pair<const Setting*, CLI::Option*>> options;

  Flags() {
    app.set_version_flag("--version", std::string("vicinod ") + VICINO_VERSION);
    app.add_option("--config", config_file, "TOML file with settings [environment: VICINO_CONFIG]");
    app.add_flag("--check-config", check_only, "Say what is wrong with the settings, or nothing, and exit");
    for (const Setting& setting : all_settings()) {
      std::string flags = setting.flag();
      if (setting.name == "rooms.open") flags += ",--open-room";
      std::string help = setting.help + " [default: " + (setting.default_text.empty() ? "none" : setting.default_text) +
                         "; environment: " + setting.environment() + "]";
      CLI::Option* option = app.add_option(flags, values[setting.name], help);
      option->type_name(setting.is_list ? "LIST" : "VALUE");
      option->expected(setting.is_list ? -1 : 1);
      if (setting.is_list) option->delimiter(',');
      options.emplace_back(&setting, option);
    }
  }
};

}  // namespace

Outcome read_settings(const std::vector<std::string>& args, const std::map<std::string, std::string>& environment) {
  Outcome outcome;
  Flags flags;
  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // as CLI11 wants them
    flags.app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    outcome.text = flags.app.help();
    return outcome;
  } catch (const CLI::CallForVersion&) {
    outcome.text = flags.app.version() + "\n";
    return outcome;
  } catch (const CLI::ParseError& e) {
    outcome.code = 2;
    outcome.problems.push_back(e.what());
    return outcome;
  }

  Given given;
  std::string file = flags.config_file;
  if (const auto found = environment.find("VICINO_CONFIG"); file.empty() && found != environment.end()) {
    file = found->second;
  }
  if (!file.empty()) read_file(file, given, outcome.problems);
  read_environment(environment, given);
  for (const auto& [setting, option] : flags.options) {
    if (option->count() > 0) given[setting->name] = flags.values[setting->name];
  }

  Arguments arguments;
  arguments.check_only = flags.check_only;
  for (const auto& [name, values] : given) {
    const auto problem = find_setting(name)->apply(arguments.config, values);
    if (!problem) continue;
    const std::string shown = values.empty() ? "empty" : "\"" + values.front() + "\"";
    outcome.problems.push_back(name + ": " + *problem + ", is " + shown);
  }
  check_whole(arguments.config, outcome.problems);
  if (outcome.problems.empty()) {
    outcome.arguments = std::move(arguments);
  } else {
    outcome.code = 2;
  }
  return outcome;
}

}  // namespace vicino::vicinod
