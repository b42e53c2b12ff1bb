#include <gmock/gmock.h>

#include "core/call_group_fixture.h"
#include "crypto/hash.h"

namespace vicino::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CallGroupTest, FoundsAGroupOfOneselfAsItsHost) {
  CallGroup ada = person(kept("Ada"));
  EXPECT_FALSE(ada.in_group());
  found(ada);
  EXPECT_EQ(ada.epoch(), 0u);
  EXPECT_THAT(names(ada.members()), ElementsAre("Ada"));
  EXPECT_TRUE(ada.self().kept);
  EXPECT_EQ(ada.self().account_key, public_key_of(*ada.identity().account));
  EXPECT_THAT(ada.hosts(), ElementsAre(ada.sender()));
  EXPECT_TRUE(ada.context().lobby);
  EXPECT_TRUE(equal(Bytes(ada.group_id()).first(16), room));
  EXPECT_EQ(code_of(ada.found(now, delivery.external_key())), Errc::bad_state);
}

TEST_F(CallGroupTest, AddsByWelcome) {
  CallGroup ada = person(kept("Ada")), bob = person(guest("Bob")), eve = person(kept("Eve"));
  found(ada);
  const auto prepared =
      must(ada.prepare(now, {.add_key_packages = {bob.key_package(now), eve.key_package(now)}}));
  EXPECT_THAT(prepared.adds, ElementsAre(bob.sender(), eve.sender()));
  EXPECT_THAT(prepared.unfit, IsEmpty());
  EXPECT_EQ(ada.epoch(), 0u) << "nothing changes before the server says so";
  const auto changes = commit(prepared);
  EXPECT_TRUE(changes[0].own);
  EXPECT_EQ(changes[0].epoch, 1u);
  EXPECT_THAT(names(changes[0].added), ElementsAre("Bob", "Eve"));
  EXPECT_FALSE(ada.has_prepared());

  const EpochChange joined = must(bob.join(now, *prepared.welcome, delivery.tree()));
  EXPECT_THAT(names(joined.added), ElementsAre("Ada", "Bob", "Eve"));
  EXPECT_FALSE(joined.committer);
  must(eve.join(now, *prepared.welcome, delivery.tree()));
  members = {&ada, &bob, &eve};
  expect_agreement();
  EXPECT_FALSE(ada.find(bob.sender())->kept);
  EXPECT_EQ(ada.find(bob.sender())->color, 3);
  EXPECT_EQ(ada.at(eve.self().leaf)->sender, eve.sender());
  expect_heard(ada, bob);
  expect_heard(bob, eve);
  EXPECT_EQ(code_of(eve.open_post(must(eve.post(as_bytes("to myself"))))), Errc::replayed);
}

TEST_F(CallGroupTest, LeavesOutUnfitKeyPackagesAndNamesThem) {
  CallGroup ada = person(kept("Ada")), bob = person(guest("Bob")), eve = person(guest("Eve"));
  CallGroup other_link = person(guest("Mallory"), LinkSecret(Buffer(16, 1)));
  found(ada);
  Buffer damaged = eve.key_package(now);
  damaged.back() ^= 1;
  const Buffer of_old = eve.key_package(now - 3 * key_package_lifetime_s);
  const auto prepared =
      must(ada.prepare(now, {.add_key_packages = {damaged, bob.key_package(now), Buffer{1, 2},
                                                  other_link.key_package(now), bob.key_package(now),
                                                  of_old, eve.key_package(now)}}));
  EXPECT_THAT(prepared.adds, ElementsAre(bob.sender(), eve.sender()));
  EXPECT_THAT(prepared.unfit, ElementsAre(0, 2, 3, 4, 5));
  EXPECT_EQ(code_of(ada.prepare(now, {.add_key_packages = {damaged}})), Errc::not_found);
}

