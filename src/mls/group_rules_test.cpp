// What an application can allow and forbid (Rules in environment.h), from both sides of each line.
#include "mls/follower.h"
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

class GroupRules : public Scene, public ::testing::Test {
 protected:
  std::optional<Fault> commits(std::vector<Proposal> proposals) {
    CommitOptions options;
    options.proposals = std::move(proposals);
    return fault_of(alice.commit(std::move(options), environment(), random));
  }
  Proposal psk(std::string_view id) {
    psks.externals[bytes_of(id)] = bytes_of("secret");
    return {PreSharedKey{external_psk(id)}};
  }
  std::optional<Fault> hears(Bytes message) {
    return fault_of(bob.receive(message, environment()));
  }
  std::optional<Fault> follows(Bytes message) {
    Follower follower = must(Follower::begin(alice.group_info(true), std::nullopt, environment()));
    return fault_of(follower.receive(message, environment()));
  }
  ExternalJoinOptions replacing(LeafIndex leaf, std::vector<PskId> ids = {}) {
    ExternalJoinOptions options;
    options.replaces = leaf;
    options.psks = std::move(ids);
    return options;
  }
};

TEST_F(GroupRules, TheDoorMayProposeARemoveAndNothingElse) {
  const Buffer remove = said_by_door({Remove{3}});
  tell(members, members.size(), remove);
  NewEpoch epoch = commit(bob);
  EXPECT_EQ(epoch.removed, (std::vector{LeafIndex{3}}));
  adopt(members, 1, std::move(epoch));
  expect_agreement(members);
  for (const Proposal& proposal :
       {add_of("new"), Proposal{PreSharedKey{external_psk("tea")}},
        Proposal{GroupContextExtensions{}},
        Proposal{ReInit{bytes_of("next"), ProtocolVersion::mls10, suite.id, {}}}})
    EXPECT_EQ(refused(bob, said_by_door(proposal)), Fault::proposal_not_allowed_from_sender);
}

TEST_F(GroupRules, TheDoorMayDoMoreWhereItIsAllowed) {
  rules.external_sender_proposals = {ProposalType::add};
  EXPECT_EQ(hears(said_by_door(add_of("new"))), std::nullopt);
  EXPECT_EQ(hears(said_by_door({Remove{3}})), Fault::proposal_not_allowed_from_sender);
}

TEST_F(GroupRules, SomebodyNewMayAskToBeAdded) {
  const OwnKeyPackage own = key_package("new");
  const Buffer message = said_from_outside({SenderType::new_member_proposal, 0}, own.signature_keys,
                                           Proposal{Add{own.package}});
  tell(members, members.size(), message);
  EXPECT_EQ(commit(bob).added, (std::vector{LeafIndex{4}}));
}

TEST_F(GroupRules, AnExternalCommitMayNeedAPsk) {
  ExternalJoinOptions options;
  psks.externals[bytes_of("invitation")] = bytes_of("secret");
  options.psks = {external_psk("invitation")};
  const Buffer without = external_commit([](Commit&) {});
  const NewEpoch with = must(Group::join_external(alice.group_info(true), newcomer("new"), options,
                                                  std::nullopt, environment(), random));
  rules.joins_need_psk = true;
  EXPECT_EQ(refused(bob, without), Fault::psk_required);
  EXPECT_EQ(follows(without), Fault::psk_required);
  EXPECT_EQ(hears(with.commit), std::nullopt);
  EXPECT_EQ(follows(with.commit), std::nullopt);
  EXPECT_EQ(join_external(alice.group_info(true)), Fault::psk_required);
  psks.externals[bytes_of("invitation")] = bytes_of("another secret");
  EXPECT_EQ(refused(bob, with.commit), Fault::confirmation_tag_invalid);
}

TEST_F(GroupRules, AnAddMayNeedAPsk) {
  OwnKeyPackage own = key_package("new");
  const Buffer without = commit(alice, {{Add{own.package}}}).commit;
  rules.joins_need_psk = true;
  EXPECT_EQ(refused(bob, without), Fault::psk_required);
  EXPECT_EQ(follows(without), Fault::psk_required);
  EXPECT_EQ(commits({{Add{own.package}}}), Fault::psk_required);
  EXPECT_EQ(commits({{Add{own.package}}, {PreSharedKey{resumption_psk(alice, 1)}}}),
            Fault::psk_required);
  EXPECT_EQ(commits({{Remove{3}}}), std::nullopt);  // nobody joins
  const NewEpoch with = commit(alice, {{Add{own.package}}, psk("invitation")});
  EXPECT_EQ(hears(with.commit), std::nullopt);
  EXPECT_EQ(follows(with.commit), std::nullopt);
  EXPECT_EQ(fault_of(Group::join(*with.welcome, std::move(own), std::nullopt, environment())),
            std::nullopt);
}

TEST_F(GroupRules, WhoeverJoinsByWelcomeMayNeedAPsk) {
  OwnKeyPackage own = key_package("new");
  const NewEpoch without = commit(alice, {{Add{own.package}}});
  rules.joins_need_psk = true;
  EXPECT_EQ(fault_of(Group::join(*without.welcome, std::move(own), std::nullopt, environment())),
            Fault::psk_required);
}

// It goes in with the next commit that has one.
TEST_F(GroupRules, AProposedAddWithoutThePskItNeedsWaits) {
  tell(members, 1, must(bob.propose(add_of("new"), {}, environment(), random)));
  rules.joins_need_psk = true;
  EXPECT_TRUE(commit(alice).added.empty());
  EXPECT_EQ(commit(alice, {psk("invitation")}).added, (std::vector{LeafIndex{4}}));
}

