// Between epochs: late messages, commits that lose, states that are saved, followers.
#include "mls/follower.h"
#include "mls/group_fixture.h"

namespace vicino::mls {
namespace {

class GroupEpochs : public World, public ::testing::Test {
 protected:
  std::vector<Group> members = group_of(4);

  Buffer say(size_t sender) { return must(members[sender].protect(as_bytes("late"), {}, random)); }
  std::optional<Fault> hears(size_t receiver, const Buffer& message) {
    return fault_of(members[receiver].receive(message, environment()));
  }
};

void expect_same(const SecretBuffer& a, const SecretBuffer& b) {
  EXPECT_TRUE(equal(a.expose(), b.expose()));
}

TEST_F(GroupEpochs, LateMessagesAreReadForSomeEpochs) {
  std::vector<Buffer> late;
  for (int i = 0; i < 5; ++i) {
    late.push_back(say(1));
    commit_and_adopt(members, 0);
  }
  EXPECT_EQ(hears(2, late[0]), Fault::epoch_too_old);
  EXPECT_EQ(hears(2, late[1]), Fault::epoch_too_old);
  for (size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(hears(2, late[i]), std::nullopt);
    EXPECT_EQ(hears(2, late[i]), Fault::generation_consumed);
  }
  EXPECT_EQ(hears(1, late[4]), Fault::generation_consumed);  // one's own
}

TEST_F(GroupEpochs, NoPastEpochsNoLateMessages) {
  rules.past_epochs = 0;
  const Buffer late = say(1);
  commit_and_adopt(members, 0);
  EXPECT_EQ(hears(2, late), Fault::epoch_too_old);
}

TEST_F(GroupEpochs, LateHandshakeMessagesAreRefused) {
  const SendOptions privately{WireFormat::private_message, {}, 0};
  const Buffer late = must(members[1].propose({Remove{3}}, privately, environment(), random));
  const Buffer open = must(members[1].propose({Remove{3}}, {}, environment(), random));
  commit_and_adopt(members, 0);
  EXPECT_EQ(hears(2, late), Fault::wrong_epoch);
  EXPECT_EQ(hears(2, open), Fault::wrong_epoch);
}

TEST_F(GroupEpochs, MessagesOfALaterEpochAreRefused) {
  NewEpoch epoch = commit(members[0]);
  const Buffer early = must(epoch.group->protect(as_bytes("early"), {}, random));
  EXPECT_EQ(hears(1, early), Fault::wrong_epoch);
  adopt(members, 0, std::move(epoch));
  EXPECT_EQ(hears(1, early), std::nullopt);
}

TEST_F(GroupEpochs, P5_LateMessagesAreJudgedByTheTreeOfTheirEpoch) {
  const Buffer from_removed = say(3);
  const Buffer from_old_key = say(1);
  // Leaf 3 gets another member, leaf 1 another signature key.
  commit_and_adopt(members, 0, {{Remove{3}}});
  OwnKeyPackage own = key_package("new");
  NewEpoch epoch = commit(members[0], {{Add{own.package}}});
  Group joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
  adopt(members, 0, std::move(epoch));
  members.push_back(std::move(joined));
  CommitOptions options;
  options.signature_keys = suite.random_signature_keys(random);
  adopt(members, 1, commit(members[1], std::move(options)));
  EXPECT_EQ(hears(0, from_removed), std::nullopt);
  EXPECT_EQ(hears(0, from_old_key), std::nullopt);
  EXPECT_EQ(hears(3, from_old_key), Fault::epoch_too_old);  // from before it joined
}

TEST_F(GroupEpochs, P5_TodaysKeyDoesNotSignForAPastEpoch) {
  const Group then = members[1].clone();
  CommitOptions options;
  options.signature_keys = suite.random_signature_keys(random);
  adopt(members, 1, commit(members[1], std::move(options)));
  AuthenticatedContent content;
  content.wire_format = WireFormat::private_message;
  content.content = {then.context().group_id, then.context().epoch, Sender::member({1}), {}, {}};
  content.content.body = bytes_of("late");
  content.sign(suite, GroupPeek::signer(members[1]), then.context());
  Group sender = then.clone();
  const PrivateSecrets secrets{suite, GroupPeek::secrets(then).sender_data, then.tree().size()};
  const Buffer message =
      encode_message(must(protect_private(secrets, content, GroupPeek::keys(sender), 0, random)));
  const SecretBuffer before = members[0].save();
  EXPECT_EQ(hears(0, message), Fault::signature_invalid);
  expect_same(before, members[0].save());
}

TEST_F(GroupEpochs, P14_MakingACommitChangesNothing) {
  const SecretBuffer before = members[0].save();
  OwnKeyPackage own = key_package("new");
  const NewEpoch dropped = commit(members[0], {{Add{own.package}}}, true);
  expect_same(before, members[0].save());
  // Until it is adopted, the old state sends, receives and commits as ever.
  EXPECT_EQ(hears(1, say(0)), std::nullopt);
  EXPECT_EQ(hears(0, say(1)), std::nullopt);
  commit_and_adopt(members, 0);
  expect_agreement(members);
}

TEST_F(GroupEpochs, ReceivingACommitChangesNothingUntilItIsAdopted) {
  const NewEpoch epoch = commit(members[0]);
  const SecretBuffer before = members[1].save();
  const NewEpoch seen = receive_commit(members[1], epoch.commit);
  expect_same(before, members[1].save());
  EXPECT_EQ(hears(1, say(2)), std::nullopt);
}

TEST_F(GroupEpochs, TheLoserOfTwoCommitsFollowsTheWinner) {
  NewEpoch winner = commit(members[0], {{Remove{3}}});
  const NewEpoch loser = commit(members[1], {}, true);
  adopt(members, 0, std::move(winner));
  expect_agreement(members);
  EXPECT_EQ(hears(0, loser.commit), Fault::wrong_epoch);
  commit_and_adopt(members, 1);
  expect_agreement(members);
}

TEST_F(GroupEpochs, P14_WaitingProposalsKeepNobodyFromCommitting) {
  // Two changes of one leaf stand against each other, nobody has the capability that is asked for,
  // and the committer doesn't have the PSK.
  tell(members, 1, must(members[1].propose({Remove{2}}, {}, environment(), random)));
  tell(members, 2, must(members[2].propose_update({}, {}, environment(), random)));
  const auto extensions = [](uint16_t proposal) {
    return Extensions{
        {ExtensionType::required_capabilities,
         encode(RequiredCapabilities{{}, {static_cast<ProposalType>(proposal)}, {}})}};
  };
  tell(members, 1,
       must(members[1].propose({GroupContextExtensions{extensions(0xf0f0)}}, {}, environment(),
                               random)));
  tell(members, 1,
       must(members[1].propose({PreSharedKey{external_psk("tea")}}, {}, environment(), random)));
  NewEpoch epoch = commit(members[0]);
  EXPECT_EQ(epoch.removed, (std::vector{LeafIndex{2}}));
  adopt(members, 0, std::move(epoch));
  expect_agreement(members);
}

TEST_F(GroupEpochs, ASavedStateIsTheSameAfterLoading) {
  // Something of everything: pending proposals, own updates, skipped keys, past epochs.
  commit_and_adopt(members, 2);
  tell(members, 1, must(members[1].propose_update({}, {}, environment(), random)));
  tell(members, 0, must(members[0].propose({Remove{3}}, {}, environment(), random)));
  say(2);
  EXPECT_EQ(hears(1, say(2)), std::nullopt);
  for (Group& member : members) {
    const SecretBuffer saved = member.save();
    Group loaded = must(Group::load(saved.expose()));
    expect_same(saved, loaded.save());
    EXPECT_EQ(loaded.state(), member.state());
    EXPECT_EQ(loaded.self(), member.self());
    member = std::move(loaded);
  }
  commit_and_adopt(members, 0);
  expect_agreement(members);
}

TEST_F(GroupEpochs, NoStateIsLoadedFromPartOfOne) {
  const SecretBuffer saved = members[0].save();
  const Bytes all = saved.expose();
  for (size_t size = 0; size < all.size(); size += 13)
    EXPECT_EQ(fault_of(Group::load(all.first(size))), Fault::state_invalid) << size;
  Buffer longer(all.begin(), all.end());
  longer.push_back(0);
  EXPECT_EQ(fault_of(Group::load(longer)), Fault::state_invalid);
  longer.pop_back();
  longer[0] ^= 1;
  EXPECT_EQ(fault_of(Group::load(longer)), Fault::state_invalid);
}

TEST_F(GroupEpochs, RestoredFromABackupNoNonceRepeats) {
  Group backup = members[1].clone();
  const auto sealed = [&](Group& group) {
    const Buffer message = must(group.protect(as_bytes("same"), {}, random));
    return std::get<PrivateMessage>(must(decode<Message>(message)).body).ciphertext;
  };
  // The same key and plaintext: the reuse guard makes it another nonce.
  EXPECT_NE(sealed(members[1]), sealed(backup));
}

// One step of a long walk: whatever is possible in this epoch, chosen by `random`.
class Walk : public GroupEpochs {
 protected:
  Buffer begin_ = members[0].group_info(true);
  Follower follower = must(Follower::begin(begin_, std::nullopt, environment()));

