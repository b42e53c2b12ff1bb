// Who a leaf is, for those who have the call's link: sealed under the link's member key in the
// leaf's member extension (docs/protocol.md, "Members"). The server sees a random id and
// ciphertext.
//
// sealed: nonce (12) | AES-128-GCM, AAD "vicino/2 member" | the leaf's signature key, of a struct
// in the presentation language of MLS, padded with zeros to a multiple of 128 bytes.
#pragma once

#include "admission/call_context.h"
#include "core/identity.h"
#include "core/room_keys.h"
#include "mls/leaf_node.h"

namespace vicino::core {

struct MemberBlock {
  AccountKey account_key{};  // a guest's: the leaf's signature key
  bool kept = false;         // false: a guest
  uint64_t created = 0;      // of the device, seconds since 1970; what its owner says
  std::string name;          // cleaned
  uint8_t color = 0;

  bool operator==(const MemberBlock&) const = default;
};

// For one's own leaf.
admission::MemberExtension seal_member(const LinkKeys& link, const Identity& identity,
                                       const Device& device, SecureRandom& random);

// Opens and checks: the certificate of a kept account covers sender id, signature key and time.
// Errors: malformed, truncated, unauthenticated (another key, another leaf's block, a certificate
// that doesn't hold).
Result<MemberBlock> open_member(const MemberKey& key, SenderId sender, Bytes signature_key,
                                Bytes sealed);

// Member keys of the links a call had before, in the group context of the newest one
// (admission::EarlierLink).
Buffer seal_member_key(const MemberKey& under, Bytes link_id, const MemberKey& key,
                       SecureRandom& random);
// Errors: malformed, unauthenticated.
Result<MemberKey> open_member_key(const MemberKey& under, Bytes link_id, Bytes sealed);

// The name of somebody who waits (wire Join.waiting_name), for the room's members; 128 bytes'
// multiples as above.
Buffer seal_waiting_name(const LobbyKey& key, SenderId sender, std::string_view name,
                         SecureRandom& random);
// Cleaned. Errors: malformed, truncated, unauthenticated.
Result<std::string> open_waiting_name(const LobbyKey& key, SenderId sender, Bytes sealed);

}  // namespace vicino::core
