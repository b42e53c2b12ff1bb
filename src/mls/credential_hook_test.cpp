// The application is asked about every credential at every place where RFC 9420 section 5.3.1 has
// one validated, and its answer counts.
#include "mls/follower.h"
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

using Asked = Policy::Asked;

class CredentialHook : public Scene, public ::testing::Test {
 protected:
  CredentialHook() { policy.asked.clear(); }

  // What was asked since the last call.
  std::vector<Asked> asked() { return std::exchange(policy.asked, {}); }
  void refuse(CredentialUse use) {
    policy.answer = [use](const CredentialCheck& check) { return check.use != use; };
  }
  // As an application should: nobody becomes somebody else.
  void keep_identities() {
    policy.answer = [](const CredentialCheck& check) {
      return !check.previous || check.previous->credential == check.credential;
    };
  }
};

TEST_F(CredentialHook, CreatingAGroup) {
  create("eve", alice.context().extensions);
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::external_sender, "door", {}, ""},
                                         {CredentialUse::new_group, "eve", 0, ""}}));
  refuse(CredentialUse::new_group);
  EXPECT_EQ(fault_of(Group::create(suite, as_bytes("g"), newcomer("eve"), lifetime(), {},
                                   environment(), random)),
            Fault::credential_refused);
}

TEST_F(CredentialHook, AddingByProposalAndByCommit) {
  const std::vector<Asked> eve{{CredentialUse::add, "eve", {}, ""}};
  const Buffer message = said_by(alice, add_of("eve"));
  must(bob.receive(message, environment()));
  EXPECT_EQ(asked(), eve);
  EXPECT_FALSE(refused({add_of("eve")}) == Fault::credential_refused);
  EXPECT_EQ(asked(), eve);
  refuse(CredentialUse::add);
  EXPECT_EQ(refused({add_of("eve")}), Fault::credential_refused);
  EXPECT_EQ(unchanged(alice,
                      [&] {
                        CommitOptions options;
                        options.proposals = {add_of("eve")};
                        return fault_of(alice.commit(std::move(options), environment(), random));
                      }),
            Fault::credential_refused);
}

TEST_F(CredentialHook, AnUpdateIsComparedWithTheLeafBefore) {
  const std::vector<Asked> update{{CredentialUse::update, "mallory", 2, "2"}};
  const Buffer message = must(carol.propose_update(leaf("mallory"), {}, environment(), random));
  EXPECT_EQ(asked(), update);
  must(bob.receive(message, environment()));
  EXPECT_EQ(asked(), update);
  keep_identities();
  const Buffer again = must([&] {
    policy.answer = [](const CredentialCheck&) { return true; };
    return carol.propose_update(leaf("mallory"), {}, environment(), random);
  }());
  keep_identities();
  EXPECT_EQ(refused(dave, again), Fault::credential_refused);
}

TEST_F(CredentialHook, AWaitingUpdateIsAskedAboutAgainWhenItIsCommitted) {
  tell(members, 2, must(carol.propose_update(leaf("mallory"), {}, environment(), random)));
  const NewEpoch epoch = commit(alice);
  keep_identities();
  EXPECT_EQ(refused(bob, epoch.commit), Fault::credential_refused);
  // And nobody commits it any more.
  EXPECT_TRUE(commit(dave).updated.empty());
}

TEST_F(CredentialHook, P9_ACommittersCredentialIsComparedWithTheLeafBefore) {
  CommitOptions options;
  options.leaf = leaf("mallory");
  const NewEpoch epoch = commit(alice, std::move(options));
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::commit_path, "mallory", 0, "0"}}));
  receive_commit(bob, epoch.commit);
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::commit_path, "mallory", 0, "0"}}));
  keep_identities();
  EXPECT_EQ(refused(bob, epoch.commit), Fault::credential_refused);
  CommitOptions own;
  own.leaf = leaf("mallory");
  EXPECT_EQ(
      unchanged(alice,
                [&] { return fault_of(alice.commit(std::move(own), environment(), random)); }),
      Fault::credential_refused);
}

