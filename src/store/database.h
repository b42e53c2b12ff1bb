// The data folder's database, SQLite through SOCI: one connection that rooms, groups and the server's key share.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "base/random.h"
#include "server/calls.h"

namespace soci {
class session;
}

namespace vicino::store {

class Database {
 public:
  // Opens or makes vicino.db. Errors as a sentence.
  static std::expected<std::unique_ptr<Database>, std::string> open(const std::filesystem::path& folder);
  ~Database();

  // The seed kept here; the first time, a fresh one. Errors as a sentence.
  std::expected<server::ServerSeed, std::string> server_seed(SecureRandom& random);

  soci::session& sql() { return *sql_; }

 private:
  explicit Database(std::unique_ptr<soci::session> sql);
  std::unique_ptr<soci::session> sql_;
};

}  // namespace vicino::store
