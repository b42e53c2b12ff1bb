// vicino-relay: a UDP relay that behaves like a bad network.
// Exit codes: 0 ended as asked, 1 could not start, more: wrong settings.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "loop.h"

namespace {

using namespace vicino;
using namespace vicino::relay;

constexpr const char* about =
    "A UDP relay that behaves like a bad network: rate with a queue, delay, jitter, loss, "
    "reordering, duplicates, "
    "outages.\n"
    "Lines on standard input change it while it runs (rate=1M loss=5%; outage 10s; block; unblock; "
    "rebind; reset) "
    "and are\nanswered by ok; stats is answered by a line of JSON.\n\n"
    "Example: vicino-relay --listen 127.0.0.2:5000 --target 127.0.0.1:5000 --down-rate 1M --delay "
    "25ms --loss 5%";

struct Arguments {
  std::vector<std::string> listen = {"127.0.0.1:0"};
  std::vector<std::string> targets;
  std::string schedule;
  RelaySettings relay;
  std::vector<Change> changes;
};

void add_paths(CLI::App& app, Arguments& arguments) {
  // Options are worked off in this order, so that what is said for one direction wins.
  for (const auto& [direction, group] : {std::pair("", "Both directions"),
                                         {"up-", "From the clients to the target"},
                                         {"down-", "From the target to the clients"}}) {
    for (const Key& key : keys()) {
      const std::string name = std::string(direction) + key.name;
      const auto set = [name, &arguments](const std::string& value) {
        PathPair scratch;
        const Change change(name, value);
        if (const auto read = apply_changes(scratch, {&change, 1}); !read) {
          throw CLI::ValidationError(read.error());
        }
        arguments.changes.push_back(change);
      };
      if (key.is_switch) {
        app.add_flag_callback(
               "--" + name, [set] { set("true"); }, key.help)
            ->group(group);
      } else {
        app.add_option_function<std::string>("--" + name, set, key.help)->group(group);
      }
    }
  }
}

// A port alone is one of this machine's loopback.
Parsed<Address> endpoint(const std::string& text) {
  const bool port = text.find_first_not_of("0123456789") == text.npos;
  return parse_endpoint(port ? "127.0.0.1:" + text : text);
}

Parsed<std::vector<Route>> routes_of(const Arguments& arguments) {
  const auto& targets = arguments.targets;
  if (targets.size() != 1 && targets.size() != arguments.listen.size()) {
    return std::unexpected("give one --target for all, or one for each --listen");
  }
  std::vector<Route> routes;
  for (size_t i = 0; i < arguments.listen.size(); ++i) {
    const auto listen = endpoint(arguments.listen[i]);
    const auto target = endpoint(targets[targets.size() == 1 ? 0 : i]);
    if (!listen) return std::unexpected("--listen: " + listen.error());
    if (!target) return std::unexpected("--target: " + target.error());
    if (target->port == 0)
      return std::unexpected("--target: port 0 is nobody's; say where to pass datagrams on to");
    if (*listen == *target)
      return std::unexpected("--listen and --target are the same: it would relay to itself");
    routes.push_back({*listen, *target});
  }
  return routes;
}

Parsed<std::vector<Command>> read_schedule(const std::string& file) {
  std::vector<Command> commands;
  if (file.empty()) return commands;
  std::ifstream stream(file);
  if (!stream) return std::unexpected("--schedule: " + file + " can't be read");
  std::string line;
  for (size_t number = 1; std::getline(stream, line); ++number) {
    auto command = parse_command(line);
    if (!command) {
      return std::unexpected(file + ", line " + std::to_string(number) + ": " + command.error());
    }
    if (*command) commands.push_back(std::move(**command));
  }
  return commands;
}

int complain(const std::string& what, int code) {
  std::fprintf(stderr, "vicino-relay: %s\n", what.c_str());
  return code;
}

int run(Arguments& arguments) {
  const auto routes = routes_of(arguments);
  if (!routes) return complain(routes.error(), 2);
  if (const auto done = apply_changes(arguments.relay.paths, arguments.changes); !done) {
    return complain(done.error(), 2);
  }
  const auto schedule = read_schedule(arguments.schedule);
  if (!schedule) return complain(schedule.error(), 2);
  arguments.relay.listeners = routes->size();
  const auto loop = Loop::start(*routes, arguments.relay, *schedule);
  if (!loop) return complain(loop.error(), 1);
  for (const Address& address : (*loop)->listening()) {
    const std::string ip = address.to_candidate_text();
    std::printf(address.is_v4() ? "listening on %s:%u\n" : "listening on [%s]:%u\n", ip.c_str(),
                address.port);
  }
  std::fflush(stdout);
  (*loop)->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(about, "vicino-relay");
  app.set_version_flag("--version", VICINO_VERSION);
  app.add_option("--listen", arguments.listen,
                 "Where clients send to, ADDRESS:PORT or a port of 127.0.0.1; several may be given")
      ->capture_default_str();
  app.add_option("--target", arguments.targets,
                 "Where that is passed on to, one for all or one for each --listen")
      ->required();
  app.add_option("--clients", arguments.relay.max_clients,
                 "Client addresses at a time; the one silent longest is forgotten for another")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--shared", arguments.relay.shared,
               "All clients share one path in each direction; else each has its own");
  app.add_option("--seed", arguments.relay.seed, "Decides on who is lost, late or repeated")
      ->capture_default_str();
  app.add_option("--schedule", arguments.schedule,
                 "File of lines as on standard input, with at=5s for those of later");
  add_paths(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return run(arguments);
}
