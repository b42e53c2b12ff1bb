// A call's link: https://host/j/<room>#<secret>. Room and secret are 16 random bytes each in base64url. What stands behind
// '#' never leaves the client.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace vicino::core {

using RoomName = std::array<uint8_t, 16>;
using LinkSecret = SecretBytes<16>;

struct Link {
  std::string origin;  // "https://host[:port]", lower case scheme, no path
  RoomName room{};
  LinkSecret secret;

  // Errors: malformed, with the part that is wrong in `where`.
  static Result<Link> parse(std::string_view text);
  // A room that nobody knows yet.
  static Link create(std::string origin, SecureRandom& random);

  std::string to_string() const;
  // Where signalling happens: "wss://host[:port]/ws".
  std::string websocket_url() const;
};

}  // namespace vicino::core
