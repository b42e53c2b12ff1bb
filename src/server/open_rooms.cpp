#include "server/open_rooms.h"

#include "base/encoding.h"
#include "server/sha256.h"

namespace vicino::server {

bool looks_encrypted(std::string_view name) {
  const auto bytes = from_base64url(name);
  return bytes && bytes->size() == std::tuple_size_v<RoomName>;
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name == "." || name == "..") return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Status OpenRooms::create(std::string_view name, std::string_view token) {
  if (!is_plain_name(name)) return fail(Errc::malformed, "not a room name");
  if (looks_encrypted(name)) return fail(Errc::malformed, "a name like an encrypted room's id");
  if (contains(name)) return fail(Errc::bad_state, "there is a room by that name");
  if (rooms_.size() >= capacity_) return fail(Errc::exhausted, "too many open rooms");
  rooms_.emplace(name, token.empty() ? std::nullopt : std::optional(sha256(as_bytes(token))));
  return {};
}

bool OpenRooms::admits(std::string_view name, std::string_view bearer) const {
  const auto room = rooms_.find(name);
  CHECK(room != rooms_.end());
  return !room->second || ct_equal(*room->second, sha256(as_bytes(bearer)));
}

}  // namespace vicino::server
