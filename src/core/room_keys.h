// What follows from a link's secret (docs/protocol.md, "Keys"): independent keys by HKDF-SHA256.
#pragma once

#include "core/link.h"

namespace vicino::core {

using AccessToken = SecretBytes<32>;    // shown to the server, which keeps its SHA-256
using JoinPsk = SecretBytes<32>;        // in the key schedule of every epoch somebody joins in: the
                                        // server can't let anybody in
using MemberKey = SecretBytes<16>;      // AES-128-GCM: who a leaf is (core/member_block.h)
using LobbyKey = SecretBytes<16>;       // AES-128-GCM: the name of somebody who waits
using LinkId = std::array<uint8_t, 8>;  // says in public which link is meant: the first bytes of
                                        // the token's hash
using TokenHash = std::array<uint8_t, 32>;  // SHA-256 of the access token: what the server keeps

struct LinkKeys {
  AccessToken access_token;
  TokenHash token_hash;
  LinkId link_id;
  JoinPsk join_psk;
  MemberKey member_key;
  LobbyKey lobby_key;

  static LinkKeys derive(const LinkSecret& secret, const RoomName& room);
  LinkKeys clone() const;
};

}  // namespace vicino::core
