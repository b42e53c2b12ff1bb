// What the fuzzers found once.
#include <gtest/gtest.h>

#include "base/random.h"
#include "everybody.h"
#include "mls/group.h"

namespace vicino::mls_simulation {
namespace {
using namespace mls;

// Two members.
class FoundByFuzzing : public testing::Test {
 protected:
  FoundByFuzzing()
      : one(Group::create(suite, as_bytes("group"), {leaf(), suite.random_signature_keys(random)},
                          lifetime, {}, environment, random)
                .value()),
        two(add()) {}

  static LeafTemplate leaf() {
    return leaf_named("somebody", CipherSuite::x25519_aes128gcm_sha256_ed25519);
  }
  OwnKeyPackage key_package() {
    return make_key_package(suite, suite.random_signature_keys(random), leaf(), lifetime, random);
  }
  Group add() {
    OwnKeyPackage own = key_package();
    CommitOptions options;
    options.proposals.push_back({Add{own.package}});
    NewEpoch epoch = one.commit(std::move(options), environment, random).value();
    one = std::move(*epoch.group);
    return Group::join(*epoch.welcome, std::move(own), {}, environment).value();
  }

  static constexpr Lifetime lifetime{0, 1000};
  const Suite& suite = *Suite::find(CipherSuite::x25519_aes128gcm_sha256_ed25519);
  Everybody everybody;
  NoPsks psks;
  Rules rules;
  Environment environment{everybody, psks, rules, 500};
  SeededRandom random{1};
  Group one, two;
};

// A member could keep all others from making commits by proposing a PSK that they don't have.
TEST_F(FoundByFuzzing, AProposedPskThatIsUnknownKeepsNobodyFromCommitting) {
  // As somebody who has it would.
  const PsksByName knows;
  const Environment with_psk{everybody, knows, rules, 500};
  PskId id{.external_id = {1, 2, 3}, .group_id = {}, .nonce = Buffer(suite.hash_size())};
  const Buffer proposal = two.propose({PreSharedKey{std::move(id)}}, {}, with_psk, random).value();
  ASSERT_TRUE(one.receive(proposal, environment));
  auto epoch = one.commit({}, environment, random);
  ASSERT_TRUE(epoch) << to_string(epoch.error());
  auto received = two.receive(epoch->commit, with_psk);
  ASSERT_TRUE(received) << to_string(received.error());
  const auto& next = std::get<std::unique_ptr<NewEpoch>>(*received)->group;
  EXPECT_TRUE(equal(next->epoch_authenticator(), epoch->group->epoch_authenticator()));
}

// Or by a public key that nobody can encrypt to.
TEST_F(FoundByFuzzing, KeysOfSmallOrderAreRefused) {
  for (const uint8_t low : std::array<uint8_t, 5>{0x00, 0x01, 0xec, 0xed, 0xee}) {
    Buffer key(32, low < 2 ? 0 : 0xff);
    key.front() = low;
    for (const uint8_t high : std::array<uint8_t, 2>{0x00, 0x80}) {
      key.back() = static_cast<uint8_t>((low < 2 ? 0 : 0x7f) | high);
      EXPECT_FALSE(suite.is_public_key(key)) << int{low};
      EXPECT_FALSE(suite.encrypt_with_label(key, "label", {}, {}, random));
      OwnKeyPackage init = key_package();
      init.package.init_key = key;
      init.package.sign(suite, init.signature_keys);
      OwnKeyPackage encryption = key_package();
      encryption.package.leaf.encryption_key = key;
      encryption.package.leaf.sign(suite, encryption.signature_keys, {}, {});
      encryption.package.sign(suite, encryption.signature_keys);
      for (const OwnKeyPackage* const own : {&init, &encryption}) {
        const auto proposed = two.propose({Add{own->package}}, {}, environment, random);
        ASSERT_FALSE(proposed);
        EXPECT_EQ(proposed.error(),
                  own == &init ? Fault::key_package_init_key_malformed : Fault::leaf_key_malformed);
      }
    }
  }
  EXPECT_TRUE(suite.is_public_key(suite.random_hpke_keys(random).public_key));
}

// A blank node takes one byte in a message and hundreds in memory.
TEST_F(FoundByFuzzing, AVectorOfTooManyElementsIsRefused) {
  Buffer bytes(max_elements);
  const auto tree = [&] { return decode<std::vector<std::optional<Credential>>>(encode(bytes)); };
  EXPECT_TRUE(tree());
  bytes.push_back(0);
  const auto refused = tree();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Fault::malformed);
}

}  // namespace
}  // namespace vicino::mls_simulation
