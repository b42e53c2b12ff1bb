// What one member of a call hears and does while others come and go, for a browser to live through
// the same again with its own core (replay.mjs): vicino-calls-tape MEMBERS prints JSON lines, the
// first about the member, each other one about a moment, in the order of time. Randomness is from a
// seed and network delays are constant, so that everything the member sends has to come out alike
// to the byte, or the browser has lived through something else.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include "base/encoding.h"
#include "base/limits.h"
#include "world.h"

namespace vicino::world {
namespace {

constexpr Duration one_way = milliseconds(20);
constexpr Duration calm = seconds(12);  // the code is agreed, and keys of the epoch before are gone
constexpr uint64_t seed = 50;
constexpr size_t rounds = 9;
constexpr size_t together = 20;  // who come at once while the call grows

class Tape {
 public:
  explicit Tape(size_t members)
      : members_(members), world_({.shortest = one_way, .longest = one_way}) {
    link_ = world_.new_link();
    ada_ = open();
    world_.run_for(seconds(1));
    record();
    CHECK(world_.run_until([&] { return agree(); }, seconds(30)));
    world_.call(ada_).make_host(world_.now(), world_[ada_].sees(name(self_))->number);
    while (here_.size() < members_) {
      for (size_t i = 0; i < together && here_.size() < members_; ++i) open();
      settle();
    }
  }

  void run() {
    for (size_t round = 0; round < rounds; ++round) {
      mark("another's commit: a Remove");
      world_.call(ada_).remove(world_.now(), world_[ada_].sees(name(here_.back()))->number);
      here_.pop_back();
      settle();
      mark("another's commit: an Add");
      open();
      settle();
      mark("the own commit: a Remove");
      const uint32_t person = world_[self_].sees(name(here_.back()))->number.value;
      std::printf("{\"at\":%lld,\"remove\":%u}\n", at(), person);
      world_.call(self_).remove(world_.now(), {person});
      here_.pop_back();
      settle();
      mark("");
      open();
      settle();
    }
  }

 private:
  static std::string name(size_t client) { return "Person " + std::to_string(client); }
  long long at() const { return static_cast<long long>(world_.now().us / 1000); }
  void mark(const char* what) { std::printf("{\"at\":%lld,\"mark\":\"%s\"}\n", at(), what); }

  size_t open() {
    here_.push_back(world_.open(link_, name(world_.size())));
    return here_.back();
  }
  // The member whose tape it is joins: from here on all it hears and says is written down.
  void record() {
    self_ = world_.size();
    std::printf(
        "{\"members\":%zu,\"seed\":%llu,\"one_way_ms\":%lld,\"link\":\"%s\",\"name\":\"%s\","
        "\"offer\":\"%s\","
        "\"at\":%lld}\n",
        members_, static_cast<unsigned long long>(seed), static_cast<long long>(one_way.ms()),
        link_.c_str(), name(self_).c_str(), to_hex(as_bytes(World::offer())).c_str(), at());
    world_.to_client = [this](size_t client, Bytes message) {
      if (client == self_)
        std::printf("{\"at\":%lld,\"heard\":\"%s\"}\n", at(), to_hex(message).c_str());
      return std::vector<Buffer>{Buffer(message.begin(), message.end())};
    };
    world_.to_server = [this](size_t client, Bytes message) {
      if (client == self_)
        std::printf("{\"at\":%lld,\"said\":\"%s\"}\n", at(), to_hex(message).c_str());
      return std::vector<Buffer>{Buffer(message.begin(), message.end())};
    };
    world_.randomness = &random_;
    open();
    world_.randomness = nullptr;
    world_[self_].admits = false;
  }
  bool agree() {
    return std::ranges::all_of(here_, [&](size_t c) {
      return world_[c].in_call() && world_.call(c).stats().members == here_.size() &&
             world_[c].frames.sending_epoch() == world_.call(ada_).stats().epoch;
    });
  }
  void settle() {
    CHECK(world_.run_until([&] { return agree(); }, seconds(60)));
    world_.run_for(calm);
    CHECK(world_[self_].code.emoji.size() == 7);
  }

  size_t members_;
  World world_;
  SeededRandom random_{seed};
  std::string link_;
  size_t ada_ = 0, self_ = 0;
  std::vector<size_t> here_;
};

}  // namespace
}  // namespace vicino::world

int main(int count, char** arguments) {
  size_t members = 0;
  if (count == 2)
    std::from_chars(arguments[1], arguments[1] + std::char_traits<char>::length(arguments[1]),
                    members);
  if (members < 3 || members > vicino::limits::max_participants) {
    std::fputs("usage: vicino-calls-tape MEMBERS (3 to 100)\n", stderr);
    return 2;
  }
  vicino::world::Tape(members).run();
}
