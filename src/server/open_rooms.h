// Open rooms: not encrypted end to end, made by the operator, reached by WHIP and WHEP.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/calls.h"

namespace vicino::server {

// A room name in a link's form: such a name never means an open room.
bool looks_encrypted(std::string_view name);
// Letters, digits, '-', '_', '.', 1 to 64 characters; for rooms and for peers. Not "." and "..",
// which have another meaning in a path.
bool is_plain_name(std::string_view name);

class OpenRooms {
 public:
  explicit OpenRooms(size_t capacity) : capacity_(capacity) {}

  // `token` "": whoever reaches the server. Errors: malformed (name), bad_state (there is one by
  // that name), exhausted (too many).
  Status create(std::string_view name, std::string_view token);
  bool contains(std::string_view name) const { return rooms_.contains(name); }
  // Whether a room that is there lets a bearer of this token in.
  bool admits(std::string_view name, std::string_view bearer) const;

 private:
  size_t capacity_;
  std::map<std::string, std::optional<TokenHash>, std::less<>> rooms_;
};

}  // namespace vicino::server
