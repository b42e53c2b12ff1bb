// What a server keeps on disk, in memory. Copied, it is what a server needs that forks a call.
#pragma once

#include <map>
#include <set>

#include "server/calls.h"

namespace vicino::world {

class MemoryRooms final : public server::RoomRegistry {
 public:
  std::optional<server::TokenHash> find(const server::RoomName& room) override {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? std::nullopt : std::optional(found->second);
  }
  Status insert(const server::RoomName& room, const server::TokenHash& token, WallTime) override {
    rooms_[room] = token;
    return {};
  }
  void replace(const server::RoomName& room, const server::TokenHash& token) {
    revoked_.insert({room, rooms_[room]});
    rooms_[room] = token;
  }
  bool is_revoked(const server::RoomName& room, const server::TokenHash& token) override {
    return revoked_.contains({room, token});
  }

 private:
  std::map<server::RoomName, server::TokenHash> rooms_;
  std::set<std::pair<server::RoomName, server::TokenHash>> revoked_;
};

class MemoryGroups final : public server::GroupStore {
 public:
  // Where new tokens go.
  void attach(MemoryRooms& rooms) { rooms_ = &rooms; }

  std::optional<server::SavedGroup> find(const server::RoomName& room) override {
    const auto found = groups_.find(room);
    return found == groups_.end() ? std::nullopt : std::optional(found->second);
  }
  Status save(const server::RoomName& room, const server::SavedGroup& group,
              const std::optional<server::TokenHash>& new_token, WallTime) override {
    groups_[room] = group;
    if (new_token) rooms_->replace(room, *new_token);
    return {};
  }
  void erase(const server::RoomName& room) override { groups_.erase(room); }

 private:
  MemoryRooms* rooms_ = nullptr;
  std::map<server::RoomName, server::SavedGroup> groups_;
};

struct MemoryStores {
  MemoryRooms rooms;
  MemoryGroups groups;
};

}  // namespace vicino::world