TEST_F(CallGroupTest, JoinsFromOutsideWhereThereIsNoLobby) {
  CallGroup ada = person(kept("Ada")), bob = person(guest("Bob")), eve = person(guest("Eve"));
  found(ada, open_house());
  add(ada, bob);
  const auto changes = enter(eve);
  EXPECT_TRUE(changes[0].external);
  EXPECT_EQ(changes[0].committer, eve.sender());
  EXPECT_THAT(names(changes[0].added), ElementsAre("Eve"));
  EXPECT_THAT(changes[0].returned, IsEmpty());
  EXPECT_TRUE(changes[2].own);
  EXPECT_EQ(changes[2].added.size(), 3u);
  expect_agreement();
  expect_heard(eve, ada);
  expect_heard(bob, eve);

  CallGroup late = person(guest("Late"));
  change(ada, {.context = with_lobby(ada)});
  EXPECT_EQ(code_of(late.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::bad_state);
}

TEST_F(CallGroupTest, ComesBackInItsOwnPlace) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  found(ada);
  add(ada, bob);
  add(ada, eve);
  members = {&ada, &eve};
  change(ada, {.context = open_house()});  // that Bob doesn't hear of
  admission::CallContext locked = ada.context();
  locked.locked = true;
  change(ada, {.context = locked});

  const auto prepared = must(bob.prepare_external(now, delivery.group_info(), delivery.tree()));
  EXPECT_EQ(bob.epoch(), 2u) << "the old state stays until the commit is back";
  members = {&ada, &bob, &eve};
  const auto changes = commit(prepared);
  for (const EpochChange& change : changes) {
    EXPECT_THAT(change.returned, ElementsAre(bob.sender()));
    EXPECT_THAT(change.added, IsEmpty());
    EXPECT_THAT(change.removed, IsEmpty());
    EXPECT_FALSE(change.removed_self);
  }
  EXPECT_TRUE(changes[1].own);
  EXPECT_TRUE(changes[1].context_changed);
  expect_agreement();
  expect_heard(bob, eve);
  expect_heard(ada, bob);
}

TEST_F(CallGroupTest, OthersCommitsGoOnWhileAnExternalOneIsUnderWay) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada);
  add(ada, bob);
  members = {&ada};
  const auto missed = change(ada, {.context = open_house()});
  // Bob asks for the group, the commit he missed comes all the same, then his own.
  const auto back = must(bob.prepare_external(now, delivery.group_info(), delivery.tree()));
  ASSERT_TRUE(bob.handle(now, missed.commit));
  EXPECT_TRUE(bob.has_prepared());
  members = {&ada, &bob};
  const auto changes = commit(back);
  EXPECT_TRUE(changes[1].own);
  EXPECT_FALSE(changes[1].removed_self);
  expect_agreement();
}

TEST_F(CallGroupTest, ComesBackAfterAReload) {
  CallGroup ada = person(kept("Ada"));
  Memory memory;
  memory.account = random_account(random);
  memory.remember(room, random_device(random, now));
  const auto opened = [&] {
    Memory loaded = must(Memory::load(memory.save().expose()));
    return CallGroup(random, room, secret.clone(), {std::move(loaded.account), "Bob", 1},
                     loaded.device_in(room)->clone());
  };
  CallGroup bob = opened();
  found(ada);
  add(ada, bob);

  CallGroup again = opened();
  EXPECT_EQ(again.sender(), bob.sender());
  const Buffer nonce(32, 5);
  Buffer said(14, 0);
  copy(as_bytes("vicino/2 return"), (said.resize(15), MutBytes(said)));
  said.insert(said.end(), nonce.begin(), nonce.end());
  said.insert(said.end(), room.begin(), room.end());
  const auto leaf = admission::leaf_of(delivery.state().tree, again.sender());
  EXPECT_TRUE(crypto::ed25519_verify(delivery.state().tree.leaf(*leaf)->signature_key, said,
                                     again.sign_return(nonce)));
  members = {&ada};
  const auto changes = enter(again);
  EXPECT_THAT(changes[0].returned, ElementsAre(bob.sender()));
  EXPECT_EQ(changes[1].added.size(), 2u);
  expect_agreement();
  expect_heard(again, ada);
}

TEST_F(CallGroupTest, ANewLinkIsKnownToMembersOnly) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  found(ada, open_house());
  add(ada, bob);
  const LinkSecret old = ada.link_secret().clone();
  const auto prepared = must(ada.prepare(now, {.renew_link = true}));
  EXPECT_TRUE(ct_equal(ada.link_secret(), old));
  const auto changes = commit(prepared);
  EXPECT_TRUE(changes[0].link_changed && changes[1].link_changed);
  expect_agreement();
  EXPECT_FALSE(ct_equal(ada.link_secret(), old));
  EXPECT_EQ(prepared.token_hash, bob.link().token_hash);
  EXPECT_EQ(crypto::sha256(bob.link().access_token.expose()), bob.link().token_hash);
  EXPECT_TRUE(equal(delivery.state().context.extensions.empty() ? Bytes() : bob.context().link_id,
                    Bytes(*prepared.token_hash).first(8)));

  // By the old link nobody gets in, by Welcome or from outside.
  EXPECT_EQ(code_of(eve.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::unknown_key);
  EXPECT_EQ(code_of(ada.prepare(now, {.add_key_packages = {eve.key_package(now)}})),
            Errc::not_found);

  // By the new one people come and read the names of those who came by the old one.
  CallGroup kim = person(guest("Kim"), ada.link_secret()),
            lee = person(kept("Lee"), bob.link_secret());
  add(bob, kim);
  enter(lee);
  EXPECT_THAT(names(lee.members()), ElementsAre("Ada", "Bob", "Kim", "Lee"));
  change(ada, {.renew_link = true});
  change(ada, {.renew_link = true});
  CallGroup max = person(guest("Max"), kim.link_secret());
  enter(max);
  EXPECT_THAT(names(max.members()), ElementsAre("Ada", "Bob", "Kim", "Lee", "Max"));
  EXPECT_EQ(max.context().earlier.size(), 3u);
  expect_agreement();
}

