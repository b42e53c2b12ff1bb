// The rooms a server knows. A room is its random id and the hash of its access token, and of those that newer links replaced.
#pragma once

#include "store/database.h"

namespace vicino::store {

class SqliteRooms final : public server::RoomRegistry {
 public:
  // `capacity`: rooms kept at most; at the limit the one unused for longest makes place, if it is older than a day.
  SqliteRooms(Database& database, size_t capacity) : sql_(database.sql()), capacity_(capacity) {}

  std::optional<server::TokenHash> find(const server::RoomName& room) override;
  Status insert(const server::RoomName& room, const server::TokenHash& token, WallTime now) override;
  bool is_revoked(const server::RoomName& room, const server::TokenHash& token) override;

 private:
  bool make_place(int64_t now_ms);

  soci::session& sql_;
  size_t capacity_;
};

}  // namespace vicino::store
