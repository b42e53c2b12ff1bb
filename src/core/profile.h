// What participants tell each other about themselves, sealed so that the server stores and forwards it unread.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "core/display_name.h"
#include "core/room_keys.h"

namespace vicino::core {

struct Profile {
  uint64_t version = 0;  // a higher one replaces a lower one
  std::string name;      // 1 to limits::max_name characters, UTF-8, no control characters
  bool microphone = false, camera = false, screen = false, screen_audio = false;  // true: on
  friend bool operator==(const Profile&, const Profile&) = default;
};

// AES-128-GCM under the room's profile key, bound to the sender's id; padded, so that its size tells little of the name.
// 12 bytes of random nonce, then ciphertext and tag.
Buffer seal_profile(const ProfileKey& key, SenderId sender, const Profile& profile, SecureRandom& random);

// Errors: truncated, unauthenticated (another secret, another sender's), malformed.
Result<Profile> open_profile(const ProfileKey& key, SenderId sender, Bytes sealed);

}  // namespace vicino::core