TEST_F(CallGroupTest, LinksThatNobodyCameByAreForgotten) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada, open_house());
  add(ada, bob);
  for (int i = 0; i < 40; ++i) change(ada, {.renew_link = true});
  EXPECT_EQ(bob.context().earlier.size(), 2u);  // theirs, and the one before
  expect_agreement();
}

TEST_F(CallGroupTest, WhoMissedANewLinkNeedsIt) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada);
  add(ada, bob);
  members = {&ada};
  change(ada, {.renew_link = true});
  EXPECT_EQ(code_of(bob.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::unknown_key);
  CallGroup again(random, room, ada.link_secret().clone(), bob.identity().clone(),
                  bob.device().clone());
  const auto changes = enter(again);
  EXPECT_THAT(changes[0].returned, ElementsAre(bob.sender()));
  expect_agreement();
}

TEST_F(CallGroupTest, OnlyHostsDecide) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  CallGroup kim = person(guest("Kim"));
  found(ada);
  add(ada, bob);
  add(ada, eve);
  EXPECT_FALSE(bob.is_host(bob.sender()));
  EXPECT_EQ(code_of(bob.prepare(now, {.add_key_packages = {kim.key_package(now)}})),
            Errc::bad_state);
  EXPECT_EQ(code_of(bob.prepare(now, {.remove = {eve.sender()}})), Errc::bad_state);
  EXPECT_EQ(code_of(bob.prepare(now, {.context = open_house()})), Errc::bad_state);
  EXPECT_EQ(code_of(bob.prepare(now, {.renew_link = true})), Errc::bad_state);
  EXPECT_FALSE(bob.has_prepared());

  admission::CallContext both = ada.context();
  both.hosts = {ada.sender(), bob.sender(), kim.sender(), bob.sender()};
  change(ada, {.context = both});
  EXPECT_THAT(eve.hosts(), ElementsAre(ada.sender(), bob.sender()));
  add(bob, kim);
  expect_agreement();

  admission::CallContext locked = bob.context();
  locked.locked = true;
  change(bob, {.context = locked});
  CallGroup lee = person(guest("Lee"));
  EXPECT_EQ(code_of(bob.prepare(now, {.add_key_packages = {lee.key_package(now)}})),
            Errc::bad_state);
}

TEST_F(CallGroupTest, AnybodyLetsOthersInWithoutLobby) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  found(ada, open_house());
  add(ada, bob);
  add(bob, eve);
  expect_agreement();
  EXPECT_THAT(eve.hosts(), ElementsAre(ada.sender()));
}

TEST_F(CallGroupTest, TheRemovedAreOut) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  found(ada);
  add(ada, bob);
  add(ada, eve);
  const auto prepared = must(ada.prepare(now, {.remove = {eve.sender(), SenderId{77}}}));
  const auto changes = commit(prepared);
  EXPECT_THAT(names(changes[0].removed), ElementsAre("Eve"));
  EXPECT_THAT(names(changes[1].removed), ElementsAre("Eve"));
  EXPECT_FALSE(changes[1].removed_self);
  EXPECT_TRUE(changes[2].removed_self);
  EXPECT_FALSE(changes[2].by_server) << "a host did it";
  EXPECT_EQ(changes[2].committer, ada.sender());
  EXPECT_FALSE(eve.in_group());
  members = {&ada, &bob};
  EXPECT_EQ(code_of(eve.open_post(must(ada.post(as_bytes("she's gone"))))), Errc::bad_state);
  EXPECT_EQ(code_of(eve.post(as_bytes("am I?"))), Errc::bad_state);
  EXPECT_EQ(code_of(eve.prepare(now, {})), Errc::bad_state);
  EXPECT_EQ(code_of(eve.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::bad_state)
      << "the lobby is on";
  const auto after = eve.handle(now, change(ada, {.context = open_house()}).commit);
  EXPECT_EQ(after.error().remedy, Remedy::ignore);
  expect_agreement();
}

