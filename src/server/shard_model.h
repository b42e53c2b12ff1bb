// For tests: what the shards believe of rooms after the commands they were given.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <span>

#include "server/calls.h"

namespace vicino::server {

class ShardModel {
 public:
  struct Carried {
    std::set<uint32_t> own;
    std::map<uint32_t, size_t> relayed;  // who, from where
    std::set<uint32_t> publishing;       // of both
    std::set<size_t> others;
    bool empty() const { return own.empty() && relayed.empty(); }
  };

  void apply(std::span<const ToShard> commands) {
    for (const ToShard& c : commands) {
      std::visit([&](const auto& command) { carry_out(c.shard, command); }, c.command);
    }
  }
  // Every shard that carries a room knows all who publish in it, and which others carry it.
  void expect_sound() const {
    std::map<uint64_t, std::map<size_t, const Carried*>> rooms;
    for (const auto& [key, carried] : carried_) rooms[key.second][key.first] = &carried;
    for (const auto& [room, shards] : rooms) {
      std::map<uint32_t, size_t> home;
      for (const auto& [shard, carried] : shards) {
        EXPECT_FALSE(carried->own.empty()) << "a worker carries a room for nobody";
        for (const uint32_t id : carried->own) {
          if (carried->publishing.contains(id)) home[id] = shard;
        }
      }
      for (const auto& [shard, carried] : shards) {
        for (const auto& [id, at] : home) {
          if (at == shard) continue;
          const auto found = carried->relayed.find(id);
          ASSERT_TRUE(found != carried->relayed.end()) << id << " isn't known on " << shard;
          EXPECT_EQ(found->second, at);
        }
        for (const auto& [id, at] : carried->relayed) EXPECT_EQ(shards.at(at)->own.count(id), 1u);
        std::set<size_t> others;
        for (const auto& [other, unused] : shards) others.insert(other);
        others.erase(shard);
        EXPECT_EQ(carried->others, others);
      }
    }
  }
  bool empty() const { return carried_.empty(); }
  size_t shards_of(uint64_t room) const {
    return static_cast<size_t>(std::ranges::count_if(
        carried_, [&](const auto& entry) { return entry.first.second == room; }));
  }
  const Carried& at(size_t shard, uint64_t room) const { return carried_.at({shard, room}); }

 private:
  Carried& of(size_t shard, sfu::RoomId room) { return carried_[{shard, room.value}]; }
  static void set_publishing(Carried& carried, const sfu::ParticipantSetup& setup) {
    setup.publications.empty() ? void(carried.publishing.erase(setup.id.value))
                               : void(carried.publishing.insert(setup.id.value));
  }
  void carry_out(size_t shard, const sfu::AddParticipant& c) {
    EXPECT_TRUE(of(shard, c.room).own.insert(c.setup.id.value).second);
    set_publishing(of(shard, c.room), c.setup);
  }
  void carry_out(size_t shard, const sfu::ReplaceParticipant& c) {
    EXPECT_TRUE(of(shard, c.room).own.contains(c.setup.id.value));
    set_publishing(of(shard, c.room), c.setup);
  }
  void carry_out(size_t shard, const sfu::AddRelayed& c) {
    EXPECT_NE(shard, c.worker);
    of(shard, c.room).relayed[c.setup.id.value] = c.worker;
    set_publishing(of(shard, c.room), c.setup);
  }
  void carry_out(size_t shard, const sfu::RemoveParticipant& c) {
    const auto found = carried_.find({shard, c.room.value});
    if (found == carried_.end()) return;
    found->second.own.erase(c.id.value);
    found->second.relayed.erase(c.id.value);
    found->second.publishing.erase(c.id.value);
    if (found->second.empty()) carried_.erase(found);
  }
  void carry_out(size_t shard, const sfu::SpreadRoom& c) {
    const auto found = carried_.find({shard, c.room.value});
    if (found == carried_.end()) return;
    found->second.others = {c.workers.begin(), c.workers.end()};
  }
  void carry_out(size_t shard, const sfu::SetWants& c) {
    EXPECT_TRUE(of(shard, c.room).own.contains(c.id.value));
  }

  void carry_out(size_t shard, const sfu::RestartIce& c) {
    EXPECT_TRUE(of(shard, c.room).own.contains(c.id.value));
  }

  std::map<std::pair<size_t, uint64_t>, Carried> carried_;  // by shard and room
};

}  // namespace vicino::server
