// Times what a client does in a group: vicino-mls-bench FIXTURES. Writes the groups to the file
// FIXTURES, for other implementations to do the same with, and a JSON line for each operation and
// size to standard output. See docs/performance.md.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "groups.h"

namespace vicino::mls_bench {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr size_t sizes[] = {2, 10, 50, 100, 200, 1000};
constexpr auto patience = std::chrono::milliseconds(1500);  // for each operation and size
constexpr size_t message_size = 100;                        // bytes

std::string hex(Bytes bytes) {
  std::string text;
  for (const uint8_t byte : bytes)
    for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
  return text;
}

// `operation` gets the number of the call. Calls it until time or calls are used up, and prints the
// median.
template <class Operation>
void measure(const char* name, size_t members, size_t most, Operation operation) {
  std::vector<double> microseconds;
  const auto end = Clock::now() + patience;
  while (microseconds.size() < most && (microseconds.size() < 3 || Clock::now() < end)) {
    const auto start = Clock::now();
    operation(microseconds.size());
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  const auto middle = microseconds.begin() + static_cast<ptrdiff_t>(microseconds.size() / 2);
  std::ranges::nth_element(microseconds, middle);
  std::cout << Json{{"implementation", "native"},
                    {"operation", name},
                    {"members", members},
                    {"median_us", std::round(*middle * 10) / 10},
                    {"count", microseconds.size()}}
                   .dump()
            << std::endl;
}

struct Pair {
  Group one, other;
};

// Both joiners in the group, one of them has committed. Joining is measured on the way.
Pair enter(World& world, const Fixture& fixture) {
  const Environment environment = world.environment();
  const auto join = [&](size_t which) {
    return must(Group::join(fixture.welcome, fixture.joiners[which].clone(), {}, environment));
  };
  if (fixture.shape == Shape::full) measure("join", fixture.members, 200, [&](size_t) { join(0); });
  Pair pair{join(0), join(1)};
  for (const Buffer& message : fixture.messages)
    for (Group* group : {&pair.one, &pair.other}) {
      auto received = must(group->receive(message, environment));
      if (std::holds_alternative<std::unique_ptr<NewEpoch>>(received))
        *group = adopt(std::move(received));
    }
  if (fixture.shape == Shape::full || fixture.members == 2) {
    NewEpoch epoch = must(pair.one.commit({}, environment, world.random));
    pair.other = adopt(must(pair.other.receive(epoch.commit, environment)));
    pair.one = std::move(*epoch.group);
  }
  return pair;
}

// Nothing of a commit is adopted, so that each begins from the same epoch.
void measure_commits(World& world, const Fixture& fixture, Pair& pair) {
  const Environment environment = world.environment();
  const bool full = fixture.shape == Shape::full;
  Buffer commit;
  measure(full ? "commit" : "commit, fresh tree", fixture.members, 500,
          [&](size_t) { commit = must(pair.one.commit({}, environment, world.random)).commit; });
  measure(full ? "process" : "process, fresh tree", fixture.members, 500,
          [&](size_t) { must(pair.other.receive(commit, environment)); });
}

void measure_rest(World& world, const Fixture& fixture, Pair& pair) {
  const Environment environment = world.environment();
  const OwnKeyPackage newcomer = world.key_package();
  measure("add", fixture.members, 500, [&](size_t) {
    CommitOptions options;
    options.proposals.push_back({Add{newcomer.package}});
    must(pair.one.commit(std::move(options), environment, world.random));
  });
  const Buffer text(message_size, 'x');
  std::vector<Buffer> messages;
  measure("protect", fixture.members, 1000,
          [&](size_t) { messages.push_back(must(pair.one.protect(text, {}, world.random))); });
  measure("unprotect", fixture.members, messages.size(),
          [&](size_t i) { must(pair.other.receive(messages[i], environment)); });
}

void measure_create(World& world) {
  measure("create", 1, 1000, [&](size_t) {
    must(Group::create(world.suite, as_bytes("benchmark"),
                       {world.leaf(), world.suite.random_signature_keys(world.random)},
                       world.lifetime(), {}, world.environment(), world.random));
  });
}

void write(std::ostream& out, const Fixture& fixture) {
  Json line{{"shape", fixture.shape == Shape::full ? "full" : "fresh"},
            {"members", fixture.members},
            {"welcome", hex(fixture.welcome)},
            {"messages", Json::array()},
            {"joiners", Json::array()}};
  for (const Buffer& message : fixture.messages) line["messages"].push_back(hex(message));
  for (const OwnKeyPackage& own : fixture.joiners)
    line["joiners"].push_back(
        {{"key_package", hex(encode_message(own.package))},
         {"init_key", hex(own.init_key.expose())},
         {"encryption_key", hex(own.encryption_key.expose())},
         {"signature_key", hex(own.signature_keys.private_key.expose().first(32))}});
  out << line.dump() << '\n';
}

int run(const char* path) {
  World world(static_cast<uint64_t>(std::time(nullptr)));
  std::ofstream fixtures(path);
  measure_create(world);
  for (const size_t members : sizes)
    for (const Shape shape : {Shape::full, Shape::fresh}) {
      if (members == 2 && shape == Shape::fresh) continue;
      const Fixture fixture = make_fixture(world, shape, members);
      write(fixtures, fixture);
      Pair pair = enter(world, fixture);
      measure_commits(world, fixture, pair);
      if (shape == Shape::full) measure_rest(world, fixture, pair);
    }
  return fixtures.good() ? 0 : 1;
}

}  // namespace
}  // namespace vicino::mls_bench

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: vicino-mls-bench FIXTURES\n";
    return 2;
  }
  return vicino::mls_bench::run(arguments[1]);
}