TEST_F(CallGroupTest, WhoIsRemovedKnowsWhenNoHostDidIt) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada);
  add(ada, bob);
  EXPECT_THAT(tell(delivery.propose_remove(bob.sender())), IsEmpty());
  const auto changes = commit(must(ada.prepare(now, {})));
  ASSERT_TRUE(changes.at(1).removed_self);
  EXPECT_TRUE(changes[1].by_server);
}

TEST_F(CallGroupTest, AnybodyCommitsWhatTheServerRemoves) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  found(ada);
  add(ada, bob);
  add(ada, eve);
  members = {&bob, &eve};  // Ada's connection is lost
  const Buffer proposal = delivery.propose_remove(ada.sender());
  EXPECT_THAT(tell(proposal), IsEmpty());
  EXPECT_THAT(bob.pending_removes(), ElementsAre(ada.sender()));
  EXPECT_EQ(code_of(bob.prepare(now, {.with_pending = false})), Errc::not_found);
  const auto changes = commit(must(eve.prepare(now, {})));
  EXPECT_THAT(names(changes[0].removed), ElementsAre("Ada"));
  EXPECT_THAT(bob.pending_removes(), IsEmpty());
  EXPECT_EQ(code_of(bob.prepare(now, {})), Errc::not_found);
  // No listed host is left: the lowest leaf decides.
  EXPECT_THAT(eve.hosts(), ElementsAre(bob.sender()));
  expect_agreement();
}

TEST_F(CallGroupTest, OfTwoCommitsTheFirstCounts) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  CallGroup eve = person(guest("Eve")), kim = person(guest("Kim"));
  found(ada, open_house());
  add(ada, bob);
  const auto mine = must(ada.prepare(now, {.add_key_packages = {eve.key_package(now)}}));
  const auto theirs = must(bob.prepare(now, {.add_key_packages = {kim.key_package(now)}}));
  commit(theirs);
  EXPECT_FALSE(ada.has_prepared());
  EXPECT_NE(delivery.commit(mine), "");
  must(kim.join(now, *theirs.welcome, delivery.tree()));
  members.push_back(&kim);
  add(ada, eve);
  expect_agreement();
}

TEST_F(CallGroupTest, PostsOfPastEpochsAreTheirSenders) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob")), eve = person(guest("Eve"));
  CallGroup kim = person(guest("Kim"));
  found(ada, open_house());
  add(ada, bob);
  add(ada, eve);
  const Buffer late = must(bob.post(as_bytes("late")));
  const uint64_t then = bob.epoch();
  change(ada, {.remove = {bob.sender()}});
  members = {&ada, &eve};
  add(ada, kim);  // in Bob's place
  const auto heard = must(eve.open_post(late));
  EXPECT_EQ(heard.sender, bob.sender());
  EXPECT_EQ(heard.epoch, then);
  EXPECT_EQ(code_of(eve.open_post(late)), Errc::replayed);
  EXPECT_EQ(code_of(kim.open_post(late)), Errc::unknown_key);
}

TEST_F(CallGroupTest, NoPostIsHeardTwiceAroundOnesOwnCommit) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada);
  add(ada, bob);
  const auto prepared = must(ada.prepare(now, {.context = open_house()}));
  const Buffer message = must(bob.post(as_bytes("once")));
  must(ada.open_post(message));
  commit(prepared);
  EXPECT_EQ(code_of(ada.open_post(message)), Errc::replayed);
}

TEST_F(CallGroupTest, SizesOfPostsTellLittle) {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));
  found(ada);
  add(ada, bob);
  std::set<size_t> sizes;
  for (size_t size = 0; size < 400; ++size) {
    const Buffer message = must(ada.post(Buffer(size, 1)));
    EXPECT_EQ(must(bob.open_post(message)).content.size(), size);
    sizes.insert(message.size());
  }
  EXPECT_EQ(sizes.size(), 4u);
  EXPECT_LE(must(ada.post(Buffer(max_post_content))).size(), 8192u);
  EXPECT_EQ(code_of(ada.post(Buffer(max_post_content + 1))), Errc::too_large);
}

}  // namespace
}  // namespace vicino::core
