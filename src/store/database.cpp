#include "store/database.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <fstream>

#include "base/encoding.h"

namespace vicino::store {
namespace {

constexpr int schema_version = 2;

void make_rooms(soci::session& sql) {
  sql << "CREATE TABLE rooms (id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, used_ms INTEGER NOT NULL) WITHOUT ROWID";
  sql << "CREATE INDEX rooms_by_use ON rooms (used_ms)";
}

// Version 2: calls have groups, links can be renewed.
void make_groups(soci::session& sql) {
  sql << "CREATE TABLE groups (room TEXT PRIMARY KEY, group_info TEXT NOT NULL, tree TEXT NOT NULL, seq TEXT NOT NULL, "
         "leaving TEXT NOT NULL, updated_ms INTEGER NOT NULL) WITHOUT ROWID";
  sql << "CREATE TABLE revoked_tokens (number INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, "
         "token_hash TEXT NOT NULL, UNIQUE (room, token_hash))";
  sql << "CREATE TABLE server_key (id INTEGER PRIMARY KEY CHECK (id = 1), seed TEXT NOT NULL)";
}

void prepare(soci::session& sql) {
  // FULL: what was confirmed is there after a power cut. It costs one fsync per new room and per commit, not per join.
  sql << "PRAGMA journal_mode = WAL";
  sql << "PRAGMA synchronous = FULL";
  int version = 0;
  sql << "PRAGMA user_version", soci::into(version);
  if (version > schema_version) throw soci::soci_error("it was written by a newer version of vicinod");
  if (version == schema_version) return;
  soci::transaction transaction(sql);
  if (version < 1) make_rooms(sql);
  // Version 1 kept hashes of tokens that links don't lead to any more.
  if (version == 1) sql << "DELETE FROM rooms";
  make_groups(sql);
  sql << "PRAGMA user_version = " << schema_version;
  transaction.commit();
}

}  // namespace

Database::Database(std::unique_ptr<soci::session> sql) : sql_(std::move(sql)) {}
Database::~Database() = default;

std::expected<std::unique_ptr<Database>, std::string> Database::open(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "vicino.db";
  try {
    std::filesystem::create_directories(folder);
    // The key in it is for nobody else's eyes; SQLite's other files get the same permissions.
    std::ofstream(file, std::ios::app).close();
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    auto sql = std::make_unique<soci::session>();
    sql->open(soci::sqlite3, "db=" + file.string() + " timeout=5");
    prepare(*sql);
    return std::unique_ptr<Database>(new Database(std::move(sql)));
  } catch (const std::exception& e) {
    return std::unexpected(file.string() + " can't be used: " + e.what());
  }
}

std::expected<server::ServerSeed, std::string> Database::server_seed(SecureRandom& random) {
  try {
    std::string kept;
    *sql_ << "SELECT seed FROM server_key WHERE id = 1", soci::into(kept);
    if (sql_->got_data()) {
      const auto bytes = from_hex(kept);
      if (!bytes || bytes->size() != server::ServerSeed::size_bytes) {
        return std::unexpected(std::string("the server's key in vicino.db is damaged"));
      }
      return server::ServerSeed(*bytes);
    }
    server::ServerSeed seed;
    random.fill(seed.expose_mut());
    const std::string text = to_hex(seed.expose());
    *sql_ << "INSERT INTO server_key (id, seed) VALUES (1, :seed)", soci::use(text);
    return seed;
  } catch (const soci::soci_error& e) {
    return std::unexpected(std::string("the server's key can't be kept in vicino.db: ") + e.what());
  }
}

}  // namespace vicino::store
