// What a server that lies and members with other software can't do.
#include "core/call_group_hostile.h"

namespace vicino::core {
namespace {

TEST_F(HostileCallTest, NobodyIsWelcomedWithoutTheLink) {
  found(ada);
  const Buffer key_package = bob.key_package(now);
  const auto real = must(ada.prepare(now, {.add_key_packages = {key_package}}));
  commit(real);
  EXPECT_EQ(code_of(bob.join(now, forged_welcome(key_package, std::nullopt), delivery.tree())),
            Errc::unauthenticated);
  EXPECT_EQ(code_of(bob.join(now, forged_welcome(key_package, 1), delivery.tree())),
            Errc::unauthenticated);
  EXPECT_FALSE(bob.join(now, Buffer{1, 2, 3}, delivery.tree()));
  EXPECT_FALSE(bob.join(now, *real.welcome, Buffer{}));
  EXPECT_FALSE(bob.in_group());
  must(bob.join(now, *real.welcome, delivery.tree()));
}

TEST_F(HostileCallTest, AGroupOfOthersIsNoCall) {
  found(ada, open_house());
  // The server's own group under this link's id: it can't say who its members are.
  Insider stranger(*this, "Ada");
  stranger.link.member_key = MemberKey(Buffer(16, 1));
  stranger.own = stranger.package(guest("Ada"), stranger.device);
  const mls::Group like_ours = forged_group(stranger, delivery.environment());
  EXPECT_EQ(
      code_of(bob.prepare_external(now, like_ours.group_info(false), like_ours.tree().serialize())),
      Errc::unauthenticated);

  const LinkSecret guessed(Buffer(16, 33));
  CallGroup forger(random, room, guessed.clone(), guest("Ada"), random_device(random, now));
  Delivery forged(random);
  forged.begin(must(forger.found(now, forged.external_key(), open_house())));
  must(forger.adopt_founded());
  const auto info = must(forger.prepare(now, {.context = with_lobby(forger)})).group_info;
  EXPECT_EQ(code_of(bob.prepare_external(now, info, forged.tree())), Errc::unknown_key);

  // Another room's group, by the same secret.
  RoomName elsewhere = room;
  elsewhere[0] ^= 1;
  CallGroup other(random, elsewhere, secret.clone(), guest("Ada"), random_device(random, now));
  must(other.found(now, forged.external_key(), open_house()));
  must(other.adopt_founded());
  const auto there = must(other.prepare(now, {.context = with_lobby(other)})).group_info;
  EXPECT_EQ(code_of(bob.prepare_external(now, there, forged.tree())), Errc::malformed);
  EXPECT_FALSE(bob.has_prepared());
}

TEST_F(HostileCallTest, NobodyGoesBackOrElsewhere) {
  found(ada, open_house());
  add(ada, bob);
  enter(ada);
  const Buffer then = delivery.group_info(), tree = delivery.tree();
  change(ada, {.context = with_lobby(ada)});
  EXPECT_EQ(code_of(bob.prepare_external(now, then, tree)), Errc::replayed);

  // A second group of the same room and link.
  CallGroup eve = person(guest("Eve"));
  Delivery second(random);
  second.begin(must(eve.found(now, second.external_key(), open_house())));
  must(eve.adopt_founded());
  const auto next = must(eve.prepare(now, {.context = with_lobby(eve)}));
  EXPECT_EQ(second.commit(next), "");
  EXPECT_EQ(code_of(bob.prepare_external(now, next.group_info, second.tree())), Errc::malformed);
  EXPECT_EQ(bob.handle(now, next.commit).error().remedy, Remedy::resync);
  EXPECT_EQ(code_of(bob.join(now, next.commit, second.tree())), Errc::bad_state);
  expect_agreement();
}

TEST_F(HostileCallTest, AForkIsNoticed) {
  CallGroup eve = person(guest("Eve"));
  found(ada, open_house());
  add(ada, bob);
  add(ada, eve);
  const auto one = must(ada.prepare(now, {.context = with_lobby(ada)}));
  members = {&ada, &bob};
  commit(one);
  // Eve is told of another commit than the others.
  Insider unheard(*this, "Max");
  const auto two =
      must(eve.prepare(now, {.add_key_packages = {mls::encode_message(unheard.own.package)}}));
  ASSERT_TRUE(eve.handle(now, two.commit));
  EXPECT_EQ(eve.epoch(), 3u);
  EXPECT_EQ(code_of(eve.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::unauthenticated);
  const auto later = must(ada.prepare(now, {.context = open_house()}));
  EXPECT_EQ(eve.handle(now, later.commit).error().remedy, Remedy::resync);
  EXPECT_EQ(code_of(eve.open_post(must(ada.post(as_bytes("x"))))), Errc::unauthenticated);
}

TEST_F(HostileCallTest, MembersKeepToTheRules) {
  Insider max(*this, "Max");
  found(ada);
  add(ada, bob);
  max.come_in(ada);
  expect_refused(max.say({{mls::Remove{ada.self().leaf.value}}}), Remedy::tampered);
  expect_refused(max.say({{mls::Remove{bob.self().leaf.value}}}), Remedy::tampered);
  expect_refused(max.say_context(open_house()), Remedy::tampered);  // of no link at all
  admission::CallContext taken = ada.context();
  taken.hosts = {max.device.sender};
  expect_refused(max.say_context(taken), Remedy::tampered);
  const Device fresh = random_device(random, now);
  expect_refused(max.say_add(max.package(guest("Friend"), fresh)), Remedy::tampered);
  expect_alive();
}

TEST_F(HostileCallTest, EveryLeafSaysWhoItIs) {
  Insider max(*this, "Max");
  found(ada, open_house());
  add(ada, bob);
  max.come_in(ada);
  const Device fresh = random_device(random, now);
  expect_refused(max.say_add(max.package(guest("X"), fresh, [](auto& m) { m.sealed[40] ^= 1; })),
                 Remedy::tampered);
  expect_refused(max.say_add(max.package(guest("X"), fresh, [](auto& m) { m.link_id[0] ^= 1; })),
                 Remedy::tampered);
  // Somebody else's id, and somebody else's block.
  const Device as_bob{bob.sender(), random_device(random, now).keys, now};
  expect_refused(max.say_add(max.package(guest("Bob"), as_bob)), Remedy::tampered);
  const auto of_ada =
      admission::read_member_extension(*delivery.state().tree.leaf(ada.self().leaf)).value();
  expect_refused(max.say_add(max.package(guest("X"), fresh, [&](auto& m) { m = of_ada; })),
                 Remedy::tampered);
  // Without the link's PSK.
  const OutsidePolicy policy;
  const NoPsks psks;
  mls::Rules rules = admission::call_rules();
  rules.joins_need_psk = false;
  mls::CommitOptions without;
  without.proposals = {{mls::Add{max.package(guest("X"), fresh).package}}};
  const auto said =
      must_mls(max.group->commit(std::move(without), {policy, psks, rules, now}, random));
  expect_refused(said.commit, Remedy::resync);
  expect_alive();
}

TEST_F(HostileCallTest, NobodyBecomesSomebodyElse) {
  Insider max(*this, "Max");
  found(ada, open_house());
  add(ada, bob);
  max.come_in(ada);
  mls::CommitOptions renamed;
  renamed.leaf = mls::LeafTemplate{
      admission::credential_of(max.device.sender),
      admission::capabilities(),
      {admission::to_extension(seal_member(max.link, guest("Ada"), max.device, random))}};
  const OutsidePolicy policy;
  const CallEnvironment own(max.link, nullptr, now);
  mls::Environment lax{policy, own.mls().psks, own.mls().rules, now};
  auto said = must_mls(max.group->commit(std::move(renamed), lax, random));
  expect_refused(said.commit, Remedy::tampered);
  mls::CommitOptions keys;
  keys.signature_keys = call_suite().random_signature_keys(random);
  said = must_mls(max.group->commit(std::move(keys), lax, random));
  expect_refused(said.commit, Remedy::tampered);
  expect_alive();
}

TEST_F(HostileCallTest, ANewLinkFollowsFromTheEpoch) {
  Insider max(*this, "Max");
  found(ada, open_house());
  add(ada, bob);
  max.come_in(ada);
  admission::CallContext hosts = ada.context();
  hosts.hosts.push_back(max.device.sender);
  const auto prepared = change(ada, {.context = hosts});
  const CallEnvironment environment(max.link, nullptr, now);
  auto received = must_mls(max.group->receive(prepared.commit, environment.mls()));
  max.group = std::move(std::get<std::unique_ptr<mls::NewEpoch>>(received)->group);

  const auto renewed = [&](const LinkSecret& link, const MemberKey& earlier) {
    const LinkKeys keys = LinkKeys::derive(link, room);
    admission::CallContext context = bob.context();
    context.earlier = {
        {context.link_id, seal_member_key(keys.member_key, context.link_id, earlier, random)}};
    context.link_id.assign(keys.link_id.begin(), keys.link_id.end());
    return max.say_context(context);
  };
  LinkSecret right;
  max.group->export_secret("vicino/2 link", bob.context().link_id, right.expose_mut());
  // One that outsiders may know; and one that names can't be read by.
  expect_refused(renewed(LinkSecret(Buffer(16, 1)), max.link.member_key), Remedy::tampered);
  expect_refused(renewed(right, MemberKey(Buffer(16, 1))), Remedy::tampered);
  ASSERT_TRUE(ada.handle(now, renewed(right, max.link.member_key)));
  EXPECT_TRUE(ct_equal(ada.link_secret(), right));
}

TEST_F(HostileCallTest, OnlyTheServerProposesAndOnlyRemoves) {
  Insider max(*this, "Max");
  found(ada, open_house());
  add(ada, bob);
  max.come_in(ada);
  const CallEnvironment environment(max.link, nullptr, now);
  const Buffer proposed = must_mls(
      max.group->propose({mls::Remove{bob.self().leaf.value}}, {}, environment.mls(), random));
  expect_refused(proposed, Remedy::ignore);
  const Device fresh = random_device(random, now);
  expect_refused(delivery.external_proposal({mls::Add{max.package(guest("X"), fresh).package}}),
                 Remedy::ignore);
  Buffer damaged = delivery.external_proposal({mls::Remove{bob.self().leaf.value}});
  damaged.back() ^= 1;
  expect_refused(damaged, Remedy::resync);
  expect_alive();
}

TEST_F(HostileCallTest, DamagedMessagesChangeNothing) {
  found(ada, open_house());
  add(ada, bob);
  const auto prepared = must(ada.prepare(now, {.context = with_lobby(ada)}));
  members = {&bob};
  for (size_t i = 0; i < prepared.commit.size(); i += 5) {
    Buffer damaged = prepared.commit;
    damaged[i] ^= 0x10;
    EXPECT_FALSE(bob.handle(now, damaged)) << i;
    EXPECT_FALSE(bob.handle(now, Bytes(prepared.commit).first(i))) << i;
    ASSERT_EQ(bob.epoch(), 1u);
  }
  members = {&ada, &bob};
  commit(prepared);
  expect_agreement();
  expect_refused(prepared.commit, Remedy::ignore);  // again
  const Buffer post = must(ada.post(as_bytes("x")));
  EXPECT_FALSE(bob.handle(now, post));
  EXPECT_EQ(code_of(bob.open_post(prepared.commit)), Errc::malformed);
  for (size_t i = 0; i < post.size(); i += 3) {
    Buffer damaged = post;
    damaged[i] ^= 1;
    EXPECT_FALSE(bob.open_post(damaged)) << i;
  }
  must(bob.open_post(post));
}

}  // namespace
}  // namespace vicino::core
