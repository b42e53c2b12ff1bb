// Groups as they are used: created, joined, changed, left, replaced.
#include "mls/follower.h"
#include "mls/group_fixture.h"

namespace vicino::mls {
namespace {

class GroupLife : public World, public ::testing::TestWithParam<CipherSuite> {
 protected:
  GroupLife() : World(GetParam()) {}

  static SendOptions privately() { return {WireFormat::private_message, {}, 0}; }
};

INSTANTIATE_TEST_SUITE_P(Suites, GroupLife,
                         testing::Values(CipherSuite::x25519_aes128gcm_sha256_ed25519,
                                         CipherSuite::x25519_chacha20poly1305_sha256_ed25519),
                         [](const auto& tested) {
                           return tested.param == CipherSuite::x25519_aes128gcm_sha256_ed25519
                                      ? "Aes128Gcm"
                                      : "ChaCha20Poly1305";
                         });

TEST_P(GroupLife, ACreatorIsAloneInEpochZero) {
  const Group group = create("alice");
  EXPECT_EQ(group.context().epoch, 0u);
  EXPECT_EQ(group.self(), LeafIndex{0});
  EXPECT_EQ(group.tree().member_count(), 1u);
  EXPECT_EQ(group.tree().leaf({0})->credential, Credential::basic(as_bytes("alice")));
}

TEST_P(GroupLife, OneAloneCanCommit) {
  std::vector<Group> members;
  members.push_back(create("alice"));
  commit_and_adopt(members, 0);
  EXPECT_EQ(members[0].context().epoch, 1u);
}

TEST_P(GroupLife, AGroupOfAnySizeAgrees) {
  for (const size_t size : {2u, 3u, 5u, 9u}) {
    auto members = group_of(size);
    expect_agreement(members);
    for (size_t i = 0; i < size; ++i) commit_and_adopt(members, i);
    expect_agreement(members);
  }
}

TEST_P(GroupLife, AddedWithAndWithoutPathAndTree) {
  auto members = group_of(3);
  for (const bool with_path : {false, true})
    for (const bool with_tree : {false, true}) {
      OwnKeyPackage own = key_package(with_path ? "p" : "n");
      CommitOptions options;
      options.proposals = {{Add{own.package}}};
      options.force_path = with_path;
      options.tree_in_welcome = with_tree;
      NewEpoch epoch = commit(members[1], std::move(options));
      EXPECT_EQ(epoch.added.size(), 1u);
      const auto tree = with_tree ? std::nullopt : std::optional(epoch.group->tree().serialize());
      Group joined = must(Group::join(*epoch.welcome, std::move(own), tree, environment()));
      adopt(members, 1, std::move(epoch));
      members.push_back(std::move(joined));
      expect_agreement(members);
      commit_and_adopt(members, members.size() - 1);
      expect_agreement(members);
    }
}

TEST_P(GroupLife, AddedByReference) {
  auto members = group_of(3);
  OwnKeyPackage own = key_package("new");
  const Buffer proposal = must(members[2].propose({Add{own.package}}, {}, environment(), random));
  tell(members, 2, proposal);
  NewEpoch epoch = commit(members[0]);
  Group joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
  adopt(members, 0, std::move(epoch));
  members.push_back(std::move(joined));
  expect_agreement(members);
}

TEST_P(GroupLife, OnesOwnUpdateIsCommittedByAnother) {
  auto members = group_of(4);
  const Buffer before = members[2].tree().leaf({2})->encryption_key;
  LeafTemplate changed = leaf("two");
  tell(members, 2, must(members[2].propose_update(changed, {}, environment(), random)));
  NewEpoch epoch = commit(members[3]);
  EXPECT_EQ(epoch.updated, (std::vector{LeafIndex{2}}));
  adopt(members, 3, std::move(epoch));
  EXPECT_NE(members[0].tree().leaf({2})->encryption_key, before);
  EXPECT_EQ(members[0].tree().leaf({2})->credential, changed.credential);
  expect_agreement(members);
  commit_and_adopt(members, 0);  // the updated member reads it with its new key
  commit_and_adopt(members, 2);
  expect_agreement(members);
}

TEST_P(GroupLife, TheLatestOfTwoOwnUpdatesIsCommitted) {
  auto members = group_of(3);
  tell(members, 1, must(members[1].propose_update({}, {}, environment(), random)));
  tell(members, 1, must(members[1].propose_update(leaf("later"), {}, environment(), random)));
  commit_and_adopt(members, 0);
  EXPECT_EQ(members[2].tree().leaf({1})->credential, Credential::basic(as_bytes("later")));
  commit_and_adopt(members, 2);
  expect_agreement(members);
}

TEST_P(GroupLife, TheRemovedKnowItAndAreLockedOut) {
  auto members = group_of(4);
  NewEpoch epoch = commit(members[0], {{Remove{2}}});
  const NewEpoch seen = receive_commit(members[2], epoch.commit);
  EXPECT_FALSE(seen.group);
  EXPECT_EQ(seen.removed, (std::vector{LeafIndex{2}}));
  Group removed = std::move(members[2]);
  members.erase(members.begin() + 2);
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
  EXPECT_EQ(members[0].tree().leaf({2}), nullptr);
  const Buffer next = commit(members[1]).commit;
  EXPECT_EQ(fault_of(removed.receive(next, environment())), Fault::wrong_epoch);
  EXPECT_FALSE(equal(removed.epoch_authenticator(), members[0].epoch_authenticator()));
}

TEST_P(GroupLife, ABlankLeafIsFilledAgainAndTheTreeShrinks) {
  auto members = group_of(5);
  commit_and_adopt(members, 0, {{Remove{4}}});
  EXPECT_EQ(members[0].tree().size().leaves(), 4u);
  commit_and_adopt(members, 0, {{Remove{1}}});
  OwnKeyPackage own = key_package("new");
  NewEpoch epoch = commit(members[1], {{Add{own.package}}});
  EXPECT_EQ(epoch.added, (std::vector{LeafIndex{1}}));
}

TEST_P(GroupLife, JoiningByExternalCommit) {
  auto members = group_of(3);
  NewEpoch joined = must(Group::join_external(members[1].group_info(true), newcomer("new"), {},
                                              std::nullopt, environment(), random));
  for (Group& member : members) {
    NewEpoch seen = receive_commit(member, joined.commit);
    EXPECT_TRUE(seen.external);
    EXPECT_EQ(seen.committer, LeafIndex{3});
    member = std::move(*seen.group);
  }
  members.push_back(std::move(*joined.group));
  expect_agreement(members);
  for (size_t i = 0; i < 4; ++i) commit_and_adopt(members, i);
  expect_agreement(members);
}

TEST_P(GroupLife, ReplacingOnesOldLeafByExternalCommit) {
  rules.external_remove = ExternalRemove::allowed;
  auto members = group_of(4);
  ExternalJoinOptions options;
  options.replaces = LeafIndex{1};
  NewEpoch joined =
      must(Group::join_external(members[0].group_info(false), newcomer("1"), options,
                                members[0].tree().serialize(), environment(), random));
  NewEpoch seen = receive_commit(members[1], joined.commit);
  EXPECT_FALSE(seen.group);
  members.erase(members.begin() + 1);
  for (Group& member : members) member = std::move(*receive_commit(member, joined.commit).group);
  members.push_back(std::move(*joined.group));
  EXPECT_EQ(members.back().self(), LeafIndex{1});
  expect_agreement(members);
}

TEST_P(GroupLife, PreSharedKeysGoIntoTheKeySchedule) {
  auto members = group_of(3);
  psks.externals[bytes_of("tea")] = bytes_of("pot");
  NewEpoch epoch = commit(members[0], {{PreSharedKey{external_psk("tea")}},
                                       {PreSharedKey{resumption_psk(members[0], 1)}}});
  psks.externals[bytes_of("tea")] = bytes_of("cup");
  EXPECT_EQ(fault_of(members[1].receive(epoch.commit, environment())),
            Fault::confirmation_tag_invalid);
  psks.externals[bytes_of("tea")] = bytes_of("pot");
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
}

TEST_P(GroupLife, ANewMemberNeedsThePskToo) {
  auto members = group_of(2);
  psks.externals[bytes_of("tea")] = bytes_of("pot");
  OwnKeyPackage own = key_package("new");
  const NewEpoch epoch =
      commit(members[0], {{Add{own.package}}, {PreSharedKey{external_psk("tea")}}});
  EXPECT_TRUE(Group::join(*epoch.welcome, own.clone(), std::nullopt, environment()));
  psks.externals.clear();
  EXPECT_EQ(fault_of(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment())),
            Fault::psk_unknown);
}

TEST_P(GroupLife, ResumptionPsksAreKeptForSomeEpochs) {
  rules.resumption_epochs = 3;
  auto members = group_of(2);
  for (int i = 0; i < 3; ++i) commit_and_adopt(members, 0);
  const uint64_t now_epoch = members[0].context().epoch;
  const auto commit_with = [&](uint64_t epoch) {
    CommitOptions options;
    options.proposals = {{PreSharedKey{resumption_psk(members[0], epoch)}}};
    return fault_of(members[0].commit(std::move(options), environment(), random));
  };
  for (uint64_t back = 0; back < 3; ++back) EXPECT_EQ(commit_with(now_epoch - back), std::nullopt);
  EXPECT_EQ(commit_with(now_epoch - 3), Fault::psk_unknown);
  EXPECT_EQ(commit_with(now_epoch + 1), Fault::psk_unknown);
}

TEST_P(GroupLife, TheGroupsExtensionsAreReplaced) {
  auto members = group_of(3);
  const Extensions extensions{
      {ExtensionType::required_capabilities,
       encode(RequiredCapabilities{{}, {ProposalType::add}, {CredentialType::basic}})}};
  commit_and_adopt(members, 1, {{GroupContextExtensions{extensions}}});
  EXPECT_EQ(members[0].context().extensions, extensions);
  expect_agreement(members);
}

// Its new leaf counts for what the commit asks of everybody, whoever asks and whoever judges.
TEST_P(GroupLife, ACommitterBecomesCapableOfWhatItsCommitRequires) {
  constexpr ProposalType proposal{0xf0f0};
  auto members = group_of(3);
  const auto capable = [&](size_t who) {
    CommitOptions options;
    options.leaf = leaf(std::to_string(who));
    options.leaf->capabilities.proposals = {proposal};
    return options;
  };
  adopt(members, 1, commit(members[1], capable(1)));
  adopt(members, 2, commit(members[2], capable(2)));
  const Proposal change{GroupContextExtensions{
      {{ExtensionType::required_capabilities, encode(RequiredCapabilities{{}, {proposal}, {}})}}}};
  CommitOptions unchanged;
  unchanged.proposals = {change};
  EXPECT_EQ(fault_of(members[0].commit(std::move(unchanged), environment(), random)),
            Fault::leaf_lacks_required_capability);
  Follower follower =
      must(Follower::begin(members[0].group_info(true), std::nullopt, environment()));
  const Buffer proposed = must(members[1].propose(change, {}, environment(), random));
  tell(members, 1, proposed);
  must(follower.receive(proposed, environment()));
  EXPECT_TRUE(commit(members[0]).proposals.empty());  // it can't stand with the old leaf
  NewEpoch epoch = commit(members[0], capable(0));
  EXPECT_EQ(epoch.proposals.size(), 1u);
  must(follower.receive(epoch.commit, environment()));
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
  // And what it becomes incapable of can't be required.
  CommitOptions less;
  less.leaf = leaf("0");
  EXPECT_EQ(fault_of(members[0].commit(std::move(less), environment(), random)),
            Fault::leaf_lacks_required_capability);
}

TEST_P(GroupLife, AReinitialisedGroupSendsNothingMore) {
  auto members = group_of(2);
  const ReInit reinit{bytes_of("next group"), ProtocolVersion::mls10, suite.id, {}};
  NewEpoch epoch = commit(members[0], {{reinit}});
  EXPECT_EQ(epoch.reinit, reinit);
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
  for (Group& member : members) {
    EXPECT_EQ(member.reinit(), reinit);
    const SecretBuffer before = member.save();
    EXPECT_EQ(fault_of(member.protect(as_bytes("x"), {}, random)), Fault::group_reinitialised);
    EXPECT_EQ(fault_of(member.propose({Remove{1}}, {}, environment(), random)),
              Fault::group_reinitialised);
    EXPECT_EQ(fault_of(member.commit({}, environment(), random)), Fault::group_reinitialised);
    EXPECT_TRUE(equal(before.expose(), member.save().expose()));
    EXPECT_TRUE(equal(before.expose(), must(Group::load(before.expose())).save().expose()));
  }
}

TEST_P(GroupLife, P6_ASignerIsReplacedInACommit) {
  auto members = group_of(3);
  SignatureKeys renewed = suite.random_signature_keys(random);
  const Buffer key = renewed.public_key;
  OwnKeyPackage own = key_package("new");
  CommitOptions options;
  options.signature_keys = std::move(renewed);
  options.proposals = {{Add{own.package}}};
  NewEpoch epoch = commit(members[0], std::move(options));
  // The Welcome's GroupInfo is signed with the key that its tree shows.
  Group joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
  adopt(members, 0, std::move(epoch));
  members.push_back(std::move(joined));
  expect_agreement(members);
  EXPECT_EQ(members[1].tree().leaf({0})->signature_key, key);
  EXPECT_TRUE(Group::join_external(members[0].group_info(true), newcomer("x"), {}, std::nullopt,
                                   environment(), random));
  must(members[1].receive(must(members[0].protect(as_bytes("x"), {}, random)), environment()));
  commit_and_adopt(members, 0);
  expect_agreement(members);
}

TEST_P(GroupLife, HandshakeMessagesCanBePrivate) {
  auto members = group_of(3);
  tell(members, 1, must(members[1].propose({Remove{2}}, privately(), environment(), random)));
  CommitOptions options;
  options.send = privately();
  options.send.padding = 100;
  NewEpoch epoch = commit(members[0], std::move(options));
  EXPECT_EQ(epoch.removed, (std::vector{LeafIndex{2}}));
  adopt(members, 0, std::move(epoch));
  EXPECT_EQ(members.size(), 2u);
  expect_agreement(members);
}

TEST_P(GroupLife, ApplicationDataArrivesWithItsSender) {
  auto members = group_of(3);
  const Buffer sent =
      must(members[2].protect(as_bytes("hello"), {WireFormat::public_message, {1, 2}, 50}, random));
  const auto received = must(members[0].receive(sent, environment()));
  const auto& data = std::get<ReceivedApplication>(received);
  EXPECT_EQ(data.sender, LeafIndex{2});
  EXPECT_EQ(data.plaintext, bytes_of("hello"));
  EXPECT_EQ(data.authenticated_data, (Buffer{1, 2}));
  EXPECT_EQ(data.epoch, members[0].context().epoch);
}

TEST_P(GroupLife, ExportedSecretsDependOnLabelContextAndEpoch) {
  auto members = group_of(2);
  const auto exported = [&](std::string_view label, std::string_view context) {
    Buffer out(100);
    members[0].export_secret(label, as_bytes(context), out);
    return out;
  };
  const Buffer one = exported("a", "x");
  EXPECT_NE(one, exported("b", "x"));
  EXPECT_NE(one, exported("a", "y"));
  EXPECT_EQ(one, exported("a", "x"));
  commit_and_adopt(members, 1);
  EXPECT_NE(one, exported("a", "x"));
}

}  // namespace
}  // namespace vicino::mls
