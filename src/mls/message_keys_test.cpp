// How far the ratchets of message keys can be driven, and what they forget.
#include <set>

#include "mls/group_fixture.h"

namespace vicino::mls {
namespace {

const Suite& suite = *Suite::find(CipherSuite::x25519_aes128gcm_sha256_ed25519);
constexpr RatchetBounds bounds;

Ratchet ratchet() {
  return Ratchet(Secret(Buffer(32, 5)));
}

// The key of a generation, as the sender has it.
Buffer key_of(uint32_t generation) {
  Ratchet sender = ratchet();
  while (sender.next_generation() < generation) must(sender.next(suite));
  const auto next = must(sender.next(suite));
  const Bytes key = next.second.key.expose();
  return {key.begin(), key.end()};
}

TEST(Ratchet, FindsWhatTheSenderUsed) {
  for (const uint32_t generation : {0u, 1u, 63u, 999u, 1000u}) {
    const auto found = must(ratchet().find(suite, generation, bounds));
    EXPECT_TRUE(equal(found.key.key.expose(), key_of(generation)));
    EXPECT_EQ(found.after.next_generation(), generation + 1);
  }
}

TEST(Ratchet, GoesSoFarAheadAndNoFarther) {
  EXPECT_TRUE(ratchet().find(suite, 1000, bounds));
  EXPECT_EQ(fault_of(ratchet().find(suite, 1001, bounds)), Fault::generation_too_far);
}

TEST(Ratchet, P8_TheLastGenerationIsRefusedWithoutWork) {
  // Even where the bound would let it through, four thousand million steps would not.
  const RatchetBounds boundless{UINT32_MAX, 64};
  EXPECT_EQ(fault_of(ratchet().find(suite, UINT32_MAX, boundless)), Fault::generation_too_far);
  EXPECT_EQ(fault_of(ratchet().find(suite, UINT32_MAX, bounds)), Fault::generation_too_far);
  EXPECT_EQ(fault_of(ratchet().find(suite, UINT32_MAX - 1, bounds)), Fault::generation_too_far);
}

TEST(Ratchet, KeepsKeysOfOvertakenMessagesUpToABound) {
  Ratchet after = std::move(must(ratchet().find(suite, 200, bounds)).after);
  EXPECT_EQ(GroupPeek::kept_keys(after), 64u);
  EXPECT_EQ(fault_of(after.find(suite, 135, bounds)), Fault::generation_consumed);
  const auto oldest = must(after.find(suite, 136, bounds));
  EXPECT_TRUE(equal(oldest.key.key.expose(), key_of(136)));
  EXPECT_EQ(GroupPeek::kept_keys(oldest.after), 63u);
  // The window moves on with what arrives.
  const Ratchet later = std::move(must(after.find(suite, 220, bounds)).after);
  EXPECT_EQ(GroupPeek::kept_keys(later), 63u);  // 156 to 219, without 200
  EXPECT_EQ(fault_of(later.find(suite, 155, bounds)), Fault::generation_consumed);
  EXPECT_TRUE(later.find(suite, 156, bounds));
}

TEST(Ratchet, AKeyIsFoundOnce) {
  Ratchet receiver = ratchet();
  receiver = std::move(must(receiver.find(suite, 3, bounds)).after);
  EXPECT_EQ(fault_of(receiver.find(suite, 3, bounds)), Fault::generation_consumed);
  receiver = std::move(must(receiver.find(suite, 1, bounds)).after);
  EXPECT_EQ(fault_of(receiver.find(suite, 1, bounds)), Fault::generation_consumed);
  EXPECT_TRUE(receiver.find(suite, 0, bounds));
}

TEST(Ratchet, LookingChangesNothing) {
  const Ratchet receiver = ratchet();
  must(receiver.find(suite, 7, bounds));
  EXPECT_EQ(receiver.next_generation(), 0u);
  EXPECT_TRUE(receiver.find(suite, 0, bounds));
}

TEST(Ratchet, TheLastGenerationIsNeverSent) {
  Ratchet sender = ratchet();
  GroupPeek::set_next(sender, UINT32_MAX - 1);
  EXPECT_EQ(must(sender.next(suite)).first, UINT32_MAX - 1);
  EXPECT_EQ(fault_of(sender.next(suite)), Fault::generations_exhausted);
  EXPECT_EQ(fault_of(sender.next(suite)), Fault::generations_exhausted);
}

TEST(SecretTree, EveryLeafAndTypeHasItsOwnKeys) {
  const TreeSize size = *TreeSize::for_leaves(8);
  SecretTree tree(Secret(Buffer(32, 6)), size);
  std::set<Buffer> keys;
  for (uint32_t leaf = 0; leaf < 8; ++leaf)
    for (const auto type : {RatchetType::handshake, RatchetType::application}) {
      const auto key = must(tree.find(suite, {leaf}, type, 0, bounds)).found.key.key.clone();
      keys.insert(Buffer(key.expose().begin(), key.expose().end()));
    }
  EXPECT_EQ(keys.size(), 16u);
  EXPECT_EQ(fault_of(tree.find(suite, {8}, RatchetType::application, 0, bounds)),
            Fault::sender_not_a_member);
  EXPECT_EQ(fault_of(tree.find(suite, {UINT32_MAX}, RatchetType::application, 0, bounds)),
            Fault::sender_not_a_member);
}

TEST(SecretTree, TheOrderOfFirstUseDoesNotMatter) {
  const TreeSize size = *TreeSize::for_leaves(8);
  SecretTree rising(Secret(Buffer(32, 6)), size), falling(Secret(Buffer(32, 6)), size);
  std::map<uint32_t, Buffer> keys;
  for (uint32_t leaf = 0; leaf < 8; ++leaf) {
    const auto key = must(rising.next(suite, {leaf}, RatchetType::application)).second.key.clone();
    keys[leaf] = Buffer(key.expose().begin(), key.expose().end());
  }
  for (uint32_t leaf = 8; leaf-- > 0;) {
    const auto key = must(falling.next(suite, {leaf}, RatchetType::application)).second.key.clone();
    EXPECT_TRUE(equal(key.expose(), keys[leaf]));
  }
}

TEST(SecretTree, SecretsAboveAUsedLeafGiveWayToTheirOthersChildren) {
  SecretTree tree(Secret(Buffer(32, 6)), *TreeSize::for_leaves(4));
  EXPECT_EQ(GroupPeek::secret_nodes(tree), (std::vector{NodeIndex{3}}));
  must(tree.next(suite, {0}, RatchetType::handshake));
  EXPECT_EQ(GroupPeek::secret_nodes(tree), (std::vector{NodeIndex{2}, NodeIndex{5}}));
  must(tree.next(suite, {3}, RatchetType::handshake));
  EXPECT_EQ(GroupPeek::secret_nodes(tree), (std::vector{NodeIndex{2}, NodeIndex{4}}));
  must(tree.next(suite, {3}, RatchetType::application));
  EXPECT_EQ(GroupPeek::secret_nodes(tree), (std::vector{NodeIndex{2}, NodeIndex{4}}));
}

class ForwardSecrecy : public World, public ::testing::Test {
 protected:
  std::vector<Group> members = group_of(3);

