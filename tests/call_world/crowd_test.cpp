// Many at once.
#include <gtest/gtest.h>

#include "world.h"

namespace vicino::world {
namespace {

// Everybody in, in one epoch, opening everybody's frames.
void join(bool lobby, Duration apart) {
  constexpr size_t people = 100;
  World world;
  const std::string link = world.new_link();
  const size_t ada = world.open(link, "Ada");
  ASSERT_TRUE(world.run_until([&] { return world[ada].in_call(); }, seconds(5)));
  world.call(ada).set_room(world.now(), {lobby, false, false});
  world.run_for(seconds(1));
  const uint64_t first_epoch = world.call(ada).stats().epoch;
  const Instant begin = world.now();
  for (size_t i = 1; i < people; ++i) {
    world.open(link, "Person " + std::to_string(i));
    world.run_for(apart);
  }
  const auto agree = [&] {
    for (size_t i = 0; i < people; ++i) {
      if (!world[i].in_call() || world.call(i).stats().members != people ||
          world.call(i).stats().epoch != world.call(ada).stats().epoch) {
        return false;
      }
    }
    return true;
  };
  ASSERT_TRUE(world.run_until(agree, seconds(30)));
  Instant last = begin;
  uint64_t commits = 0;
  for (size_t i = 0; i < people; ++i) {
    last = std::max(last, world[i].joined_at);
    commits += world.call(i).stats().commits;
  }
  std::printf(
      "figure: %zu people in virtual time, lobby %s: last in after %lld ms, %llu epochs, %llu "
      "commits\n",
      people, lobby ? "on" : "off", static_cast<long long>((last - begin).ms()),
      static_cast<unsigned long long>(world.call(ada).stats().epoch - first_epoch),
      static_cast<unsigned long long>(commits));
  world.run_for(seconds(2));
  EXPECT_EQ(world.frames_flow(), "");
  EXPECT_TRUE(world.run_until(
      [&] {
        for (size_t i = 0; i < people; ++i) {
          if (world[i].code.emoji.empty() || world[i].code.emoji != world[ada].code.emoji) return false;
        }
        return true;
      },
      seconds(60)))
      << "no common code";
}

TEST(Crowd, AHundredJoinWithinTwoSecondsWithoutALobby) { join(false, milliseconds(20)); }
TEST(Crowd, AHundredJoinAtOnceThroughTheLobby) { join(true, {}); }

}  // namespace
}  // namespace vicino::world
