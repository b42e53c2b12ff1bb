// The group's epochs: which commit counts, and what follows.
#include "server/calls_fixture.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, OfTwoCommitsTheFirstCounts) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  auto late = commit_of(b, std::vector<mls::Proposal>());
  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  EXPECT_TRUE(commit(b, std::move(late)));
  EXPECT_EQ(*b.refused, "wrong_epoch");
  EXPECT_FALSE(commit(b, std::vector<mls::Proposal>())) << "in the next epoch";
  EXPECT_EQ(a.group->state(), b.group->state());
  EXPECT_EQ(a.seen, b.seen);
}

TEST_F(CallsTest, ACommitIsItsSendersAndWhole) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  const uint64_t before = a.seen;
  const auto refused = [&](Client& by, auto change) {
    auto request = commit_of(a, std::vector<mls::Proposal>());
    change(request);
    EXPECT_TRUE(commit(by, std::move(request)));
    a.pending.reset();
  };
  refused(b, [](wire::CommitT&) {});
  refused(a, [](wire::CommitT& c) {
    c.commit.back() ^= 1;
    c.commit[c.commit.size() / 2] ^= 1;
  });
  refused(a, [](wire::CommitT& c) { c.commit = {1, 2, 3}; });
  refused(a, [](wire::CommitT& c) { c.group_info.back() ^= 1; });
  refused(a, [](wire::CommitT& c) { c.group_info = {1, 2, 3}; });
  refused(a, [](wire::CommitT& c) { c.group_info.resize(9000); });
  refused(a, [](wire::CommitT& c) { c.welcome = c.group_info; });
  refused(a, [](wire::CommitT& c) { c.token_hash.assign(32, 1); });
  refused(a, [&](wire::CommitT& c) { c.group_info = a.group->group_info(false); });
  refused(a, [&](wire::CommitT& c) { c.group_info = a.pending->group->group_info(true); });
  refused(a, [&](wire::CommitT& c) {
    c.commit = admission::must(
        a.group->clone().propose({mls::Remove{1}}, {}, world.environment(), world.random));
  });
  EXPECT_EQ(a.seen, before);
  EXPECT_EQ(b.seen, before);
  EXPECT_EQ(commit(a, std::vector<mls::Proposal>()), std::nullopt)
      << "nothing of all that was kept";
}

TEST_F(CallsTest, AWelcomeIsForThoseAdded) {
  start();
  Client& host = member(1);
  Client& second = person(2);
  Client& third = person(3);
  arrive(second);
  arrive(third);
  auto without = commit_of(host, adding(second));
  without.welcome.clear();
  EXPECT_TRUE(commit(host, std::move(without)));
  const auto others = commit_of(host, adding(third)).welcome;
  auto wrong = commit_of(host, adding(second));
  wrong.welcome = others;
  EXPECT_TRUE(commit(host, std::move(wrong)));
  auto both = adding(second);
  both.push_back({mls::Add{third.package.package}});
  EXPECT_FALSE(commit(host, std::move(both)));
  EXPECT_EQ(second.group->state(), third.group->state());
  EXPECT_EQ(last<wire::WelcomeT>(second)->seq, host.seen);
}

TEST_F(CallsTest, ARuleOfAdmissionRefusesACommit) {
  start();
  Client& host = member(1);
  Client& guest = member(2);
  EXPECT_TRUE(remove(guest, host));
  EXPECT_TRUE(change(guest, [](auto& c) { c.lobby = false; }));
  EXPECT_EQ(*guest.refused, "only hosts change the call context");
}

TEST_F(CallsTest, ACommitThatCannotBeWrittenDoesNotCount) {
  start();
  Client& host = member(1);
  groups.broken = true;
  EXPECT_TRUE(commit(host, std::vector<mls::Proposal>()));
  groups.broken = false;
  EXPECT_FALSE(commit(host, std::vector<mls::Proposal>()));
}

TEST_F(CallsTest, WhoIsRemovedIsCutOffFirst) {
  start();
  Client& host = member(1);
  Client& guest = member(2);
  Client& third = member(3);
  const uint32_t id = last<wire::JoinedT>(guest)->self;
  forget_messages();
  const size_t before = messages_delivered;
  EXPECT_FALSE(remove(host, guest));
  EXPECT_EQ(refusal(guest), Refusal::removed);
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(last_command<sfu::RemoveParticipant>()->id.value, id);
  EXPECT_EQ(messages_before_commands, before) << "before anybody hears of it";
  EXPECT_FALSE(last<wire::HandshakeT>(guest));
  ASSERT_TRUE(last<wire::ParticipantLeftT>(third));
  EXPECT_EQ(last<wire::ParticipantLeftT>(third)->id, id);
  EXPECT_EQ(host.group->state(), third.group->state());
  advance(seconds(3600));
  EXPECT_EQ(calls->counts().participants, 2u);
  come_back(guest);
  EXPECT_EQ(refusal(guest), Refusal::not_a_member);
}