  size_t any() { return random.u32() % members.size(); }
  void propose(size_t sender, const Buffer& message) {
    tell(members, sender, message);
    must(follower.receive(message, environment()));
  }
  void propose_something() {
    const size_t sender = any();
    switch (random.u32() % 3) {
      case 0:
        return propose(sender, must(members[sender].propose_update({}, {}, environment(), random)));
      case 1: {
        if (members.size() < 3) return;
        const uint32_t leaf = members[any()].self().value;
        return propose(sender,
                       must(members[sender].propose({Remove{leaf}}, {}, environment(), random)));
      }
      default:
        // Nobody takes this invitation up: the new leaf stays silent.
        return propose(sender,
                       must(members[sender].propose(add_of("silent"), {}, environment(), random)));
    }
  }
  void follow(const Buffer& message) {
    auto received = must(follower.receive(message, environment()));
    auto& next = std::get<std::unique_ptr<Follower::NextEpoch>>(received);
    follower = std::move(next->next);
  }
  void commit_something() {
    const size_t committer = any();
    std::vector<Proposal> proposals;
    OwnKeyPackage own = key_package("new");
    const bool adds = members.size() < 8;
    if (adds) proposals.push_back({Add{own.package}});
    NewEpoch epoch = commit(members[committer], std::move(proposals), random.u32() % 2 == 0);
    std::optional<Group> joined;
    if (adds)
      joined = must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment()));
    follow(epoch.commit);
    adopt(members, committer, std::move(epoch));
    if (joined) members.push_back(std::move(*joined));
  }
  void join_from_outside() {
    NewEpoch joined = must(Group::join_external(members[any()].group_info(true), newcomer("x"), {},
                                                std::nullopt, environment(), random));
    follow(joined.commit);
    for (Group& member : members) member = std::move(*receive_commit(member, joined.commit).group);
    members.push_back(std::move(*joined.group));
  }
};

