// The MLS group of one call as a client holds it (RFC 9420; docs/protocol.md, "The group").
// Sans-IO: takes and gives the MLSMessages that the signalling carries, and knows nothing of how
// they travel.
//
// The server orders the group's messages. What this makes (prepare, prepare_external) changes
// nothing until handle() sees it come back among the others' messages in the server's order.
// Whatever is refused leaves everything as it was.
//
// One CallGroup is one stay in one group: it never changes to another group id, nor to an earlier
// epoch. To begin afresh, make another one.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "admission/call_context.h"
#include "admission/rules.h"
#include "core/identity.h"
#include "core/member_block.h"
#include "core/room_keys.h"
#include "mls/group.h"

namespace vicino::core {

// How long an own key package or a founded group's leaf may be used.
inline constexpr uint64_t key_package_lifetime_s = 24 * 3600;
// Clocks of members may differ by this much.
inline constexpr uint64_t clock_slack_s = 3600;
// Contents of posts; larger ones don't fit the wire's 8192 bytes.
inline constexpr size_t max_post_content = 7900;

struct MemberInfo {
  mls::LeafIndex leaf;
  SenderId sender{};
  AccountKey account_key{};
  bool kept = false;
  std::string name;
  uint8_t color = 0;
  uint64_t created = 0;  // its device, seconds since 1970; what its owner says

  bool operator==(const MemberInfo&) const = default;
};

// What another epoch brought. A member that came back over an external commit is in `returned`, not
// in `added` or `removed`, and may have another leaf than before.
struct EpochChange {
  uint64_t epoch = 0;  // the one that counts now
  std::optional<SenderId>
      committer;     // none for a Welcome: then `added` has everybody, oneself included
  bool own = false;  // the commit that prepare() or prepare_external() made
  bool external = false;
  // A sender id that is another's now is in both: handle removed ones first.
  std::vector<MemberInfo> added;
  std::vector<MemberInfo> removed;  // as they were
  std::vector<SenderId> returned;
  bool removed_self = false;     // the stay is over: nothing can be made or opened any more
  bool by_server = false;        // with removed_self: the server proposed it, no host did
  bool context_changed = false;  // anything of the CallContext, the link included
  bool link_changed = false;     // link() and link_secret() are new
};

// A proposal waits to be committed (pending_removes()).
struct ProposalKept {
  std::optional<SenderId> removes;
};

using Handled = std::variant<EpochChange, ProposalKept>;

// What a refused message means.
enum class Remedy : uint8_t {
  ignore,    // nothing is lost: of an epoch that is over, or nothing that concerns one now
  resync,    // others may have gone on without one: ask for Group, then prepare_external()
  tampered,  // nobody honest sends or forwards this, and to go on would be to accept it: end the
             // call
};
struct Refusal {
  Error error;
  Remedy remedy;
};

struct Changes {
  std::vector<Buffer> add_key_packages{};  // MLSMessages
  std::vector<SenderId> remove{};          // those not in the tree are passed over
  // lobby, locked, mute_on_entry and hosts count; the rest of it stays. Hosts who aren't members
  // are left out.
  std::optional<admission::CallContext> context{};
  // A link only those now in the group know, oneself included. Stands alone: nothing is added,
  // removed or taken from the pending proposals.
  bool renew_link = false;
  bool with_pending = true;  // the server's Remove proposals
};

struct PreparedCommit {
  Buffer commit;                        // MLSMessage
  Buffer group_info;                    // MLSMessage without tree, of the epoch it begins
  std::optional<Buffer> welcome;        // MLSMessage without tree, when it adds somebody
  std::optional<TokenHash> token_hash;  // of the new link's access token
  std::vector<SenderId> adds;
  std::vector<size_t> unfit;  // of add_key_packages: left out
};

struct OpenedPost {
  SenderId sender{};  // by the roster of the epoch it was said in: perhaps gone by now
  uint64_t epoch = 0;
  SecretBuffer content;
};

class CallGroup {
 public:
  // `random` must outlive it.
  CallGroup(SecureRandom& random, const RoomName& room, LinkSecret link, Identity identity,
            Device device);
  CallGroup(CallGroup&&) noexcept;
  CallGroup& operator=(CallGroup&&) noexcept;
  ~CallGroup();

  // Not yet a member
  // ------------------------------------------------------------------------------------------

  // MLSMessage. Its private keys are kept for join(); those of the last 4 packages, as a Welcome
  // may be late.
  Buffer key_package(uint64_t now_s);

