// A member's state of one group and epoch (RFC 9420 sections 11 and 12).
//
// What begins another epoch returns it as a state of its own; this one stays valid until the caller
// adopts that one. Within an epoch, messages sent and received move the state forward in place.
// Whatever fails leaves it exactly as it was.
#pragma once

#include <deque>

#include "mls/public_state.h"

namespace vicino::mls {

class Group;
struct NewEpoch;

// Who one is in a group to be created or joined from outside.
struct NewMember {
  LeafTemplate leaf;
  SignatureKeys signature_keys;
};

struct SendOptions {
  WireFormat wire_format = WireFormat::public_message;  // or private_message
  Buffer authenticated_data;
  size_t padding = 0;  // bytes of zeros in private messages
};

struct CommitOptions {
  std::vector<Proposal> proposals;  // by value, beside those that wait
  // Those that wait; without those in conflict (section 12.2: a Remove wins, else the latest) and
  // those that can't be committed, as Adds without the PSK that Rules::joins_need_psk asks for.
  bool with_pending = true;
  bool force_path = false;
  std::optional<LeafTemplate> leaf;             // to change one's own, with a path
  std::optional<SignatureKeys> signature_keys;  // likewise
  bool tree_in_welcome = true;
  SendOptions send;
};

struct ExternalJoinOptions {
  std::vector<PskId> psks;
  std::optional<LeafIndex> replaces;  // one's own old leaf
  Buffer authenticated_data;
};

struct ReceivedApplication {
  LeafIndex sender;
  uint64_t epoch = 0;
  Buffer authenticated_data;
  Buffer plaintext;
};

struct ReceivedProposal {
  ProposalRef ref;
  SentProposal proposal;
};

class Group {
 public:
  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;
  ~Group();
  Group clone() const;

  // Section 11. Faults: those of leaves and group extensions.
  static Result<Group> create(const Suite& suite, Bytes group_id, NewMember creator,
                              Lifetime lifetime, Extensions extensions,
                              const Environment& environment, SecureRandom& random);
  // Section 12.4.3.1. `welcome`: an MLSMessage. `ratchet_tree`: the extension's content, when it
  // isn't in the Welcome: serialize() of a member's or a follower's tree.
  static Result<Group> join(Bytes welcome, OwnKeyPackage key_package,
                            const std::optional<Buffer>& ratchet_tree,
                            const Environment& environment);
  // Section 12.4.3.2. `group_info`: an MLSMessage, from a source that need not be trusted.
  static Result<NewEpoch> join_external(Bytes group_info, NewMember joiner,
                                        const ExternalJoinOptions& options,
                                        const std::optional<Buffer>& ratchet_tree,
                                        const Environment& environment, SecureRandom& random);

  // A proposal for somebody to commit. Returns the message, an MLSMessage.
  Result<Buffer> propose(Proposal proposal, const SendOptions& options,
                         const Environment& environment, SecureRandom& random);
  // New keys for one's own leaf.
  Result<Buffer> propose_update(std::optional<LeafTemplate> leaf, const SendOptions& options,
                                const Environment& environment, SecureRandom& random);
  // Changes nothing here but, for private messages, the ratchet: no key is used twice, even if the
  // commit is dropped.
  Result<NewEpoch> commit(CommitOptions options, const Environment& environment,
                          SecureRandom& random);

  // An MLSMessage from another member, a PublicMessage or PrivateMessage.
  using Received = std::variant<ReceivedApplication, ReceivedProposal, std::unique_ptr<NewEpoch>>;
  Result<Received> receive(Bytes message, const Environment& environment);

  // Section 15.2: application data, as an MLSMessage.
  Result<Buffer> protect(Bytes plaintext, const SendOptions& options, SecureRandom& random);

  // Section 8.5. At most 255 digests.
  void export_secret(std::string_view label, Bytes context, MutBytes out) const;
  Bytes epoch_authenticator() const;
  // For those who want to join by external commit; an MLSMessage.
  Buffer group_info(bool with_tree) const;

