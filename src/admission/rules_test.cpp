// One commit for each rule: right but for that rule, and then refused for it.
#include "admission/rules.h"

#include "admission/member_fixture.h"

namespace vicino::admission {
namespace {

constexpr SenderId host{1}, guest{2}, newcomer{3};

// A host and a guest in a room with lobby. What MLS itself would refuse is allowed to those who
// commit here, so that the rules are what refuses it.
class RulesTest : public testing::Test, public MemberWorld {
 protected:
  RulesTest() { rules.joins_need_psk = false; }

  void SetUp() override {
    mls::NewMember founder = newcomer_of(host);
    group_ = found(Buffer(16, 1), std::move(founder), context());
    mls::OwnKeyPackage own = key_package(guest, link_);
    guest_keys_ = own.signature_keys.clone();
    mls::NewEpoch epoch = commit(*group_, {join_psk(link_), {mls::Add{own.package}}});
    EXPECT_TRUE(judged(*group_, epoch));
    group_ = std::move(*epoch.group);
    guest_ = must(mls::Group::join(*epoch.welcome, std::move(own), group_->tree().serialize(),
                                   environment()));
  }
  mls::NewMember newcomer_of(SenderId sender) { return new_member(sender, link_); }
  CallContext context() const { return {.link_id = link_, .earlier = {}, .hosts = {host}}; }

