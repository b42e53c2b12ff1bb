#include "store/groups.h"

#include <soci/soci.h>

#include <charconv>

#include "base/encoding.h"

namespace vicino::store {
namespace {

// Sender ids, 16 hexadecimal digits each, one after the other.
std::string to_text(const std::vector<SenderId>& senders) {
  std::string text;
  for (const SenderId sender : senders) {
    std::array<uint8_t, 8> bytes;
    store64(bytes.data(), sender.value);
    text += to_hex(bytes);
  }
  return text;
}

std::optional<std::vector<SenderId>> senders_of(const std::string& text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() % 8 != 0) return std::nullopt;
  std::vector<SenderId> senders;
  for (size_t at = 0; at < bytes->size(); at += 8) senders.push_back({load64(bytes->data() + at)});
  return senders;
}

std::optional<uint64_t> number_of(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<server::SavedGroup> SqliteGroups::find(const server::RoomName& room) {
  try {
    const std::string id = to_hex(room);
    std::string info, tree, seq, leaving;
    sql_ << "SELECT group_info, tree, seq, leaving FROM groups WHERE room = :id", soci::use(id), soci::into(info),
        soci::into(tree), soci::into(seq), soci::into(leaving);
    if (!sql_.got_data()) return std::nullopt;
    auto info_bytes = from_base64url(info);
    auto tree_bytes = from_base64url(tree);
    const auto number = number_of(seq);
    auto senders = senders_of(leaving);
    if (!info_bytes || !tree_bytes || !number || !senders) return std::nullopt;
    return server::SavedGroup{std::move(*info_bytes), std::move(*tree_bytes), *number, std::move(*senders)};
  } catch (const soci::soci_error&) {
    return std::nullopt;
  }
}

Status SqliteGroups::save(const server::RoomName& room, const server::SavedGroup& group,
                          const std::optional<server::TokenHash>& new_token, WallTime now) {
  try {
    soci::transaction transaction(sql_);
    const std::string id = to_hex(room);
    const std::string info = to_base64url(group.group_info), tree = to_base64url(group.tree);
    // As text: SQLite's numbers are signed.
    const std::string seq = std::to_string(group.seq), leaving = to_text(group.leaving);
    sql_ << "INSERT OR REPLACE INTO groups (room, group_info, tree, seq, leaving, updated_ms) "
            "VALUES (:id, :info, :tree, :seq, :leaving, :now)",
        soci::use(id), soci::use(info), soci::use(tree), soci::use(seq), soci::use(leaving), soci::use(now.ms);
    if (new_token) replace_token(id, to_hex(*new_token), now);
    transaction.commit();
    return {};
  } catch (const soci::soci_error&) {
    return fail(Errc::bad_state, "the group could not be written to disk");
  }
}

void SqliteGroups::replace_token(const std::string& room, const std::string& token, WallTime now) {
  sql_ << "INSERT OR IGNORE INTO revoked_tokens (room, token_hash) SELECT id, token_hash FROM rooms WHERE id = :room",
      soci::use(room);
  const auto kept = static_cast<int64_t>(server::max_revoked_tokens);
  sql_ << "DELETE FROM revoked_tokens WHERE room = :room AND number NOT IN "
          "(SELECT number FROM revoked_tokens WHERE room = :same ORDER BY number DESC LIMIT :kept)",
      soci::use(room), soci::use(room), soci::use(kept);
  sql_ << "INSERT OR REPLACE INTO rooms (id, token_hash, used_ms) VALUES (:room, :token, :now)", soci::use(room),
      soci::use(token), soci::use(now.ms);
}

void SqliteGroups::erase(const server::RoomName& room) {
  try {
    const std::string id = to_hex(room);
    sql_ << "DELETE FROM groups WHERE room = :id", soci::use(id);
  } catch (const soci::soci_error&) {
    // It is found again after a restart, and over once nobody comes back to it.
  }
}

}  // namespace vicino::store