  const PublicState& state() const { return public_; }
  const GroupContext& context() const { return public_.context; }
  const RatchetTree& tree() const { return public_.tree; }
  const Suite& suite() const { return public_.suite(); }
  LeafIndex self() const { return path_keys_.self(); }
  // After a committed ReInit nothing can be sent any more.
  const std::optional<ReInit>& reinit() const { return reinit_; }

  // All of it, secrets included: to be encrypted and authenticated by the caller.
  SecretBuffer save() const;
  // Faults: state_invalid. `blob` has been authenticated by the caller.
  static Result<Group> load(Bytes blob);

 private:
  friend struct StateCodec;
  friend struct GroupPeek;  // tests

  // An epoch that is over, for messages that were overtaken by its end.
  struct PastEpoch {
    GroupContext context;
    RatchetTree tree;
    Secret sender_data;
    SecretTree keys;
  };

  Group(PublicState state, EpochSecrets secrets, PathKeys path_keys, SignatureKeys signature_keys);
  Group next_epoch(PublicState state, EpochSecrets secrets, PathKeys path_keys,
                   SignatureKeys signature_keys, const Rules& rules) const;

  static NewEpoch summary(const Applied& applied, LeafIndex committer);
  Result<Applied> choose_proposals(CommitOptions& options, const Environment& environment,
                                   Commit& commit) const;
  bool fits_alone(const SentProposal& sent, const Extensions& extensions,
                  const Environment& environment) const;
  Status may_send() const;
  PrivateSecrets private_secrets() const { return {suite(), secrets_.sender_data, tree().size()}; }
  AuthenticatedContent framed(const SendOptions& options) const;
  Result<Buffer> wrap(const AuthenticatedContent& message, const SendOptions& options,
                      SecureRandom& random);
  Result<std::vector<Psk>> find_psks(const std::vector<PskId>& ids,
                                     const Environment& environment) const;

  Result<Received> receive_public(const PublicMessage& message, const Environment& environment);
  Result<Received> receive_private(const PrivateMessage& message, const Environment& environment);
  Result<Received> receive_late(PastEpoch& epoch, const PrivateMessage& message,
                                const Environment& environment);
  Result<ReceivedProposal> keep_proposal(const AuthenticatedContent& message,
                                         const Environment& environment);
  Result<std::unique_ptr<NewEpoch>> receive_commit(const AuthenticatedContent& message,
                                                   const Environment& environment) const;
  PathKeys path_keys_for(const StagedCommit& staged) const;

  PublicState public_;
  EpochSecrets secrets_;  // without joiner, welcome and encryption secret: those are used up
  SecretTree keys_;
  PathKeys path_keys_;
  SignatureKeys signature_keys_;
  std::vector<HpkeKeys> update_keys_;  // of own Update proposals of this epoch
  std::deque<PastEpoch> past_;         // the latest first
  std::map<uint64_t, Secret> resumption_psks_;
  std::optional<ReInit> reinit_;
};

// A commit, sent or received, with what it begins.
struct NewEpoch {
  std::optional<Group> group;  // nullopt: this member was removed
  LeafIndex committer;
  bool external = false;
  std::vector<LeafIndex> added;
  std::vector<LeafIndex> updated;
  std::vector<LeafIndex> removed;
  // All of the commit's, those by reference looked up: who proposed what, to be judged before this
  // is adopted.
  std::vector<SentProposal> proposals;
  std::optional<ReInit> reinit;
  Buffer commit;                  // own commits: the MLSMessage to send
  std::optional<Buffer> welcome;  // likewise, for those added, after the commit is accepted
};

// The tag of section 6.1 over the transcript up to and with a commit.
Buffer confirmation_tag(const Suite& suite, const Secret& confirmation_key,
                        const GroupContext& context);

}  // namespace vicino::mls
