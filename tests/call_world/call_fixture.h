// A call with its host in it, and an honest server.
#pragma once

#include <gtest/gtest.h>

#include "world.h"

namespace vicino::world {

class CallWorld : public ::testing::Test {
 protected:
  // Ada, the host, and others whom she lets in.
  void SetUp() override {
    link = world.new_link();
    ada = world.open(link, "Ada");
    ASSERT_TRUE(settled({ada})) << "nobody founds the group";
  }
  size_t enter(const std::string& name) {
    const size_t client = world.open(world[ada].room->link, name);
    EXPECT_TRUE(world.run_until([&] { return world[client].in_call(); }, seconds(5)))
        << name << " isn't let in";
    return client;
  }
  // All of them in the call and in one epoch, and nobody else.
  bool settled(const std::vector<size_t>& clients) {
    return world.run_until(
        [&] {
          return std::ranges::all_of(clients, [&](size_t c) {
            return world[c].in_call() && world.call(c).stats().members == clients.size() &&
                   world.call(c).stats().epoch == world.call(clients[0]).stats().epoch;
          });
        },
        seconds(30));
  }
  core::PersonNumber number(size_t from, const std::string& name) {
    return world[from].sees(name)->number;
  }
  bool ended(size_t client, core::EndReason reason) {
    return world.run_until([&] { return world[client].ended.has_value(); }, seconds(10)) &&
           world[client].ended->reason == reason;
  }

  World world;
  std::string link;
  size_t ada = 0;
};

}  // namespace vicino::world
