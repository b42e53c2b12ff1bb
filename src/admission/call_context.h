// What a call's group says of itself to everybody, the server included: two extensions of MLS and
// the reading of them.
#pragma once

#include "base/ids.h"
#include "mls/environment.h"

namespace vicino::admission {

// Extension types of RFC 9420's private range.
inline constexpr mls::ExtensionType call_context_type{0xF1C0};  // in the group context
inline constexpr mls::ExtensionType member_type{0xF1C1};        // in every leaf

inline constexpr size_t link_id_size = 8;
// Links that a call may have had; each costs about 50 bytes in the group context.
inline constexpr size_t max_earlier_links = 16;
inline constexpr size_t max_hosts = 100;

// A link that a newer one has replaced: its member key, sealed for those who come by the newer one.
struct EarlierLink {
  Buffer link_id;
  Buffer sealed_member_key;

  static void fields(auto& self, auto& io) { io(self.link_id, self.sealed_member_key); }
  bool operator==(const EarlierLink&) const = default;
};

struct CallContext {
  static constexpr uint8_t current_version = 1;

  uint8_t version = current_version;
  Buffer link_id;  // the first 8 bytes of the access token's SHA-256
  std::vector<EarlierLink> earlier;
  bool lobby = true;
  bool locked = false;
  bool mute_on_entry = false;
  std::vector<SenderId> hosts;

  bool operator==(const CallContext&) const = default;
};

// Errors: malformed (absent, twice, another version, a limit, an id twice).
Result<CallContext> read_call_context(const mls::Extensions& extensions);
mls::Extension to_extension(const CallContext& context);

// A leaf's extension: who it is, for those who have the link (core/identity.h).
struct MemberExtension {
  Buffer link_id;
  Buffer sealed;

  static void fields(auto& self, auto& io) { io(self.link_id, self.sealed); }
  bool operator==(const MemberExtension&) const = default;
};
// Errors: malformed.
Result<MemberExtension> read_member_extension(const mls::LeafNode& leaf);
mls::Extension to_extension(const MemberExtension& member);

mls::Credential credential_of(SenderId sender);
// Errors: malformed (not a basic credential of 8 bytes, or 0).
Result<SenderId> sender_of(const mls::Credential& credential);
std::optional<mls::LeafIndex> leaf_of(const mls::RatchetTree& tree, SenderId sender);

// Those who decide: the listed hosts that are in the tree; if none is, the member of the lowest
// leaf.
std::vector<SenderId> effective_hosts(const CallContext& context, const mls::RatchetTree& tree);

// "vicino/2 join" | link id.
Buffer join_psk_id(Bytes link_id);

// Extensions every leaf must know.
mls::RequiredCapabilities required_capabilities();
mls::Capabilities capabilities();
// Bounds and rules of MLS that hold in every call.
mls::Rules call_rules();

}  // namespace vicino::admission
