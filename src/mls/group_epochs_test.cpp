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

// By value and by reference, in one's own commit and another's, with or without secrets: the same.
TEST_F(GroupEpochs, ACommitSaysWhoProposedWhat) {
  Follower follower =
      must(Follower::begin(members[0].group_info(true), std::nullopt, environment()));
  const Buffer removal = must(members[1].propose({Remove{3}}, {}, environment(), random));
  tell(members, 1, removal);
  must(follower.receive(removal, environment()));
  const Proposal add = add_of("new");
  const NewEpoch own = commit(members[0], {add});
  const std::vector<SentProposal> expected{{{Remove{3}}, Sender::member({1}), true},
                                           {add, Sender::member({0}), false}};
  EXPECT_EQ(own.proposals, expected);
  EXPECT_EQ(receive_commit(members[2], own.commit).proposals, expected);
  EXPECT_EQ(receive_commit(members[3], own.commit).proposals, expected);  // who is removed
  auto followed = must(follower.receive(own.commit, environment()));
  EXPECT_EQ(std::get<std::unique_ptr<Follower::NextEpoch>>(followed)->proposals, expected);
}

TEST_F(GroupEpochs, AnExternalCommitsProposalsAreTheJoiners) {
  const NewEpoch joined = must(Group::join_external(members[0].group_info(true), newcomer("x"), {},
                                                    std::nullopt, environment(), random));
  const NewEpoch seen = receive_commit(members[1], joined.commit);
  ASSERT_EQ(seen.proposals.size(), 1u);
  EXPECT_EQ(seen.proposals[0].proposal.type(), ProposalType::external_init);
  EXPECT_EQ(seen.proposals[0].sender, (Sender{SenderType::new_member_commit, 0}));
  EXPECT_EQ(seen.proposals, joined.proposals);
}

// What a server does that follows: it keeps the tree, members don't send it.
TEST_F(GroupEpochs, TheTreeComesFromAFollower) {
  const Buffer info = members[0].group_info(false);
  EXPECT_EQ(fault_of(Follower::begin(info, std::nullopt, environment())),
            Fault::ratchet_tree_missing);
  Follower follower = must(Follower::begin(info, members[1].tree().serialize(), environment()));
  OwnKeyPackage own = key_package("new");
  CommitOptions options;
  options.proposals = {{Add{own.package}}};
  options.tree_in_welcome = false;
  NewEpoch epoch = commit(members[0], std::move(options));
  auto followed = must(follower.receive(epoch.commit, environment()));
  follower = std::move(std::get<std::unique_ptr<Follower::NextEpoch>>(followed)->next);
  const Buffer welcome = *epoch.welcome;
  adopt(members, 0, std::move(epoch));
  members.push_back(
      must(Group::join(welcome, std::move(own), follower.state().tree.serialize(), environment())));
  expect_agreement(members);

  NewEpoch joined =
      must(Group::join_external(members[4].group_info(false), newcomer("x"), {},
                                follower.state().tree.serialize(), environment(), random));
  for (Group& member : members) member = std::move(*receive_commit(member, joined.commit).group);
  members.push_back(std::move(*joined.group));
  expect_agreement(members);
}

// After a loss of state: the same person with the same key takes the place of the old leaf.
TEST_F(GroupEpochs, AMemberReplacesItselfFromOutsideWithTheSameKey) {
  rules.external_remove = ExternalRemove::allowed;
  policy.answer = [](const CredentialCheck& check) {
    return !check.previous || (check.previous->credential == check.credential &&
                               equal(check.previous->signature_key, check.signature_key));
  };
  Follower follower =
      must(Follower::begin(members[0].group_info(true), std::nullopt, environment()));
  ExternalJoinOptions options;
  options.replaces = members[2].self();
  NewMember again{leaf("2"), GroupPeek::signer(members[2]).clone()};
  NewEpoch joined = must(Group::join_external(members[0].group_info(true), std::move(again),
                                              options, std::nullopt, environment(), random));
  EXPECT_EQ(joined.removed, (std::vector{LeafIndex{2}}));
  auto followed = must(follower.receive(joined.commit, environment()));
  follower = std::move(std::get<std::unique_ptr<Follower::NextEpoch>>(followed)->next);
  EXPECT_FALSE(receive_commit(members[2], joined.commit).group);
  for (const size_t i : {size_t{0}, size_t{1}, size_t{3}})
    members[i] = std::move(*receive_commit(members[i], joined.commit).group);
  members[2] = std::move(*joined.group);
  expect_agreement(members);
  EXPECT_EQ(follower.state(), members[0].state());
  EXPECT_EQ(members[2].tree().leaf(members[2].self())->signature_key,
            GroupPeek::signer(members[2]).public_key);
  commit_and_adopt(members, 2);
  expect_agreement(members);
}

TEST_F(GroupEpochs, ACommitHoldsEverythingAtOnce) {
  psks.externals[bytes_of("tea")] = bytes_of("pot");
  const Extensions extensions{{known_extension, {1}}};
  OwnKeyPackage five = key_package("5"), six = key_package("6");
  NewEpoch epoch = commit(members[0], {{Add{five.package}},
                                       {Remove{1}},
                                       {GroupContextExtensions{extensions}},
                                       {PreSharedKey{external_psk("tea")}},
                                       {Remove{3}},
                                       {Add{six.package}}});
  EXPECT_EQ(epoch.removed, (std::vector{LeafIndex{1}, LeafIndex{3}}));
  EXPECT_EQ(epoch.added, (std::vector{LeafIndex{1}, LeafIndex{3}}));
  EXPECT_EQ(epoch.proposals.size(), 6u);
  const Buffer welcome = *epoch.welcome;
  adopt(members, 0, std::move(epoch));
  ASSERT_EQ(members.size(), 2u);
  for (OwnKeyPackage* const own : {&five, &six})
    members.push_back(must(Group::join(welcome, std::move(*own), std::nullopt, environment())));
  expect_agreement(members);
  EXPECT_EQ(members[3].context().extensions, extensions);
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
