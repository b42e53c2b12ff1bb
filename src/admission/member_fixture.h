// For tests: people who found, join and change a call's group with the MLS library itself. They
// know no link secret: a join PSK is made from the link's id, and what a member says of itself is
// any bytes.
#pragma once

#include <gtest/gtest.h>

#include "admission/call_context.h"
#include "admission/policy_fixture.h"

namespace vicino::admission {

// The value, or the end of the test with the fault's name.
template <class T>
T must(mls::Result<T> result) {
  if (!result) ADD_FAILURE() << mls::to_string(result.error());
  return std::move(result.value());
}

// Around all members of all calls: randomness, time, rules.
struct MemberWorld {
  const mls::Suite& suite =
      *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  mls::Rules rules = call_rules();
  Everybody everybody;
  LinkPsks psks;
  SeededRandom random{20};
  uint64_t now = 1'700'000'000;
  mls::SignatureKeys server = suite.random_signature_keys(random);

  mls::Environment environment() const { return {everybody, psks, rules, now}; }
  mls::Lifetime lifetime() const { return {now - 3600, now + 24 * 3600}; }

  Buffer bytes(size_t size) {
    Buffer fresh(size);
    random.fill(fresh);
    return fresh;
  }
  mls::Proposal join_psk(Bytes link_id) { return {mls::PreSharedKey{psk_id(link_id)}}; }
  mls::PskId psk_id(Bytes link_id) {
    mls::PskId id;
    id.external_id = join_psk_id(link_id);
    id.nonce = bytes(suite.hash_size());
    return id;
  }
  static mls::LeafTemplate leaf(SenderId sender, Bytes link_id) {
    return {credential_of(sender),
            capabilities(),
            {to_extension(MemberExtension{{link_id.begin(), link_id.end()}, Buffer(128, 7)})}};
  }
  mls::NewMember new_member(SenderId sender, Bytes link_id) {
    return {leaf(sender, link_id), suite.random_signature_keys(random)};
  }
  mls::OwnKeyPackage key_package(SenderId sender, Bytes link_id) {
    return mls::make_key_package(suite, suite.random_signature_keys(random), leaf(sender, link_id),
                                 lifetime(), random);
  }
  mls::Extensions group_extensions(const CallContext& context) const {
    const std::vector<mls::ExternalSender> senders = {
        {server.public_key, mls::Credential::basic(as_bytes("server"))}};
    return {{mls::ExtensionType::external_senders, mls::encode(senders)},
            {mls::ExtensionType::required_capabilities, mls::encode(required_capabilities())},
            to_extension(context)};
  }
  // A group of one, whose id begins with the room's.
  mls::Group found(Bytes room, mls::NewMember founder, const CallContext& context) {
    Buffer id(room.begin(), room.end());
    const Buffer rest = bytes(16);
    id.insert(id.end(), rest.begin(), rest.end());
    return must(mls::Group::create(suite, id, std::move(founder), lifetime(),
                                   group_extensions(context), environment(), random));
  }

  mls::NewEpoch commit(mls::Group& group, std::vector<mls::Proposal> proposals,
                       bool with_pending = false) {
    mls::CommitOptions options;
    options.proposals = std::move(proposals);
    options.with_pending = with_pending;
    options.tree_in_welcome = false;
    return must(group.commit(std::move(options), environment(), random));
  }
  mls::Proposal change(const mls::Group& group, const CallContext& context) const {
    mls::Extensions extensions = group.context().extensions;
    for (mls::Extension& extension : extensions) {
      if (extension.type == call_context_type) extension = to_extension(context);
    }
    return {mls::GroupContextExtensions{std::move(extensions)}};
  }
};

inline CallContext context_of(const mls::Group& group) {
  auto context = read_call_context(group.context().extensions);
  EXPECT_TRUE(context);
  return context.value_or(CallContext());
}

}  // namespace vicino::admission
