// What tests of a call's group share: a delivery service that orders commits as the server does,
// and people with links.
#pragma once

#include <gtest/gtest.h>

#include "core/call_environment.h"
#include "core/call_group.h"
#include "mls/follower.h"

namespace vicino::core {

// Judges nothing but what MLS says: it can see no more.
class OutsidePolicy final : public mls::CredentialPolicy {
 public:
  bool accepts(const mls::CredentialCheck&) const override { return true; }
};
class NoPsks final : public mls::PskStore {
 public:
  std::optional<SecretBuffer> external(Bytes) const override { return std::nullopt; }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

// The value, or the end of the test with the rule that was broken.
template <class T>
T must(Result<T> result) {
  if (!result) ADD_FAILURE() << result.error().where;
  return std::move(result.value());
}
template <class T>
T must_mls(mls::Result<T> result) {
  if (!result) ADD_FAILURE() << mls::to_string(result.error());
  return std::move(result.value());
}
template <class T>
Errc code_of(const Result<T>& result) {
  if (result) ADD_FAILURE() << "was accepted";
  return result ? Errc::exhausted : result.error().code;
}

// Keeps one room's group as the server does: by its public side only.
class Delivery {
 public:
  explicit Delivery(SecureRandom& random) : keys_(call_suite().random_signature_keys(random)) {}

  Bytes external_key() const { return keys_.public_key; }

  void begin(Bytes group_info_with_tree) {
    follower_.emplace(
        must_mls(mls::Follower::begin(group_info_with_tree, std::nullopt, environment())));
  }

  // Empty: it counts from now on. Else why not.
  std::string commit(const PreparedCommit& prepared) {
    return commit(prepared.commit, prepared.group_info);
  }
  std::string commit(Bytes message, Bytes group_info) {
    auto received = follower_->receive(message, environment());
    if (!received) return std::string(mls::to_string(received.error()));
    auto& next = *std::get<std::unique_ptr<mls::Follower::NextEpoch>>(*received);
    const auto verdict = admission::judge(
        {follower_->state(), next.next.state(), next.committer, next.external, next.proposals});
    if (!verdict) return std::string(admission::to_string(verdict.error()));
    follower_.emplace(std::move(next.next));
    group_info_.assign(group_info.begin(), group_info.end());
    return {};
  }

  // A Remove proposal of the server, in its current epoch.
  Buffer propose_remove(SenderId sender) {
    const auto leaf = admission::leaf_of(follower_->state().tree, sender);
    Buffer message = external_proposal({mls::Remove{leaf->value}});
    must_mls(follower_->receive(message, environment()));
    return message;
  }
  Buffer external_proposal(mls::Proposal proposal) const {
    const mls::GroupContext& context = follower_->state().context;
    mls::AuthenticatedContent content;
    content.content = {
        context.group_id, context.epoch, {mls::SenderType::external, 0}, {}, std::move(proposal)};
    content.sign(call_suite(), keys_, context);
    return mls::encode_message(mls::PublicMessage{content.content, content.auth, {}});
  }

  const mls::PublicState& state() const { return follower_->state(); }
  Buffer tree() const { return follower_->state().tree.serialize(); }
  const Buffer& group_info() const { return group_info_; }
  mls::Environment environment() const { return {policy_, psks_, rules_, now}; }

  uint64_t now = 1'000'000;

 private:
  mls::SignatureKeys keys_;
  OutsidePolicy policy_;
  NoPsks psks_;
  mls::Rules rules_ = admission::call_rules();
  std::optional<mls::Follower> follower_;
  Buffer group_info_;
};

struct CallGroupTest : testing::Test {
  SeededRandom random{4};
  uint64_t now = 1'000'000;
  RoomName room = {1, 2, 3};
  LinkSecret secret{Buffer(16, 9)};
  Delivery delivery{random};
  std::vector<CallGroup*> members;  // those who get handshake messages

  static Identity guest(std::string name) { return {std::nullopt, std::move(name), 3}; }
  Identity kept(std::string name) { return {random_account(random), std::move(name), 5}; }
  CallGroup person(Identity identity) { return person(std::move(identity), secret); }
  CallGroup person(Identity identity, const LinkSecret& link) {
    return CallGroup(random, room, link.clone(), std::move(identity), random_device(random, now));
  }

  void found(CallGroup& founder, admission::CallContext settings = {}) {
    delivery.begin(must(founder.found(now, delivery.external_key(), settings)));
    must(founder.adopt_founded());
    members = {&founder};
  }
  static admission::CallContext open_house() {
    admission::CallContext settings;
    settings.lobby = false;
    return settings;
  }
  static admission::CallContext with_lobby(const CallGroup& of) {
    admission::CallContext settings = of.context();
    settings.lobby = true;
    return settings;
  }

  // To all members, whose changes are given back in their order.
  std::vector<EpochChange> tell(Bytes message) {
    std::vector<EpochChange> changes;
    for (CallGroup* member : members) {
      auto handled = member->handle(now, message);
      EXPECT_TRUE(handled) << handled.error().error.where;
      if (handled && std::holds_alternative<EpochChange>(*handled))
        changes.push_back(std::get<EpochChange>(*handled));
    }
    return changes;
  }
  // A commit that counts.
  std::vector<EpochChange> commit(const PreparedCommit& prepared) {
    EXPECT_EQ(delivery.commit(prepared), "");
    return tell(prepared.commit);
  }
  PreparedCommit change(CallGroup& member, const Changes& changes) {
    PreparedCommit prepared = must(member.prepare(now, changes));
    commit(prepared);
    return prepared;
  }
  void add(CallGroup& host, CallGroup& newcomer) {
    const auto prepared = change(host, {.add_key_packages = {newcomer.key_package(now)}});
    must(newcomer.join(now, *prepared.welcome, delivery.tree()));
    members.push_back(&newcomer);
  }
  // By external commit. Those who are members already hear it once.
  std::vector<EpochChange> enter(CallGroup& newcomer) {
    const auto prepared =
        must(newcomer.prepare_external(now, delivery.group_info(), delivery.tree()));
    if (std::ranges::find(members, &newcomer) == members.end()) members.push_back(&newcomer);
    return commit(prepared);
  }

  void expect_agreement() {
    for (CallGroup* member : members) {
      EXPECT_EQ(member->epoch(), members[0]->epoch());
      EXPECT_EQ(member->members(), members[0]->members());
      EXPECT_EQ(member->hosts(), members[0]->hosts());
      EXPECT_EQ(member->context(), members[0]->context());
      EXPECT_TRUE(equal(member->epoch_authenticator(), members[0]->epoch_authenticator()));
      EXPECT_TRUE(ct_equal(member->sframe_base_key(), members[0]->sframe_base_key()));
      EXPECT_TRUE(ct_equal(member->link_secret(), members[0]->link_secret()));
    }
  }
  void expect_heard(CallGroup& from, CallGroup& to) {
    const Buffer message = must(from.post(as_bytes("hello")));
    const auto heard = to.open_post(message);
    ASSERT_TRUE(heard) << heard.error().where;
    EXPECT_EQ(heard->sender, from.sender());
    EXPECT_EQ(heard->epoch, from.epoch());
    EXPECT_EQ(as_text(heard->content.expose()), "hello");
  }
  static std::vector<std::string> names(const std::vector<MemberInfo>& infos) {
    std::vector<std::string> all;
    for (const MemberInfo& info : infos) all.push_back(info.name);
    return all;
  }
};

}  // namespace vicino::core
