// The MLS groups of running calls, so that a restart of the server ends no call. Public state only: no key, no message.
#pragma once

#include "store/database.h"

namespace vicino::store {

class SqliteGroups final : public server::GroupStore {
 public:
  explicit SqliteGroups(Database& database) : sql_(database.sql()) {}

  std::optional<server::SavedGroup> find(const server::RoomName& room) override;
  Status save(const server::RoomName& room, const server::SavedGroup& group,
              const std::optional<server::TokenHash>& new_token, WallTime now) override;
  void erase(const server::RoomName& room) override;

 private:
  void replace_token(const std::string& room, const std::string& token, WallTime now);

  soci::session& sql_;
};

}  // namespace vicino::store