  // A group of oneself alone, oneself its host: MLSMessage with tree, for Join.group_info.
  // `external_sender`: the server's Ed25519 key. `settings`: lobby, locked and mute_on_entry count.
  // Founding again forgets the group founded before. Error: malformed (the key).
  Result<Buffer> found(uint64_t now_s, Bytes external_sender,
                       const admission::CallContext& settings = {});
  // Joined.founded was said: it has become the room's group. Error: bad_state (nothing founded, or
  // in a group).
  Result<EpochChange> adopt_founded();

  // `tree`: content of the ratchet_tree extension. Errors: bad_state (in a group already),
  // unauthenticated (not for us, not under the link's PSK, a member that can't be who it says),
  // unknown_key (another link is the group's now), malformed, replayed (an earlier epoch than
  // seen).
  Result<EpochChange> join(uint64_t now_s, Bytes welcome, Bytes tree);

  // To join, or to come back: one's own old leaf is replaced when it is there. What one had stays
  // valid until the commit comes back through handle(). Errors: as join(); unknown_key: the link
  // was renewed without one's knowing; bad_state with the breach of admission/rules.h in `where`:
  // room locked, lobby on; bad_state, too, when one's old leaf has another account than one's
  // identity: come by another Device then, or with that account.
  Result<PreparedCommit> prepare_external(uint64_t now_s, Bytes group_info, Bytes tree);

  // A member
  // ---------------------------------------------------------------------------------------------------

  bool in_group() const;

  // A later one replaces it. Errors: bad_state (not a member; or, with the breach in `where`,
  // nothing that one may do), exhausted (no earlier link can be forgotten), not_found (nothing is
  // left to be committed).
  Result<PreparedCommit> prepare(uint64_t now_s, const Changes& changes);
  // CommitRefused. Not before: a commit that isn't known any more when it comes back asks for a
  // resync.
  void drop_prepared();
  bool has_prepared() const;

  // Handshake.message, in the server's order: a proposal (kept), one's own prepared commit
  // (adopted), another's commit (judged, adopted; what was prepared for the epoch before is
  // forgotten).
  std::expected<Handled, Refusal> handle(uint64_t now_s, Bytes message);

  // MLSMessage, a PrivateMessage whose size is that of its content rounded up to multiples of 128
  // bytes. Errors: bad_state, too_large.
  Result<Buffer> post(Bytes content);
  // Of the current epoch and those before it whose keys are kept (admission::call_rules). Errors:
  // bad_state, malformed, replayed, unauthenticated, unknown_key (an epoch that isn't here: over
  // long ago, or not begun yet).
  Result<OpenedPost> open_post(Bytes message);

  // "vicino/2 return" | nonce | room, signed by the own leaf's key: Join.proof. Needs no group:
  // after a page reload too.
  std::array<uint8_t, crypto::ed25519_signature_size> sign_return(Bytes nonce) const;

  // About the current epoch; CHECKs in_group()
  // ----------------------------------------------------------------

  uint64_t epoch() const;
  Bytes group_id() const;
  const std::vector<MemberInfo>& members() const;  // rising leaves, oneself included
  const MemberInfo& self() const;
  const MemberInfo* find(SenderId sender) const;  // nullptr: not a member
  const MemberInfo* at(mls::LeafIndex leaf) const;
  const admission::CallContext& context() const;
  const std::vector<SenderId>& hosts() const;  // those who decide now (admission::effective_hosts)
  bool is_host(SenderId sender) const;
  std::vector<SenderId> pending_removes() const;
  // MLS-Exporter("SFrame 1.0 Base Key", "", 16).
  SecretBytes<16> sframe_base_key() const;
  Bytes epoch_authenticator() const;

  // About oneself, always there
  // -------------------------------------------------------------------------------

  SenderId sender() const { return device_.sender; }
  const Device& device() const { return device_; }
  const Identity& identity() const { return identity_; }
  const LinkKeys& link() const;  // of the group's current link, as far as is known here
  const LinkSecret& link_secret() const;

 private:
  struct Parts;

  EpochChange adopt_prepared();
  std::expected<Handled, Refusal> adopt_others(mls::NewEpoch commit);
  std::expected<Handled, Refusal> leave_by(const mls::NewEpoch& commit,
                                           const mls::PublicState& after);

  SecureRandom* random_;
  RoomName room_;
  Identity identity_;
  Device device_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace vicino::core
