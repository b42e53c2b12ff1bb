// External commits by those who may not make them: without the link, or in another's name.
#include "core/call_group_hostile.h"

namespace vicino::core {
namespace {

TEST_F(HostileCallTest, NobodyReplacesAnother) {
  found(ada, open_house());
  add(ada, bob);
  enter(ada);
  // Bob's id with other keys.
  CallGroup thief(random, room, secret.clone(), guest("Bob"),
                  Device{bob.sender(), random_device(random, now).keys, now});
  EXPECT_FALSE(thief.prepare_external(now, delivery.group_info(), delivery.tree()));
  // Bob's keys with another account: he is to know that himself, because the others can't go on
  // with it.
  CallGroup changed(random, room, secret.clone(), guest("Bob"), bob.device().clone());
  EXPECT_EQ(code_of(changed.prepare_external(now, delivery.group_info(), delivery.tree())),
            Errc::bad_state);
  Insider bobs(*this, "Bob");
  bobs.device = bob.device().clone();
  const CallEnvironment environment(bobs.link, nullptr, now);
  mls::ExternalJoinOptions options;
  options.psks = {std::get<mls::PreSharedKey>(bobs.psk().body).psk};
  options.replaces = bob.self().leaf;
  const auto said = must_mls(mls::Group::join_external(
      delivery.group_info(),
      {{admission::credential_of(bob.sender()),
        admission::capabilities(),
        {admission::to_extension(seal_member(bobs.link, guest("Bob"), bobs.device, random))}},
       bobs.device.keys.clone()},
      options, delivery.tree(), environment.mls(), random));
  expect_refused(said.commit, Remedy::resync);
  expect_alive();
}

// An external commit as like a newcomer's as it can be made, all but one thing.
TEST_F(HostileCallTest, NobodyComesFromOutsideWithoutTheLink) {
  found(ada, open_house());
  add(ada, bob);
  Insider eve(*this, "Eve");
  const auto come = [&](const admission::MemberExtension& block, const mls::PskStore& psks) {
    const OutsidePolicy policy;
    const mls::Rules rules = admission::call_rules();
    mls::ExternalJoinOptions options;
    options.psks = {std::get<mls::PreSharedKey>(eve.psk().body).psk};
    return must_mls(mls::Group::join_external(delivery.group_info(),
                                              {{admission::credential_of(eve.device.sender),
                                                admission::capabilities(),
                                                {admission::to_extension(block)}},
                                               eve.device.keys.clone()},
                                              options, delivery.tree(), {policy, psks, rules, now},
                                              random))
        .commit;
  };
  const CallEnvironment real(eve.link, nullptr, now);
  const auto block = seal_member(eve.link, guest("Eve"), eve.device, random);
  // All of it is public but the key's value: only the confirmation tag tells.
  expect_refused(come(block, OnePsk(1)), Remedy::resync);
  // Nor does a leaf that nobody can read end the call: the server can make up one.
  admission::MemberExtension unreadable = block;
  unreadable.sealed[20] ^= 1;
  expect_refused(come(unreadable, real.mls().psks), Remedy::resync);
  // With both it is somebody.
  ASSERT_TRUE(ada.handle(now, come(block, real.mls().psks)));
  EXPECT_EQ(ada.members().size(), 3u);
}

}  // namespace
}  // namespace vicino::core
