// How long a call takes to change its keys, for calls of several sizes: whole clients and the server in one process, a
// network that takes 20 ms each way, in virtual time. So the times are what the protocol makes people wait (round trips,
// batching, the switch); what it costs in processor time is measured beside it, of all members and the server together.
// Prints JSON lines.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "world.h"

namespace vicino::world {
namespace {

constexpr Duration one_way = milliseconds(20);
constexpr Duration frame_time = milliseconds(20);  // of speech
constexpr size_t rounds = 5;

double cpu_ms() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void print(const char* measure, size_t members, std::vector<double> ms, std::vector<double> cpu) {
  std::ranges::sort(ms);
  std::ranges::sort(cpu);
  std::printf("{\"measure\":\"%s\",\"members\":%zu,\"one_way_ms\":%lld,\"median_ms\":%.0f,\"max_ms\":%.0f,"
              "\"cpu_of_all_ms\":%.1f,\"rounds\":%zu}\n",
              measure, members, static_cast<long long>(one_way.ms()), ms[ms.size() / 2], ms.back(),
              cpu[cpu.size() / 2], ms.size());
}

class Bench {
 public:
  explicit Bench(size_t members) : members_(members), world_({.shortest = one_way, .longest = one_way, .max_participants = 128}) {
    link_ = world_.new_link();
    ada_ = world_.open(link_, "Ada");
    world_.run_for(seconds(1));
    for (size_t i = 1; i < members; ++i) open();
    CHECK(world_.run_until([&] { return agree(members_); }, seconds(60)));
    world_.run_for(seconds(15));  // the code, and what else goes on after a change
  }

  void run() {
    std::vector<double> admitted, admitted_cpu, left, left_cpu, removed, removed_cpu;
    for (size_t round = 0; round < rounds; ++round) {
      measure(admitted, admitted_cpu, [&] { admit(); });
      world_.run_for(seconds(15));
      const size_t newest = here_.back();
      measure(left, left_cpu, [&] {
        world_.leave(newest);
        here_.pop_back();
        switched();
      });
      world_.run_for(seconds(15));
      const size_t other = open();
      CHECK(world_.run_until([&] { return agree(members_ + 1); }, seconds(30)));
      world_.run_for(seconds(15));
      const auto number = world_[ada_].sees(name(other))->number;
      measure(removed, removed_cpu, [&] {
        world_.call(ada_).remove(world_.now(), number);
        here_.pop_back();
        switched();
      });
      world_.run_for(seconds(15));
    }
    print("admitted to first frame opened", members_, admitted, admitted_cpu);
    print("left to all senders switched", members_, left, left_cpu);
    print("removed to all senders switched", members_, removed, removed_cpu);
  }

 private:
  static std::string name(size_t client) { return "Person " + std::to_string(client); }
  size_t open() {
    here_.push_back(world_.open(link_, name(world_.size())));
    return here_.back();
  }
  bool agree(size_t members) {
    return std::ranges::all_of(here_, [&](size_t c) {
      return world_[c].in_call() && world_.call(c).stats().members == members &&
             world_[c].frames.sending_epoch() == world_.call(ada_).stats().epoch;
    });
  }
  template <class Act>
  void measure(std::vector<double>& ms, std::vector<double>& cpu, Act act) {
    begin_ = world_.now();
    cpu_before_ = cpu_ms();
    act();
    cpu.push_back(cpu_ms() - cpu_before_);
    ms.push_back(static_cast<double>((world_.now() - begin_).us) / 1e3);
  }
  // Ada has somebody waiting and lets it in; until it hears anybody.
  void admit() {
    world_[ada_].admits = false;
    const size_t newcomer = open();
    CHECK(world_.run_until([&] { return !world_[ada_].waiting.empty(); }, seconds(5)));
    world_[ada_].admits = true;
    begin_ = world_.now();  // the click
    cpu_before_ = cpu_ms();
    world_.call(ada_).admit(begin_, 0);
    for (bool heard = false; !heard;) {
      world_.run_for(frame_time);
      if (!world_[newcomer].in_call()) continue;
      const auto frame = world_.seal(ada_);
      heard = frame && world_.open_frame(newcomer, *frame).has_value();
    }
  }
  void switched() {
    CHECK(world_.run_until([&] { return agree(members_); }, seconds(30)));
  }

  size_t members_;
  World world_;
  std::string link_;
  size_t ada_ = 0;
  std::vector<size_t> here_;
  Instant begin_{};
  double cpu_before_ = 0;
};

}  // namespace
}  // namespace vicino::world

int main() {
  constexpr size_t sizes[] = {2, 10, 50, 100};
  for (const size_t members : sizes) vicino::world::Bench(members).run();
}
