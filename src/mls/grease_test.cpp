// RFC 9420 section 13.5: values that mean nothing yet keep their places, wherever new ones may come
// to stand one day.
#include "mls/follower.h"
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

class Grease : public Scene, public ::testing::Test {
 protected:
  static constexpr ExtensionType meaningless{0x3a3a};

  static void grease(Capabilities& can) {
    for (const uint16_t value : std::array<uint16_t, 3>{0x0a0a, 0x5a5a, 0xeaea}) {
      can.versions.insert(can.versions.begin(), ProtocolVersion{value});
      can.cipher_suites.insert(can.cipher_suites.begin(), CipherSuite{value});
      can.extensions.push_back(ExtensionType{value});
      can.proposals.push_back(ProposalType{value});
      can.credentials.insert(can.credentials.begin(), CredentialType{value});
    }
    can.extensions.push_back(meaningless);
  }
  static Extension filler() { return {meaningless, bytes_of("grease")}; }

  // The last one has just come in: it is like all others.
  void expect_ordinary() {
    ASSERT_EQ(members.size(), 5u);
    const LeafNode& leaf = *members[0].tree().leaf(members[4].self());
    EXPECT_EQ(leaf.extensions, Extensions{filler()});
    EXPECT_EQ(leaf.capabilities.proposals.size(), 3u);
    expect_agreement(members);
    tell(members, 4, must(members[4].protect(as_bytes("hello"), {}, random)));
    for (const size_t committer : {size_t{4}, size_t{0}}) commit_and_adopt(members, committer);
    expect_agreement(members);
    must(Group::load(members[4].save().expose()));
  }
};

TEST_F(Grease, AMemberWhoIsFullOfItIsAdded) {
  OwnKeyPackage own = key_package("new");
  grease(own.package.leaf.capabilities);
  own.package.leaf.extensions = {filler()};
  own.package.extensions = {filler()};
  own.package.leaf.sign(suite, own.signature_keys, {}, {});
  own.package.sign(suite, own.signature_keys);
  Follower follower = must(Follower::begin(alice.group_info(true), std::nullopt, environment()));
  NewEpoch epoch = commit(alice, {{Add{own.package}}});
  EXPECT_TRUE(follower.receive(epoch.commit, environment()));
  Group joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
  adopt(members, 0, std::move(epoch));
  members.push_back(std::move(joined));
  expect_ordinary();
}

TEST_F(Grease, SomebodyWhoIsFullOfItJoinsFromAGroupInfoWithIt) {
  const Buffer info = group_info([](GroupInfo& described) {
    described.extensions.insert(described.extensions.begin(), filler());
  });
  NewMember joiner = newcomer("new");
  grease(joiner.leaf.capabilities);
  joiner.leaf.extensions = {filler()};
  NewEpoch joined =
      must(Group::join_external(info, std::move(joiner), {}, std::nullopt, environment(), random));
  Follower follower = must(Follower::begin(info, std::nullopt, environment()));
  EXPECT_TRUE(follower.receive(joined.commit, environment()));
  for (Group& member : members) member = std::move(*receive_commit(member, joined.commit).group);
  members.push_back(std::move(*joined.group));
  expect_ordinary();
}

}  // namespace
}  // namespace vicino::mls
