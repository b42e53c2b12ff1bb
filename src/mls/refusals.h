// Tests by mutation: something valid is made, one thing of it is changed (and what covers it is
// signed, tagged or encrypted again), and exactly one fault has to come of it, with the receiver's
// state unchanged to the bit. Each table is a file; refusal_coverage_test.cpp sees to it that no
// fault is left out.
#pragma once

#include <span>

#include "mls/group_fixture.h"

namespace vicino::mls {

// A group of four with a path in its tree, to whose door an external sender has the key.
struct Scene : World {
  SignatureKeys door = suite.random_signature_keys(random);
  std::vector<Group> members =
      group_of(4, {{ExtensionType::external_senders,
                    encode(std::vector<ExternalSender>{
                        {door.public_key, Credential::basic(as_bytes("door"))}})}});
  Group& alice = members[0];
  Group& bob = members[1];
  Group& carol = members[2];
  Group& dave = members[3];

  std::optional<Fault> refused(Group& receiver, Bytes message) {
    return unchanged(receiver, [&] { return fault_of(receiver.receive(message, environment())); });
  }
  // A commit of these, by value, from alice to bob.
  std::optional<Fault> refused(std::vector<Proposal> proposals) {
    return refused(bob, said_by(alice, by_value(std::move(proposals))));
  }
  std::optional<Fault> unchanged(const Group& group, const auto& attempt) {
    const SecretBuffer before = group.save();
    const std::optional<Fault> fault = attempt();
    EXPECT_TRUE(equal(before.expose(), group.save().expose()));
    return fault;
  }

  // Alice's commit with a path, its content changed.
  Buffer path_commit(const std::function<void(UpdatePath&)>& change) {
    return forged(alice, commit(alice).commit, [&](AuthenticatedContent& message) {
      change(*std::get<Commit>(message.content.body).path);
    });
  }
  // Signed by alice again, as a leaf of a commit.
  void sign_leaf(LeafNode& leaf) {
    leaf.sign(suite, GroupPeek::signer(alice), alice.context().group_id, alice.self());
  }
  // Alice's next leaf from a proposal, changed and signed again.
  Proposal update_of_alice(const std::function<void(LeafNode&)>& change) {
    LeafNode leaf = *alice.tree().leaf(alice.self());
    leaf.source = LeafSource::update;
    leaf.parent_hash.clear();
    leaf.encryption_key = suite.random_hpke_keys(random).public_key;
    change(leaf);
    sign_leaf(leaf);
    return {Update{std::move(leaf)}};
  }
  // By a sender that isn't a member.
  Buffer said_from_outside(Sender sender, const SignatureKeys& keys,
                           decltype(FramedContent::body) body) {
    AuthenticatedContent content;
    content.content = {
        alice.context().group_id, alice.context().epoch, sender, {}, std::move(body)};
    content.auth.confirmation_tag.resize(suite.hash_size());
    content.sign(suite, keys, alice.context());
    return encode_message(PublicMessage{content.content, content.auth, {}});
  }
  Buffer said_by_door(Proposal proposal) {
    return said_from_outside({SenderType::external, 0}, door, std::move(proposal));
  }
  // A valid external commit, changed and signed by its sender again.
  Buffer external_commit(const std::function<void(Commit&)>& change,
                         const ExternalJoinOptions& options = {}) {
    const Rules strict = std::exchange(rules, permissive());
    const NewEpoch joined = must(Group::join_external(
        alice.group_info(true), newcomer("new"), options, std::nullopt, environment(), random));
    rules = strict;
    AuthenticatedContent content = content_of(joined.commit);
    change(std::get<Commit>(content.content.body));
    content.sign(suite, GroupPeek::signer(*joined.group), alice.context());
    return encode_message(PublicMessage{content.content, content.auth, {}});
  }
  // Alice's GroupInfo, changed and signed again.
  Buffer group_info(const std::function<void(GroupInfo&)>& change) {
    const Buffer message = alice.group_info(true);
    GroupInfo info = std::get<GroupInfo>(must(decode<Message>(message)).body);
    change(info);
    info.sign(suite, GroupPeek::signer(alice));
    return encode_message(std::move(info));
  }
  std::optional<Fault> join_external(Bytes info, const ExternalJoinOptions& options = {}) {
    return fault_of(
        Group::join_external(info, newcomer("new"), options, std::nullopt, environment(), random));
  }

 private:
  Rules permissive() const {
    Rules allowing = rules;
    allowing.external_remove = ExternalRemove::allowed;
    allowing.joins_need_psk = false;
    return allowing;
  }
};

struct Refusal {
  const char* name;
  Fault fault;
  std::optional<Fault> (*attempt)(Scene&);
};

inline void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

std::span<const Refusal> framing_refusals();
std::span<const Refusal> leaf_refusals();
std::span<const Refusal> tree_refusals();
std::span<const Refusal> proposal_refusals();
std::span<const Refusal> commit_refusals();
std::span<const Refusal> joining_refusals();

}  // namespace vicino::mls