  static std::expected<void, Breach> judged(const mls::Group& before, const mls::NewEpoch& epoch) {
    return judge(
        {before.state(), epoch.group->state(), epoch.committer, epoch.external, epoch.proposals});
  }
  // What is wrong with a commit of one of the two; nullopt: nothing.
  std::optional<Breach> breach(mls::Group& committer, std::vector<mls::Proposal> proposals) {
    const auto verdict = judged(committer, commit(committer, std::move(proposals), true));
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
  std::optional<Breach> external_breach(mls::NewMember joiner,
                                        std::optional<mls::LeafIndex> replaces = std::nullopt,
                                        std::optional<Buffer> link = std::nullopt) {
    mls::ExternalJoinOptions options;
    options.psks = {psk_id(link.value_or(link_))};
    options.replaces = replaces;
    const auto epoch = must(mls::Group::join_external(
        group_->group_info(true), std::move(joiner), options, std::nullopt, environment(), random));
    const auto verdict = judged(*group_, epoch);
    return verdict ? std::nullopt : std::optional(verdict.error());
  }
  // Both go on to a group whose call context was changed by the host.
  void set(CallContext changed) {
    mls::NewEpoch epoch = commit(*group_, {change(*group_, changed)});
    ASSERT_TRUE(judged(*group_, epoch));
    auto received = must(guest_->receive(epoch.commit, environment()));
    guest_ = std::move(*std::get<std::unique_ptr<mls::NewEpoch>>(received)->group);
    group_ = std::move(*epoch.group);
  }
  void set_lobby(bool lobby, bool locked = false) {
    CallContext changed = context_of(*group_);
    changed.lobby = lobby;
    changed.locked = locked;
    set(changed);
  }
  mls::Proposal add(SenderId sender) { return {mls::Add{key_package(sender, link_).package}}; }

  const Buffer link_ = Buffer(8, 1);
  std::optional<mls::Group> group_, guest_;
  mls::SignatureKeys guest_keys_;
};

TEST_F(RulesTest, HostsAdd) {
  EXPECT_FALSE(breach(*group_, {join_psk(link_), add(newcomer)}));
  EXPECT_EQ(breach(*guest_, {join_psk(link_), add(newcomer)}), Breach::added_by_nobody_allowed);
  set_lobby(false);
  EXPECT_FALSE(breach(*guest_, {join_psk(link_), add(newcomer)}));
}

TEST_F(RulesTest, NobodyIsAddedByReference) {
  set_lobby(false);
  const Buffer proposal = must(guest_->propose(add(newcomer), {}, environment(), random));
  must(group_->receive(proposal, environment()));
  EXPECT_EQ(breach(*group_, {join_psk(link_)}), Breach::added_by_nobody_allowed);
}

TEST_F(RulesTest, ALockedRoomTakesNobody) {
  set_lobby(false, true);
  EXPECT_EQ(breach(*group_, {join_psk(link_), add(newcomer)}), Breach::room_locked);
  EXPECT_EQ(external_breach(newcomer_of(newcomer)), Breach::room_locked);
  EXPECT_FALSE(external_breach({leaf(guest, link_), guest_keys_.clone()}, guest_->self()))
      << "coming back is no joining";
}

TEST_F(RulesTest, NobodyJoinsFromOutsideTheLobby) {
  EXPECT_EQ(external_breach(newcomer_of(newcomer)), Breach::external_join_in_lobby);
  set_lobby(false);
  EXPECT_FALSE(external_breach(newcomer_of(newcomer)));
}

TEST_F(RulesTest, ASenderIdIsOneMembers) {
  EXPECT_EQ(breach(*group_, {join_psk(link_), add(guest)}), Breach::sender_taken);
  EXPECT_EQ(breach(*group_, {join_psk(link_), add(newcomer), add(newcomer)}), Breach::sender_taken);
  set_lobby(false);
  EXPECT_EQ(external_breach(newcomer_of(guest)), Breach::sender_taken);
}

TEST_F(RulesTest, EveryLeafSaysWhoItsMemberIs) {
  const auto with = [&](auto change) {
    mls::LeafTemplate changed = leaf(newcomer, link_);
    change(changed);
    auto own = mls::make_key_package(suite, suite.random_signature_keys(random), changed,
                                     lifetime(), random);
    return breach(*group_, {join_psk(link_), {mls::Add{own.package}}});
  };
  EXPECT_EQ(with([](mls::LeafTemplate& l) { l.extensions.clear(); }),
            Breach::member_extension_malformed);
  EXPECT_EQ(with([](mls::LeafTemplate& l) { l.extensions[0].data.pop_back(); }),
            Breach::member_extension_malformed);
  EXPECT_EQ(with([](mls::LeafTemplate& l) { l.credential.identity.pop_back(); }),
            Breach::member_extension_malformed);
}

TEST_F(RulesTest, APathChangesKeysOnly) {
  const auto with = [&](auto change) -> std::optional<Breach> {
    mls::CommitOptions options;
    options.force_path = true;
    options.leaf = leaf(guest, link_);
    change(options);
    const auto epoch = must(guest_->commit(std::move(options), environment(), random));
    const auto verdict = judged(*guest_, epoch);
    return verdict ? std::nullopt : std::optional(verdict.error());
  };
  EXPECT_FALSE(with([](mls::CommitOptions&) {}));
  EXPECT_EQ(with([](mls::CommitOptions& o) { o.leaf->credential = credential_of(newcomer); }),
            Breach::replaces_another);
  EXPECT_EQ(
      with([&](mls::CommitOptions& o) { o.signature_keys = suite.random_signature_keys(random); }),
      Breach::replaces_another);
  EXPECT_EQ(with([](mls::CommitOptions& o) { o.leaf->extensions[0].data.back() ^= 1; }),
            Breach::member_extension_malformed);
}

TEST_F(RulesTest, JoiningTakesTheCurrentLinksPsk) {
  EXPECT_EQ(breach(*group_, {add(newcomer)}), Breach::join_psk_wrong);
  EXPECT_EQ(breach(*group_, {join_psk(Buffer(8, 2)), add(newcomer)}), Breach::join_psk_wrong);
  rules.max_psks = 2;
  EXPECT_EQ(breach(*group_, {join_psk(link_), join_psk(link_), add(newcomer)}),
            Breach::join_psk_wrong);
  const Buffer proposal = must(guest_->propose(join_psk(link_), {}, environment(), random));
  must(group_->receive(proposal, environment()));
  EXPECT_EQ(breach(*group_, {add(newcomer)}), Breach::join_psk_wrong) << "by value only";
  set_lobby(false);
  EXPECT_EQ(external_breach(newcomer_of(newcomer), std::nullopt, Buffer(8, 2)),
            Breach::join_psk_wrong);
}

TEST_F(RulesTest, ALeafIsReplacedByItsOwner) {
  EXPECT_FALSE(external_breach({leaf(guest, link_), guest_keys_.clone()}, guest_->self()));
  EXPECT_EQ(external_breach(newcomer_of(guest), guest_->self()), Breach::replaces_another)
      << "another key";
  EXPECT_EQ(external_breach({leaf(newcomer, link_), guest_keys_.clone()}, guest_->self()),
            Breach::replaces_another)
      << "another id";
}

TEST_F(RulesTest, HostsAndTheServerRemove) {
  EXPECT_FALSE(breach(*group_, {{mls::Remove{guest_->self().value}}}));
  EXPECT_EQ(breach(*guest_, {{mls::Remove{group_->self().value}}}),
            Breach::removed_by_nobody_allowed);
  mls::AuthenticatedContent content;
  content.content = {group_->context().group_id,
                     group_->context().epoch,
                     {mls::SenderType::external, 0},
                     {},
                     mls::Proposal{mls::Remove{group_->self().value}}};
  content.sign(suite, server, group_->context());
  const Buffer proposal =
      mls::encode_message(mls::PublicMessage{content.content, content.auth, {}});
  must(guest_->receive(proposal, environment()));
  EXPECT_FALSE(breach(*guest_, {}));
}

TEST_F(RulesTest, AMembersProposalToRemoveCountsForNothing) {
  must(group_->propose({mls::Remove{guest_->self().value}}, {}, environment(), random));
  EXPECT_EQ(breach(*group_, {}), Breach::removed_by_nobody_allowed);
}

TEST_F(RulesTest, HostsChangeTheContext) {
  CallContext changed = context();
  changed.mute_on_entry = true;
  EXPECT_FALSE(breach(*group_, {change(*group_, changed)}));
  EXPECT_EQ(breach(*guest_, {change(*guest_, changed)}), Breach::context_changed_by_no_host);
  changed.hosts = {guest};
  EXPECT_FALSE(breach(*group_, {change(*group_, changed)})) << "a host may hand over";
}

TEST_F(RulesTest, TheContextStaysReadable) {
  CallContext changed = context();
  changed.version = 2;
  EXPECT_EQ(breach(*group_, {change(*group_, changed)}), Breach::call_context_malformed);
  EXPECT_EQ(breach(*group_, {{mls::GroupContextExtensions{}}}), Breach::call_context_malformed);
}

TEST_F(RulesTest, OtherExtensionsStay) {
  for (const auto type :
       {mls::ExtensionType::external_senders, mls::ExtensionType::required_capabilities}) {
    mls::Extensions extensions = group_->context().extensions;
    std::erase_if(extensions, [&](const mls::Extension& e) { return e.type == type; });
    EXPECT_EQ(breach(*group_, {{mls::GroupContextExtensions{extensions}}}),
              Breach::other_extensions_changed);
  }
}

TEST_F(RulesTest, ANewLinkComesByItselfAndListsTheOld) {
  CallContext changed = context();
  changed.link_id = Buffer(8, 2);
  EXPECT_EQ(breach(*group_, {change(*group_, changed)}), Breach::earlier_link_missing);
  changed.earlier = {{link_, Buffer(44, 0)}};
  EXPECT_FALSE(breach(*group_, {change(*group_, changed)}));
  EXPECT_EQ(breach(*group_, {change(*group_, changed), join_psk(link_), add(newcomer)}),
            Breach::link_changed_with_members);
  EXPECT_EQ(breach(*group_, {change(*group_, changed), {mls::Remove{guest_->self().value}}}),
            Breach::link_changed_with_members);
  set(changed);
  changed.earlier.clear();
  EXPECT_EQ(breach(*group_, {change(*group_, changed)}), Breach::earlier_link_missing)
      << "the list changes with the link only";
}

TEST_F(RulesTest, UpdatesAndReinitialisationsAreNotUsed) {
  EXPECT_EQ(breach(*group_, {{mls::ReInit{Buffer(16, 1), mls::ProtocolVersion::mls10, suite.id,
                                          group_->context().extensions}}}),
            Breach::proposal_not_used_here);
  const Buffer update = must(guest_->propose_update(std::nullopt, {}, environment(), random));
  must(group_->receive(update, environment()));
  EXPECT_EQ(breach(*group_, {}), Breach::proposal_not_used_here);
}

TEST(Breaches, HaveASentenceEach) {
  std::set<std::string_view> sentences;
  for (uint8_t i = 0; i <= static_cast<uint8_t>(Breach::proposal_not_used_here); ++i) {
    EXPECT_TRUE(sentences.insert(to_string(static_cast<Breach>(i))).second);
  }
  EXPECT_FALSE(sentences.contains("unknown"));
}

}  // namespace
}  // namespace vicino::admission