  // The key and nonce that the next message of `sender` will be sealed with.
  MessageKey next_key(size_t sender) {
    const Group& group = members[sender];
    auto opening = must(GroupPeek::keys(members[sender])
                            .find(group.suite(), group.self(), RatchetType::application,
                                  sent_[sender]++, rules.ratchet));
    return std::move(opening.found.key);
  }
  Buffer send(size_t sender) {
    return must(members[sender].protect(as_bytes("hello"), {}, random));
  }
  static bool holds(const Group& group, const Secret& key) {
    return contains(group.save().expose(), key.expose());
  }

 private:
  std::map<size_t, uint32_t> sent_;
};

TEST_F(ForwardSecrecy, AUsedKeyIsInNobodysState) {
  const MessageKey key = next_key(1);
  const Buffer message = send(1);
  must(members[0].receive(message, environment()));
  for (const size_t i : {size_t{0}, size_t{1}}) {
    EXPECT_FALSE(holds(members[i], key.key));
    EXPECT_FALSE(holds(members[i], key.nonce));
  }
  EXPECT_EQ(fault_of(members[0].receive(message, environment())), Fault::generation_consumed);
}

TEST_F(ForwardSecrecy, AnOvertakenMessagesKeyIsKeptUntilItArrives) {
  const MessageKey first = next_key(1);
  const Buffer overtaken = send(1);
  next_key(1);
  must(members[0].receive(send(1), environment()));
  EXPECT_TRUE(holds(members[0], first.key));
  must(members[0].receive(overtaken, environment()));
  EXPECT_FALSE(holds(members[0], first.key));
}

TEST_F(ForwardSecrecy, APrivateCommitsKeyIsNotKeptWithThePastEpoch) {
  const auto find = [&](const SecretTree& tree, RatchetType type) {
    return fault_of(tree.find(members[0].suite(), members[1].self(), type, 0, rules.ratchet));
  };
  const Buffer overtaken = send(1);
  CommitOptions options;
  options.send.wire_format = WireFormat::private_message;
  NewEpoch sent = commit(members[1], std::move(options));
  NewEpoch received = receive_commit(members[0], sent.commit);
  for (const Group* const next : {&*sent.group, &*received.group})
    EXPECT_EQ(find(GroupPeek::past_keys(*next), RatchetType::handshake),
              Fault::generation_consumed);
  // The state before could still go another way, and late messages of its epoch can still come.
  EXPECT_EQ(find(GroupPeek::keys(members[0]), RatchetType::handshake), std::nullopt);
  EXPECT_TRUE(received.group->receive(overtaken, environment()));
}

TEST_F(ForwardSecrecy, TheSecretsOfAnEpochGoWithIt) {
  const Secret init = GroupPeek::secrets(members[0]).init.clone();
  const Secret exporter = GroupPeek::secrets(members[0]).exporter.clone();
  const Secret leaf_key = GroupPeek::path_keys(members[0]).leaf().private_key.clone();
  for (const Secret* const secret : {&init, &exporter, &leaf_key})
    EXPECT_TRUE(holds(members[0], *secret));
  commit_and_adopt(members, 0);
  for (const Secret* const secret : {&init, &exporter, &leaf_key})
    EXPECT_FALSE(holds(members[0], *secret));
  for (const Secret* const secret : {&init, &exporter}) EXPECT_FALSE(holds(members[1], *secret));
}

TEST_F(ForwardSecrecy, WhatIsUsedOnceAtTheBeginningOfAnEpochIsNotKept) {
  for (const Group& member : members) {
    const EpochSecrets& secrets = GroupPeek::secrets(member);
    EXPECT_TRUE(secrets.joiner.empty());
    EXPECT_TRUE(secrets.welcome.empty());
    EXPECT_TRUE(secrets.encryption.empty());
  }
}

}  // namespace
}  // namespace vicino::mls
