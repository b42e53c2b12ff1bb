// What follows from a link's secret (docs/protocol.md, "Keys"): three independent keys by HKDF-SHA256.
#pragma once

#include "core/link.h"

namespace vicino::core {

using AccessToken = SecretBytes<32>;  // shown to the server, which keeps its SHA-256
using ProfileKey = SecretBytes<16>;   // AES-128-GCM for names and mute state
using MediaSecret = SecretBytes<32>;  // every sender's base key comes from it

struct RoomKeys {
  AccessToken access_token;
  ProfileKey profile_key;
  MediaSecret media_secret;

  static RoomKeys derive(const LinkSecret& secret, const RoomName& room);
};

}  // namespace vicino::core
