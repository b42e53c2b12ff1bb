// Those who mean a call's group ill: a member who says whatever MLS lets it say, and what somebody
// without the link can make.
#pragma once

#include <gmock/gmock.h>

#include "core/call_environment.h"
#include "core/call_group_fixture.h"

namespace vicino::core {

class OnePsk final : public mls::PskStore {
 public:
  explicit OnePsk(uint8_t fill) : fill_(fill) {}
  std::optional<SecretBuffer> external(Bytes) const override {
    return SecretBuffer(Buffer(32, fill_));
  }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }

 private:
  uint8_t fill_;
};

// A member who says whatever MLS lets it say.
struct Insider {
  Insider(CallGroupTest& test, std::string name)
      : test_(test),
        link(LinkKeys::derive(test.secret, test.room)),
        device(random_device(test.random, test.now)),
        own(package(CallGroupTest::guest(std::move(name)), device)) {}

  mls::OwnKeyPackage package(const Identity& who, const Device& of,
                             const std::function<void(admission::MemberExtension&)>& spoil = {}) {
    admission::MemberExtension member = seal_member(link, who, of, test_.random);
    if (spoil) spoil(member);
    return mls::make_key_package(call_suite(), of.keys.clone(),
                                 {admission::credential_of(of.sender),
                                  admission::capabilities(),
                                  {admission::to_extension(member)}},
                                 {test_.now - 60, test_.now + 3600}, test_.random);
  }
  // By a host's commit.
  void come_in(CallGroup& host) {
    const auto prepared =
        test_.change(host, {.add_key_packages = {mls::encode_message(own.package)}});
    const CallEnvironment environment(link, nullptr, test_.now);
    group.emplace(must_mls(mls::Group::join(*prepared.welcome, std::move(own),
                                            test_.delivery.tree(), environment.mls())));
  }
  mls::NewEpoch commit(mls::CommitOptions options) {
    const CallEnvironment environment(link, nullptr, test_.now);
    return must_mls(group->commit(std::move(options), environment.mls(), test_.random));
  }
  Buffer say(std::vector<mls::Proposal> proposals) {
    mls::CommitOptions options;
    options.proposals = std::move(proposals);
    options.force_path = true;
    return commit(std::move(options)).commit;
  }
  mls::Proposal psk() {
    mls::PskId id;
    id.external_id = admission::join_psk_id(link.link_id);
    id.nonce.resize(32);
    test_.random.fill(id.nonce);
    return {mls::PreSharedKey{id}};
  }
  Buffer say_add(const mls::OwnKeyPackage& added) {
    return say({{mls::Add{added.package}}, psk()});
  }
  Buffer say_context(const admission::CallContext& context) {
    mls::Extensions extensions = group->context().extensions;
    for (mls::Extension& extension : extensions)
      if (extension.type == admission::call_context_type)
        extension = admission::to_extension(context);
    return say({{mls::GroupContextExtensions{std::move(extensions)}}});
  }

  CallGroupTest& test_;
  LinkKeys link;
  Device device;
  mls::OwnKeyPackage own;
  std::optional<mls::Group> group;
};

struct HostileCallTest : CallGroupTest {
  CallGroup ada = person(kept("Ada")), bob = person(kept("Bob"));

  // Refused by everybody, who then go on as if nothing had been said.
  void expect_refused(Bytes message, Remedy remedy) {
    for (CallGroup* member : members) {
      const uint64_t epoch = member->epoch();
      const auto handled = member->handle(now, message);
      ASSERT_FALSE(handled);
      EXPECT_EQ(handled.error().remedy, remedy) << handled.error().error.where;
      EXPECT_EQ(member->epoch(), epoch);
      EXPECT_THAT(member->pending_removes(), ::testing::IsEmpty());
    }
    expect_agreement();
  }
  void expect_alive() {
    change(ada, {.context = open_house()});
    expect_agreement();
    expect_heard(ada, bob);
  }
  // As like the room's own as somebody without the link's secret can make one.
  mls::Group forged_group(const Insider& forger, const mls::Environment& environment) {
    Buffer group_id(32, 7);
    copy(room, group_id);
    return must_mls(mls::Group::create(
        call_suite(), group_id,
        {{forger.own.package.leaf.credential, admission::capabilities(),
          forger.own.package.leaf.extensions},
         forger.device.keys.clone()},
        {now - 60, now + 60}, delivery.state().context.extensions, environment, random));
  }
  // With whatever PSK, as somebody without the link would have to.
  Buffer forged_welcome(Bytes key_package, std::optional<uint8_t> psk) {
    const OnePsk psks(psk.value_or(0));
    const OutsidePolicy policy;
    mls::Rules rules = admission::call_rules();
    rules.joins_need_psk = psk.has_value();
    const mls::Environment environment{policy, psks, rules, now};
    Insider forger(*this, "Bob's friend");
    mls::Group group = forged_group(forger, environment);
    mls::CommitOptions options;
    const auto message = must_mls(mls::decode<mls::Message>(key_package));
    options.proposals = {{mls::Add{*message.as<mls::KeyPackage>()}}};
    if (psk) options.proposals.push_back(forger.psk());
    return *must_mls(group.commit(std::move(options), environment, random)).welcome;
  }
};

}  // namespace vicino::core
