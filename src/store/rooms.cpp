#include "store/rooms.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/encoding.h"

namespace vicino::store {
namespace {

constexpr int schema_version = 1;
constexpr int64_t day_ms = 24LL * 60 * 60 * 1000;

void prepare(soci::session& sql) {
  // FULL: a room that was confirmed is there after a power cut. It costs one fsync per new room, not per join.
  sql << "PRAGMA journal_mode = WAL";
  sql << "PRAGMA synchronous = FULL";
  int version = 0;
  sql << "PRAGMA user_version", soci::into(version);
  if (version > schema_version) throw soci::soci_error("it was written by a newer version of vicinod");
  if (version == schema_version) return;
  soci::transaction transaction(sql);
  sql << "CREATE TABLE rooms (id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, used_ms INTEGER NOT NULL) WITHOUT ROWID";
  sql << "CREATE INDEX rooms_by_use ON rooms (used_ms)";
  sql << "PRAGMA user_version = " << schema_version;
  transaction.commit();
}

}  // namespace

struct SqliteRooms::Impl {
  soci::session sql;
  size_t capacity;

  bool make_place(int64_t now_ms) {
    int64_t count = 0;
    sql << "SELECT COUNT(*) FROM rooms", soci::into(count);
    if (count < static_cast<int64_t>(capacity)) return true;
    const int64_t before = now_ms - day_ms;
    sql << "DELETE FROM rooms WHERE id = (SELECT id FROM rooms WHERE used_ms < :before ORDER BY used_ms LIMIT 1)",
        soci::use(before);
    int64_t left = 0;
    sql << "SELECT COUNT(*) FROM rooms", soci::into(left);
    return left < count;
  }
};

SqliteRooms::SqliteRooms(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteRooms::~SqliteRooms() = default;

std::expected<std::unique_ptr<SqliteRooms>, std::string> SqliteRooms::open(const std::filesystem::path& folder,
                                                                           size_t capacity) {
  const std::filesystem::path file = folder / "vicino.db";
  try {
    std::filesystem::create_directories(folder);
    auto impl = std::make_unique<Impl>();
    impl->capacity = capacity;
    impl->sql.open(soci::sqlite3, "db=" + file.string() + " timeout=5");
    prepare(impl->sql);
    return std::unique_ptr<SqliteRooms>(new SqliteRooms(std::move(impl)));
  } catch (const std::exception& e) {
    return std::unexpected(file.string() + " can't be used: " + e.what());
  }
}

std::optional<server::TokenHash> SqliteRooms::find(const server::RoomName& room) {
  try {
    const std::string id = to_hex(room);
    std::string hash;
    impl_->sql << "SELECT token_hash FROM rooms WHERE id = :id", soci::use(id), soci::into(hash);
    if (!impl_->sql.got_data()) return std::nullopt;
    const auto bytes = from_hex(hash);
    if (!bytes || bytes->size() != 32) return std::nullopt;
    server::TokenHash token;
    copy(*bytes, token);
    // The database's own clock: a room that is asked for is in use.
    impl_->sql << "UPDATE rooms SET used_ms = MAX(used_ms, strftime('%s', 'now') * 1000) WHERE id = :id", soci::use(id);
    return token;
  } catch (const soci::soci_error&) {
    return std::nullopt;
  }
}

Status SqliteRooms::insert(const server::RoomName& room, const server::TokenHash& token, WallTime now) {
  try {
    soci::transaction transaction(impl_->sql);
    if (!impl_->make_place(now.ms)) return fail(Errc::exhausted, "too many rooms");
    const std::string id = to_hex(room);
    const std::string hash = to_hex(token);
    // A room that is there already keeps its token, even if find() could not read it: that is an error.
    impl_->sql << "INSERT INTO rooms (id, token_hash, used_ms) VALUES (:id, :hash, :now)", soci::use(id),
        soci::use(hash), soci::use(now.ms);
    transaction.commit();
    return {};
  } catch (const soci::soci_error&) {
    return fail(Errc::bad_state, "the room could not be written to disk");
  }
}

}  // namespace vicino::store