TEST_F(CredentialHook, ACommittersNewSignatureKeyIsShown) {
  CommitOptions options;
  options.signature_keys = suite.random_signature_keys(random);
  const Buffer renewed = options.signature_keys->public_key;
  const NewEpoch epoch = commit(alice, std::move(options));
  policy.answer = [&](const CredentialCheck& check) {
    EXPECT_TRUE(equal(check.signature_key, renewed));
    EXPECT_EQ(check.leaf->signature_key, renewed);
    EXPECT_NE(check.previous->signature_key, renewed);
    return false;
  };
  EXPECT_EQ(refused(bob, epoch.commit), Fault::credential_refused);
}

TEST_F(CredentialHook, SomebodyWhoJoinsByExternalCommit) {
  const Buffer message = external_commit([](Commit&) {});
  asked();
  receive_commit(bob, message);
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::external_commit, "new", 4, ""}}));
  refuse(CredentialUse::external_commit);
  EXPECT_EQ(refused(bob, message), Fault::credential_refused);
  EXPECT_EQ(join_external(alice.group_info(true)), Fault::credential_refused);
}

TEST_F(CredentialHook, SomebodyWhoReplacesTheirOldLeafIsComparedWithIt) {
  rules.external_remove = ExternalRemove::allowed;
  ExternalJoinOptions options;
  options.replaces = LeafIndex{2};
  const Buffer message = external_commit([](Commit&) {}, options);  // "new" replaces "2"
  asked();
  receive_commit(bob, message);
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::external_commit, "new", 2, "2"}}));
  keep_identities();
  EXPECT_EQ(refused(bob, message), Fault::credential_refused);
  EXPECT_EQ(join_external(alice.group_info(true), options), Fault::credential_refused);
}

TEST_F(CredentialHook, EveryMemberOfAGroupOneJoins) {
  OwnKeyPackage own = key_package("eve");
  const NewEpoch epoch = commit(alice, {{Add{own.package}}});
  asked();
  must(Group::join(*epoch.welcome, own.clone(), std::nullopt, environment()));
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::external_sender, "door", {}, ""},
                                         {CredentialUse::joined_tree, "0", 0, ""},
                                         {CredentialUse::joined_tree, "1", 1, ""},
                                         {CredentialUse::joined_tree, "2", 2, ""},
                                         {CredentialUse::joined_tree, "3", 3, ""},
                                         {CredentialUse::joined_tree, "eve", 4, ""}}));
  refuse(CredentialUse::joined_tree);
  EXPECT_EQ(fault_of(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment())),
            Fault::credential_refused);
  EXPECT_EQ(fault_of(Follower::begin(alice.group_info(true), std::nullopt, environment())),
            Fault::credential_refused);
}

TEST_F(CredentialHook, ExternalSendersOfAGroupOneJoinsOrChanges) {
  refuse(CredentialUse::external_sender);
  EXPECT_EQ(join_external(alice.group_info(true)), Fault::credential_refused);
  EXPECT_EQ(refused({{GroupContextExtensions{alice.context().extensions}}}),
            Fault::credential_refused);
}

TEST_F(CredentialHook, AFollowerAsksAsMembersDo) {
  Follower follower = must(Follower::begin(alice.group_info(true), std::nullopt, environment()));
  CommitOptions options;
  options.leaf = leaf("mallory");
  const NewEpoch epoch = commit(alice, std::move(options));
  asked();
  must(follower.receive(epoch.commit, environment()));
  EXPECT_EQ(asked(), (std::vector<Asked>{{CredentialUse::commit_path, "mallory", 0, "0"}}));
  keep_identities();
  EXPECT_EQ(fault_of(follower.receive(epoch.commit, environment())), Fault::credential_refused);
}

}  // namespace
}  // namespace vicino::mls
