// The rooms a server knows, in SQLite (data folder, vicino.db). A room is its random id and the hash of its access token.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "server/calls.h"

namespace vicino::store {

class SqliteRooms final : public server::RoomRegistry {
 public:
  // Opens or makes the database. `capacity`: rooms kept at most; at the limit the one unused for longest makes place,
  // if it is older than a day. Errors as a sentence.
  static std::expected<std::unique_ptr<SqliteRooms>, std::string> open(const std::filesystem::path& folder,
                                                                       size_t capacity);
  ~SqliteRooms() override;

  std::optional<server::TokenHash> find(const server::RoomName& room) override;
  Status insert(const server::RoomName& room, const server::TokenHash& token, WallTime now) override;

 private:
  struct Impl;
  explicit SqliteRooms(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::store