TEST_F(CallsTest, ARenewedLinkIsTheRooms) {
  start();
  Client& host = member(1);
  Client& guest = member(2);
  Client& waiting = person(3);
  arrive(waiting);
  const Buffer token(32, 7);
  const auto hash = crypto::sha256(token);
  const auto renewal = [&] {
    auto context = admission::context_of(*host.group);
    context.earlier.push_back({context.link_id, Buffer(44, 1)});
    context.link_id = link_id_of(token);
    return commit_of(host, {world.change(*host.group, context)});
  };
  EXPECT_TRUE(commit(host, renewal())) << "without its token";
  auto wrong = renewal();
  wrong.token_hash.assign(32, 1);
  EXPECT_TRUE(commit(host, std::move(wrong)));
  auto right = renewal();
  right.token_hash.assign(hash.begin(), hash.end());
  EXPECT_FALSE(commit(host, std::move(right)));
  EXPECT_EQ(refusal(waiting), Refusal::link_revoked);
  EXPECT_EQ(refusal(newcomer_join(person(4))), Refusal::link_revoked);
  EXPECT_EQ(refusal(newcomer_join(person(4, 1, 2))), Refusal::wrong_link);

  Client& later = person(5, 1, 7);
  arrive(later);
  EXPECT_FALSE(admit(host, later));
  EXPECT_TRUE(last<wire::JoinedT>(later));
  close(guest.connection);
  come_back(guest);
  EXPECT_TRUE(last<wire::JoinedT>(guest)) << "a member that knows the old link only";
  restart();
  come_back(host);
  EXPECT_TRUE(last<wire::JoinedT>(host));
  EXPECT_EQ(refusal(newcomer_join(person(6))), Refusal::link_revoked);
}

TEST_F(CallsTest, PostsReachTheOthers) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& c = member(3);
  post(a, "hello");
  EXPECT_EQ(b.texts, std::vector<std::string>{"hello"});
  EXPECT_EQ(c.texts, std::vector<std::string>{"hello"});
  EXPECT_FALSE(last<wire::PostedT>(a));
  EXPECT_EQ(b.seen, c.seen);

  const auto refused = [&](Client& by, Buffer message) {
    wire::PostT post;
    post.message = std::move(message);
    send(by.connection, std::move(post));
    EXPECT_EQ(refusal(by), Refusal::bad_message);
  };
  refused(a, {1, 2, 3});
  mls::Group elsewhere = b.alone.clone();
  refused(b, admission::must(elsewhere.protect(as_bytes("x"), {}, world.random)));
  mls::SendOptions secret;
  secret.wire_format = mls::WireFormat::private_message;
  refused(c, admission::must(
                 c.group->propose({mls::Remove{0}}, secret, world.environment(), world.random)));
}

TEST_F(CallsTest, AllAreToldToSwitchOnceAllAreReady) {
  start();
  Client& a = member(1);
  Client& b = member(2);
  Client& c = member(3);
  forget_messages();
  const uint64_t epoch = a.group->context().epoch;
  const auto ready = [&](Client& client, uint64_t of) {
    wire::ReadyT message;
    message.epoch = of;
    send(client.connection, message);
  };
  ready(a, epoch);
  ready(b, epoch);
  ready(c, epoch - 1);
  ready(c, epoch + 1);
  EXPECT_FALSE(last<wire::SwitchT>(a));
  close(c.connection);
  ASSERT_TRUE(last<wire::SwitchT>(a)) << "those who aren't there keep nobody waiting";
  EXPECT_EQ(last<wire::SwitchT>(b)->epoch, epoch);
  come_back(c);
  forget_messages();
  ready(c, epoch);
  EXPECT_TRUE(last<wire::SwitchT>(c)) << "it has missed it";
  EXPECT_FALSE(last<wire::SwitchT>(a));

  EXPECT_FALSE(commit(a, std::vector<mls::Proposal>()));
  for (Client* client : {&a, &b}) ready(*client, epoch + 1);
  EXPECT_FALSE(last<wire::SwitchT>(a));
  ready(c, epoch + 1);
  ASSERT_TRUE(last<wire::SwitchT>(a));
  EXPECT_EQ(last<wire::SwitchT>(a)->epoch, epoch + 1);
}

}  // namespace
}  // namespace vicino::server
