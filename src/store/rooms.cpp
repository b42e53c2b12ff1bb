#include "store/rooms.h"

#include <soci/soci.h>

#include "base/encoding.h"

namespace vicino::store {
namespace {

constexpr int64_t day_ms = 24LL * 60 * 60 * 1000;

}  // namespace

bool SqliteRooms::make_place(int64_t now_ms) {
  int64_t count = 0;
  sql_ << "SELECT COUNT(*) FROM rooms", soci::into(count);
  if (count < static_cast<int64_t>(capacity_)) return true;
  const int64_t before = now_ms - day_ms;
  std::string oldest;
  // A room whose call goes on is in use, however long ago somebody joined.
  sql_ << "SELECT id FROM rooms WHERE used_ms < :before AND id NOT IN (SELECT room FROM groups) ORDER BY used_ms LIMIT 1",
      soci::use(before), soci::into(oldest);
  if (!sql_.got_data()) return false;
  sql_ << "DELETE FROM rooms WHERE id = :id", soci::use(oldest);
  sql_ << "DELETE FROM revoked_tokens WHERE room = :id", soci::use(oldest);
  return true;
}

std::optional<server::TokenHash> SqliteRooms::find(const server::RoomName& room) {
  try {
    const std::string id = to_hex(room);
    std::string hash;
    sql_ << "SELECT token_hash FROM rooms WHERE id = :id", soci::use(id), soci::into(hash);
    if (!sql_.got_data()) return std::nullopt;
    const auto bytes = from_hex(hash);
    if (!bytes || bytes->size() != 32) return std::nullopt;
    server::TokenHash token;
    copy(*bytes, token);
    // The database's own clock: a room that is asked for is in use.
    sql_ << "UPDATE rooms SET used_ms = MAX(used_ms, strftime('%s', 'now') * 1000) WHERE id = :id", soci::use(id);
    return token;
  } catch (const soci::soci_error&) {
    return std::nullopt;
  }
}

Status SqliteRooms::insert(const server::RoomName& room, const server::TokenHash& token, WallTime now) {
  try {
    soci::transaction transaction(sql_);
    if (!make_place(now.ms)) return fail(Errc::exhausted, "too many rooms");
    const std::string id = to_hex(room);
    const std::string hash = to_hex(token);
    // A room that is there already keeps its token, even if find() could not read it: that is an error.
    sql_ << "INSERT INTO rooms (id, token_hash, used_ms) VALUES (:id, :hash, :now)", soci::use(id), soci::use(hash),
        soci::use(now.ms);
    transaction.commit();
    return {};
  } catch (const soci::soci_error&) {
    return fail(Errc::bad_state, "the room could not be written to disk");
  }
}

bool SqliteRooms::is_revoked(const server::RoomName& room, const server::TokenHash& token) {
  try {
    const std::string id = to_hex(room);
    const std::string hash = to_hex(token);
    int64_t count = 0;
    sql_ << "SELECT COUNT(*) FROM revoked_tokens WHERE room = :id AND token_hash = :hash", soci::use(id), soci::use(hash),
        soci::into(count);
    return count > 0;
  } catch (const soci::soci_error&) {
    return false;
  }
}

}  // namespace vicino::store
