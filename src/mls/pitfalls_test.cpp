// Mistakes that other implementations of MLS made, each as a test (README.md lists them all; those
// that belong to a subject of their own are tested there, under the same numbers).
#include <iosfwd>

#include "mls/refusals.h"

namespace vicino::mls {
namespace {

class Pitfalls : public Scene, public ::testing::Test {
 protected:
  static GroupContext provisional(const Group& before, const Group& after) {
    return provisional_context(before.context(), after.tree(), after.context().extensions);
  }
};

TEST_F(Pitfalls, P1_TagsAreComparedAtFullLength) {
  const Buffer message = commit(alice).commit;
  const auto decoded = must(decode<Message>(message));
  for (size_t size = 0; size < 32; ++size) {
    Message shorter = decoded;
    std::get<PublicMessage>(shorter.body).membership_tag.resize(size);
    EXPECT_EQ(refused(bob, encode(shorter)), Fault::membership_tag_invalid) << size;
    const Buffer cut = forged(alice, message, [&](AuthenticatedContent& content) {
      content.auth.confirmation_tag.resize(size);
    });
    EXPECT_EQ(refused(bob, cut),
              size == 0 ? Fault::confirmation_tag_missing : Fault::confirmation_tag_invalid);
  }
}

TEST_F(Pitfalls, P2_NoPrefixOfAMessageIsTakenOrReadPast) {
  OwnKeyPackage own = key_package("new");
  const NewEpoch epoch = commit(alice, {{Add{own.package}}}, true);
  for (size_t size = 0; size < epoch.commit.size(); ++size)
    EXPECT_TRUE(refused(bob, Bytes(epoch.commit).first(size)));
  const Buffer sealed = must(alice.protect(as_bytes("hello"), {}, random));
  for (size_t size = 0; size < sealed.size(); ++size)
    EXPECT_TRUE(refused(bob, Bytes(sealed).first(size)));
  for (size_t size = 0; size < epoch.welcome->size(); size += 3)
    EXPECT_FALSE(
        Group::join(Bytes(*epoch.welcome).first(size), own.clone(), std::nullopt, environment()));
}

TEST_F(Pitfalls, P2_NoByteOfAMessageCanBeChanged) {
  const Buffer sent = commit(alice, {add_of("new")}, true).commit;
  for (size_t at = 0; at < sent.size(); ++at) {
    Buffer changed = sent;
    changed[at] ^= static_cast<uint8_t>(1u << at % 8);
    EXPECT_TRUE(refused(bob, changed)) << at;
  }
  EXPECT_EQ(refused(bob, sent), std::nullopt);
}

TEST_F(Pitfalls, P3_NothingStandsBehindTheContentOfAKnownExtension) {
  Buffer required = encode(RequiredCapabilities{});
  Buffer senders = alice.context().extensions.front().data;
  for (Buffer* const data : {&required, &senders}) data->push_back(0);
  EXPECT_EQ(refused({{GroupContextExtensions{{{ExtensionType::required_capabilities, required}}}}}),
            Fault::group_extension_malformed);
  EXPECT_EQ(refused({{GroupContextExtensions{{{ExtensionType::external_senders, senders}}}}}),
            Fault::group_extension_malformed);
  for (const size_t extension : {size_t{0}, size_t{1}})  // the tree, the external key
    EXPECT_TRUE(join_external(
        group_info([&](GroupInfo& info) { info.extensions[extension].data.push_back(0); })));
}

TEST_F(Pitfalls, P7_TheTreeIsTrimmedAfterRemovesAndBeforeAdds) {
  OwnKeyPackage five = key_package("4");
  NewEpoch grown = commit(alice, {{Add{five.package}}});
  Group erin = must(Group::join(*grown.welcome, std::move(five), std::nullopt, environment()));
  adopt(members, 0, std::move(grown));
  members.push_back(std::move(erin));
  ASSERT_EQ(members[0].tree().size().leaves(), 8u);

  OwnKeyPackage own = key_package("new");
  NewEpoch epoch = commit(members[0], {{Remove{4}}, {Add{own.package}}});
  EXPECT_EQ(epoch.added, (std::vector{LeafIndex{4}}));
  Group joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
  adopt(members, 0, std::move(epoch));
  members.push_back(std::move(joined));
  expect_agreement(members);
  commit_and_adopt(members, 1, {{Remove{4}}, {Remove{3}}});
  EXPECT_EQ(members[0].tree().size().leaves(), 4u);
  expect_agreement(members);
}

TEST_F(Pitfalls, P9_ParentHashesHoldBesideAnEmptyLeftSubtree) {
  adopt(members, 3, commit(members[3], {{Remove{0}}, {Remove{1}}}));
  ASSERT_EQ(members.size(), 2u);
  commit_and_adopt(members, 0);
  EXPECT_TRUE(members[0].tree().validate());
  EXPECT_TRUE(Group::join_external(members[0].group_info(true), newcomer("new"), {}, std::nullopt,
                                   environment(), random));
  expect_agreement(members);
}

TEST_F(Pitfalls, P10_TheMemberAtLeafZeroCanUpdate) {
  const Buffer before = alice.tree().leaf({0})->encryption_key;
  tell(members, 0, must(alice.propose_update({}, {}, environment(), random)));
  NewEpoch epoch = commit(bob);
  EXPECT_EQ(epoch.updated, (std::vector{LeafIndex{0}}));
  adopt(members, 1, std::move(epoch));
  EXPECT_NE(alice.tree().leaf({0})->encryption_key, before);
  expect_agreement(members);
}

TEST_F(Pitfalls, P10_TheNewAreLeftOutOfThePath) {
  const auto secrets = [&](const Buffer& message) {
    size_t count = 0;
    const AuthenticatedContent content = content_of(message);
    for (const UpdatePathNode& node : std::get<Commit>(content.content.body).path->nodes)
      count += node.encrypted_path_secrets.size();
    return count;
  };
  const size_t without = secrets(commit(alice).commit);
  EXPECT_EQ(secrets(commit(alice, {add_of("new")}, true).commit), without);
}

TEST_F(Pitfalls, P10_ReplacingNobodyIsRefused) {
  rules.external_remove = ExternalRemove::allowed;
  ExternalJoinOptions options;
  options.replaces = LeafIndex{2};
  const Buffer message = external_commit(
      [](Commit& commit) { commit.proposals.back() = {Proposal{Remove{5}}}; }, options);
  EXPECT_EQ(refused(bob, message), Fault::remove_blank_leaf);
}

TEST_F(Pitfalls, P10_NewExtensionsJudgeTheAddsOfTheirCommit) {
  const Extensions demanding{{ExtensionType::required_capabilities,
                              encode(RequiredCapabilities{{known_extension}, {}, {}})}};
  commit_and_adopt(members, 0, {{GroupContextExtensions{demanding}}});
  const Proposal modest =
      add_of("new", [](KeyPackage& kp) { kp.leaf.capabilities.extensions.clear(); });
  EXPECT_EQ(refused({modest}), Fault::leaf_lacks_required_capability);
  commit_and_adopt(members, 0, {{GroupContextExtensions{}}, modest});
  expect_agreement(members);
  EXPECT_EQ(refused({{GroupContextExtensions{demanding}}}), Fault::leaf_lacks_required_capability);
}

TEST_F(Pitfalls, P11_AnExternalCommitIsSignedForTheContextItFound) {
  const AuthenticatedContent content = content_of(external_commit([](Commit&) {}));
  const Buffer& key = std::get<Commit>(content.content.body).path->leaf.signature_key;
  EXPECT_TRUE(content.verify_signature(suite, key, alice.context()));
  GroupContext other = alice.context();
  other.tree_hash[0] ^= 1;
  EXPECT_FALSE(content.verify_signature(suite, key, other));
}

TEST_F(Pitfalls, P11_PathSecretsAreSealedUnderTheContextThatBegins) {
  const Extensions extensions{
      {ExtensionType::required_capabilities, encode(RequiredCapabilities{})}};
  const NewEpoch epoch = commit(alice, {{GroupContextExtensions{extensions}}});
  const AuthenticatedContent content = content_of(epoch.commit);
  const UpdatePath& path = *std::get<Commit>(content.content.body).path;
  const HpkeCiphertext& for_bob = path.nodes[0].encrypted_path_secrets[0];
  const auto opened = [&](const GroupContext& context) {
    return suite.decrypt_with_label(GroupPeek::path_keys(bob).leaf(), "UpdatePathNode",
                                    encode(context), for_bob);
  };
  EXPECT_FALSE(opened(alice.context()));
  EXPECT_FALSE(opened(epoch.group->context()));  // the transcript comes after the path
  EXPECT_TRUE(opened(provisional(alice, *epoch.group)));
  // What is signed is still in the old context.
  EXPECT_TRUE(
      content.verify_signature(suite, GroupPeek::signer(alice).public_key, alice.context()));
  EXPECT_FALSE(content.verify_signature(suite, GroupPeek::signer(alice).public_key,
                                        provisional(alice, *epoch.group)));
}

// Section 16.12: alice's path has secrets for carol and dave that fit, and another for bob.
TEST_F(Pitfalls, P13_WhoIsLockedOutByAPathKnowsAndComesBack) {
  RatchetTree tree = alice.tree();
  const PathBuilder builder(tree, alice.self(), *tree.leaf(alice.self()), GroupPeek::signer(alice),
                            alice.context().group_id, random);
  const GroupContext next = provisional_context(alice.context(), tree, alice.context().extensions);
  UpdatePath path = must(builder.encrypt(tree, next, {}, random));
  path.nodes[0].encrypted_path_secrets[0] = must(suite.encrypt_with_label(
      tree.leaf({1})->encryption_key, "UpdatePathNode", encode(next), Buffer(32, 1), random));
  AuthenticatedContent message = content_of(said_by(alice, Commit{{}, std::move(path)}));
  seal_commit(
      alice.state(), GroupPeek::signer(alice), message,
      {tree, next, GroupPeek::secrets(alice).init.clone(), builder.commit_secret().clone(), {}});
  const Buffer sent = encode_message(
      protect_public(suite, message, alice.context(), GroupPeek::secrets(alice).membership_key));

  EXPECT_EQ(refused(bob, sent), Fault::path_key_mismatch);
  carol = std::move(*receive_commit(carol, sent).group);
  dave = std::move(*receive_commit(dave, sent).group);
  rules.external_remove = ExternalRemove::allowed;
  ExternalJoinOptions options;
  options.replaces = bob.self();
  NewEpoch back = must(Group::join_external(carol.group_info(true), newcomer("1"), options,
                                            std::nullopt, environment(), random));
  std::vector<Group> together;
  together.push_back(std::move(*receive_commit(carol, back.commit).group));
  together.push_back(std::move(*receive_commit(dave, back.commit).group));
  together.push_back(std::move(*back.group));
  expect_agreement(together);
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST_F(Pitfalls, P14_ProposalsThatCantStandTogetherCostALookAtEach) {
  // Every second one brings the encryption key of the one before: half of them can be committed.
  constexpr size_t pairs = 20;
  for (size_t i = 0; i < pairs; ++i) {
    Buffer key;
    for (const char* const name : {"one", "two"}) {
      const Proposal add = add_of(name + std::to_string(i), [&](KeyPackage& package) {
        if (key.empty()) key = package.leaf.encryption_key;
        package.leaf.encryption_key = key;
      });
      tell(members, 1, must(members[1].propose(add, {}, environment(), random)));
    }
  }
  policy.asked.clear();
  NewEpoch epoch = commit(members[0]);
  EXPECT_EQ(epoch.added.size(), pairs);
  // All at once, each alone, and those that are left once more.
  EXPECT_LE(policy.asked.size(), 3 * 2 * pairs);
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
}

TEST_F(Pitfalls, P17_SecretsAreNeitherPrintedNorCopiedNorLeftBehind) {
  static_assert(!Printable<Secret> && !Printable<SignatureKeys> && !Printable<EpochSecrets>);
  static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
  static_assert(!std::is_copy_constructible_v<Group>);
  static_assert(!std::is_convertible_v<Secret, Bytes>);
  Secret from(Buffer(32, 9));
  const Bytes memory = Bytes(reinterpret_cast<const uint8_t*>(&from), sizeof(from));
  const Secret to = std::move(from);
  EXPECT_EQ(to.size(), 32u);
  EXPECT_TRUE(std::ranges::all_of(memory, [](uint8_t byte) { return byte == 0; }));
}

TEST(Pitfall, P18_EverySecretComesFromTheGivenRandomness) {
  const auto made_from = [](uint64_t seed) {
    World world;
    world.random = SeededRandom(seed);
    std::vector<Group> members = world.group_of(2);
    return members[0].save();
  };
  EXPECT_TRUE(equal(made_from(1).expose(), made_from(1).expose()));
  EXPECT_FALSE(equal(made_from(1).expose(), made_from(2).expose()));
}

}  // namespace
}  // namespace vicino::mls