TEST_F(GroupRules, P15_NobodyIsReplacedFromOutsideUnlessItIsAllowed) {
  const uint64_t epoch = alice.context().epoch;
  const PskId resumption = resumption_psk(alice, epoch);
  const Bytes secret = GroupPeek::secrets(alice).resumption_psk.expose();
  psks.resumptions[{alice.context().group_id, epoch}] = {secret.begin(), secret.end()};
  const Buffer bare = external_commit([](Commit&) {}, replacing({2}));
  rules.external_remove = ExternalRemove::allowed;
  const NewEpoch proven =
      must(Group::join_external(alice.group_info(true), newcomer("2"), replacing({2}, {resumption}),
                                std::nullopt, environment(), random));

  rules.external_remove = ExternalRemove::forbidden;
  EXPECT_EQ(refused(bob, bare), Fault::external_commit_remove_forbidden);
  EXPECT_EQ(refused(bob, proven.commit), Fault::external_commit_remove_forbidden);
  EXPECT_EQ(join_external(alice.group_info(true), replacing({2})),
            Fault::external_commit_remove_forbidden);
  rules.external_remove = ExternalRemove::with_resumption_psk;
  EXPECT_EQ(refused(bob, bare), Fault::external_commit_remove_unproven);
  EXPECT_EQ(hears(proven.commit), std::nullopt);
  rules.external_remove = ExternalRemove::allowed;
  EXPECT_EQ(hears(bare), std::nullopt);
}

TEST_F(GroupRules, P15_AThiefWithoutTheResumptionSecretIsFound) {
  rules.external_remove = ExternalRemove::with_resumption_psk;
  psks.resumptions[{alice.context().group_id, alice.context().epoch}] = Buffer(32, 1);  // guessed
  const NewEpoch stolen =
      must(Group::join_external(alice.group_info(true), newcomer("2"),
                                replacing({2}, {resumption_psk(alice, alice.context().epoch)}),
                                std::nullopt, environment(), random));
  EXPECT_EQ(refused(bob, stolen.commit), Fault::confirmation_tag_invalid);
}

TEST_F(GroupRules, MembersUpToALimit) {
  rules.max_members = 5;
  EXPECT_EQ(commits({add_of("new")}), std::nullopt);
  EXPECT_EQ(commits({add_of("new"), add_of("newer")}), Fault::tree_too_large);
  // Who goes makes room.
  EXPECT_EQ(commits({{Remove{3}}, add_of("new"), add_of("newer")}), std::nullopt);
}

TEST_F(GroupRules, MessagesUpToALimit) {
  const Buffer message = said_by(alice, Proposal{Remove{3}});
  rules.max_message = message.size() - 1;
  EXPECT_EQ(refused(bob, message), Fault::message_too_large);
  rules.max_message = message.size();
  EXPECT_EQ(hears(message), std::nullopt);
}

TEST_F(GroupRules, ProposalsUpToALimit) {
  rules.max_proposals = 2;
  EXPECT_EQ(commits({add_of("a"), add_of("b")}), std::nullopt);
  EXPECT_EQ(commits({add_of("a"), add_of("b"), add_of("c")}), Fault::too_many_proposals);
  EXPECT_EQ(hears(said_by(alice, Proposal{Remove{2}})), std::nullopt);
  EXPECT_EQ(hears(said_by(alice, Proposal{Remove{2}})), std::nullopt);  // the same: kept once
  EXPECT_EQ(bob.state().pending.size(), 1u);
  EXPECT_EQ(hears(said_by(alice, Proposal{Remove{3}})), std::nullopt);
  EXPECT_EQ(hears(said_by(alice, Proposal{Remove{1}})), Fault::too_many_proposals);
}

TEST_F(GroupRules, PsksUpToALimit) {
  rules.max_psks = 2;
  EXPECT_EQ(commits({psk("a"), psk("b")}), std::nullopt);
  EXPECT_EQ(commits({psk("a"), psk("b"), psk("c")}), Fault::too_many_psks);
}

TEST_F(GroupRules, P16_LifetimesUpToALimitAndWithinThem) {
  const auto adds = [&](Lifetime lifetime) {
    return commits({add_of("new", [&](KeyPackage& kp) { kp.leaf.lifetime = lifetime; })});
  };
  EXPECT_EQ(adds({now, now}), std::nullopt);
  EXPECT_EQ(adds({now, now + rules.max_lifetime}), std::nullopt);
  EXPECT_EQ(adds({now, now + rules.max_lifetime + 1}), Fault::leaf_lifetime_too_long);
  EXPECT_EQ(adds({now + 1, now + 2}), Fault::leaf_lifetime_not_begun);
  EXPECT_EQ(adds({now - 2, now - 1}), Fault::leaf_lifetime_over);
  // A member's leaf stays valid after the lifetime of its key package.
  now += 10 * rules.max_lifetime;
  EXPECT_EQ(join_external(alice.group_info(true)), std::nullopt);
}

TEST_F(GroupRules, GenerationsUpToALimit) {
  const auto lose = [&](int count) {
    for (int i = 0; i < count; ++i) must(alice.protect(as_bytes("lost"), {}, random));
  };
  rules.ratchet = {3, 2};
  lose(3);
  const Group before = bob.clone();
  EXPECT_EQ(hears(must(alice.protect(as_bytes("x"), {}, random))), std::nullopt);
  bob = before.clone();
  EXPECT_EQ(refused(bob, must(alice.protect(as_bytes("x"), {}, random))),
            Fault::generation_too_far);
}

}  // namespace
}  // namespace vicino::mls
