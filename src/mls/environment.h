// What a group asks of the application: who is who, which pre-shared keys there are, what time it
// is, how much is too much.
#pragma once

#include "mls/proposal.h"
#include "mls/secret_tree.h"

namespace vicino::mls {

// Where RFC 9420 section 5.3.1 has a credential validated.
enum class CredentialUse : uint8_t {
  new_group,        // one's own, creating a group
  add,              // the leaf of a key package about to be added
  update,           // an Update proposal's leaf; `previous` is the one it replaces
  commit_path,      // the committer's new leaf; `previous` is the one it replaces
  external_commit,  // the leaf of somebody who joins by external commit; `previous` is the leaf it
                    // removes, if any
  joined_tree,      // a leaf that is there already, in the tree of a group about to be joined
  external_sender,  // an entry of the external_senders extension: no leaf
};

struct CredentialCheck {
  CredentialUse use;
  const Credential& credential;
  Bytes signature_key;
  const LeafNode* leaf = nullptr;
  std::optional<LeafIndex> index;      // where it is or will stand, if that is known
  const LeafNode* previous = nullptr;  // identity must not change from this one
};

// There is no default that accepts.
class CredentialPolicy {
 public:
  virtual ~CredentialPolicy() = default;
  virtual bool accepts(const CredentialCheck& check) const = 0;
};

// Pre-shared keys from outside the group's own history.
class PskStore {
 public:
  virtual ~PskStore() = default;
  virtual std::optional<SecretBuffer> external(Bytes id) const = 0;
  // Of another group (for example before a re-initialisation).
  virtual std::optional<SecretBuffer> resumption(Bytes group_id, uint64_t epoch) const = 0;
};

// Section 12.4.3.2 lets an external commit remove the joiner's old leaf: a thief of one signature
// key can so replace its owner in one step.
enum class ExternalRemove : uint8_t { forbidden, with_resumption_psk, allowed };

struct Rules {
  RatchetBounds ratchet;
  size_t past_epochs =
      3;  // whose late messages can still be read; each keeps that epoch's message keys
  size_t resumption_epochs = 16;  // whose resumption PSKs are kept; 32 bytes each
  size_t max_members = 1024;
  size_t max_message = size_t{4} << 20;  // bytes; a Welcome for 1000 members is about 0.5 MB
  size_t max_proposals = 1024;           // in a commit, and waiting for one
  // That wait from one sender, all who aren't members yet counting as one. A lower value lets fewer
  // leave at once (the server proposes all those Removes), a higher one fewer fill up the rest.
  size_t max_proposals_per_sender = 256;
  size_t max_psks = 16;                        // in a commit
  uint64_t max_lifetime = 100ull * 24 * 3600;  // seconds a key package may be valid for
  std::vector<ProposalType> external_sender_proposals = {ProposalType::remove};
  // Nobody comes in without a PSK from outside the group (PskType::external): an external commit, a
  // commit with an Add and the Welcome one joins by each carry at least one.
  bool joins_need_psk = false;
  ExternalRemove external_remove = ExternalRemove::forbidden;
};

struct Environment {
  const CredentialPolicy& credentials;
  const PskStore& psks;
  const Rules& rules;
  uint64_t now;  // seconds since 1970
};

// Section 12.1.8.1.
struct ExternalSender {
  Buffer signature_key;
  Credential credential;

  static void fields(auto& self, auto& io) { io(self.signature_key, self.credential); }
  bool operator==(const ExternalSender&) const = default;
};

}  // namespace vicino::mls