TEST_F(Walk, MembersAndAFollowerStayTogether) {
  for (int step = 0; step < 40; ++step) {
    for (uint32_t i = random.u32() % 4; i > 0; --i) propose_something();
    random.u32() % 8 == 0 ? join_from_outside() : commit_something();
    ASSERT_EQ(follower.state(), members.front().state()) << step;
    expect_agreement(members);
    ASSERT_FALSE(HasFailure()) << step;
    ASSERT_TRUE(members.front().tree().validate()) << step;
  }
}

TEST_F(Walk, AFollowerRefusesWithoutChanging) {
  const PublicState before = follower.state();
  const NewEpoch epoch = commit(members[0]);
  const Buffer bad = forged(members[0], epoch.commit, [](AuthenticatedContent& content) {
    std::get<Commit>(content.content.body).path->nodes.pop_back();
  });
  EXPECT_EQ(fault_of(follower.receive(bad, environment())), Fault::path_length_wrong);
  EXPECT_EQ(fault_of(follower.receive(say(1), environment())), Fault::wrong_wire_format);
  EXPECT_EQ(fault_of(follower.receive(said_by(members[0], bytes_of("x")), environment())),
            Fault::application_message_not_encrypted);
  const auto refuses = [&](void (*change)(AuthenticatedContent&)) {
    return fault_of(follower.receive(forged(members[0], epoch.commit, change), environment()));
  };
  EXPECT_EQ(refuses([](AuthenticatedContent& m) { ++m.content.epoch; }), Fault::wrong_epoch);
  EXPECT_EQ(refuses([](AuthenticatedContent& m) { --m.content.epoch; }), Fault::wrong_epoch);
  EXPECT_EQ(refuses([](AuthenticatedContent& m) { m.content.group_id.clear(); }),
            Fault::wrong_group);
  EXPECT_EQ(refuses([](AuthenticatedContent& m) { m.content.sender.index = 1; }),
            Fault::signature_invalid);
  EXPECT_EQ(follower.state(), before);
  follow(epoch.commit);
  EXPECT_EQ(follower.state(), epoch.group->state());
}

}  // namespace
}  // namespace vicino::mls
