#include "core/member_block.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "crypto/hash.h"

namespace vicino::core {
namespace {

struct MemberBlockTest : testing::Test {
  SeededRandom random{5};
  LinkKeys link = LinkKeys::derive(LinkSecret(Buffer(16, 7)), RoomName{1});
  LinkKeys other = LinkKeys::derive(LinkSecret(Buffer(16, 8)), RoomName{1});
  Identity ada{random_account(random), "Ada Lovelace", 4};
  Identity guest{std::nullopt, "Guest", 1};
  Device device = random_device(random, 1234);

  Result<MemberBlock> open(const admission::MemberExtension& member) const {
    return open_member(link.member_key, device.sender, device.keys.public_key, member.sealed);
  }
};

TEST_F(MemberBlockTest, KeysOfALinkAreIndependent) {
  EXPECT_EQ(crypto::sha256(link.access_token.expose()), link.token_hash);
  EXPECT_TRUE(equal(link.link_id, Bytes(link.token_hash).first(8)));
  EXPECT_FALSE(equal(link.access_token.expose(), link.join_psk.expose()));
  EXPECT_FALSE(ct_equal(link.member_key, link.lobby_key));
  EXPECT_FALSE(ct_equal(link.join_psk, other.join_psk));
  const LinkKeys elsewhere = LinkKeys::derive(LinkSecret(Buffer(16, 7)), RoomName{2});
  EXPECT_FALSE(ct_equal(link.member_key, elsewhere.member_key));
  EXPECT_EQ(link.clone().link_id, link.link_id);
}

TEST_F(MemberBlockTest, SaysWhoALeafIs) {
  const auto sealed = seal_member(link, ada, device, random);
  EXPECT_TRUE(equal(sealed.link_id, link.link_id));
  const auto opened = open(sealed);
  ASSERT_TRUE(opened) << opened.error().where;
  EXPECT_EQ(*opened, (MemberBlock{public_key_of(*ada.account), true, 1234, "Ada Lovelace", 4}));

  const auto of_guest = open(seal_member(link, guest, device, random));
  ASSERT_TRUE(of_guest);
  EXPECT_FALSE(of_guest->kept);
  EXPECT_TRUE(equal(of_guest->account_key, device.keys.public_key));
}

TEST_F(MemberBlockTest, BelongsToItsLeafAndLink) {
  const auto sealed = seal_member(link, ada, device, random).sealed;
  const Buffer& key = device.keys.public_key;
  const Device another = random_device(random, 1);
  EXPECT_EQ(open_member(other.member_key, device.sender, key, sealed).error().code,
            Errc::unauthenticated);
  EXPECT_EQ(
      open_member(link.member_key, device.sender, another.keys.public_key, sealed).error().code,
      Errc::unauthenticated);
  // The certificate is for one sender id.
  EXPECT_EQ(open_member(link.member_key, another.sender, key, sealed).error().code,
            Errc::unauthenticated);
}

TEST_F(MemberBlockTest, ACertificateCannotBeTakenAlong) {
  // Mallory knows the link, and puts Ada's account key on a leaf of her own.
  const Device mallory = random_device(random, 1234);
  Identity pretended{random_account(random), "Ada Lovelace", 4};
  SecretBytes<64> mixed = pretended.account->clone();
  copy(crypto::ed25519_public(ada.account->expose()), mixed.expose_mut().subspan(32));
  pretended.account = std::move(mixed);
  const auto sealed = seal_member(link, pretended, mallory, random);
  EXPECT_EQ(open_member(link.member_key, mallory.sender, mallory.keys.public_key, sealed.sealed)
                .error()
                .code,
            Errc::unauthenticated);
}

TEST_F(MemberBlockTest, EveryDamagedByteIsNoticed) {
  const auto sealed = seal_member(link, ada, device, random);
  for (size_t i = 0; i < sealed.sealed.size(); ++i) {
    auto damaged = sealed;
    damaged.sealed[i] ^= 1;
    EXPECT_FALSE(open(damaged)) << i;
    damaged.sealed.resize(i);
    EXPECT_FALSE(open(damaged)) << i;
  }
  EXPECT_FALSE(open({sealed.link_id, Buffer(2000)}));
}

TEST_F(MemberBlockTest, SizesTellLittleAndFitTheirLimit) {
  const auto size = [&](std::string name) {
    ada.name = std::move(name);
    return seal_member(link, ada, device, random).sealed.size();
  };
  EXPECT_EQ(size("A"), size("Ada Lovelace"));
  EXPECT_EQ((size("A") - 28) % 128, 0u);
  std::string longest;
  for (size_t i = 0; i < limits::max_name; ++i) longest += "\U0001F600";
  size(longest);
  EXPECT_EQ(open(seal_member(link, ada, device, random))->name, longest);
  mls::LeafNode leaf;
  leaf.extensions = {admission::to_extension(seal_member(link, ada, device, random))};
  EXPECT_TRUE(admission::read_member_extension(leaf));
}

TEST_F(MemberBlockTest, NamesAreCleaned) {
  ada.name = "  A\u202ed\na ";
  EXPECT_EQ(open(seal_member(link, ada, device, random))->name, "Ada");
}

TEST_F(MemberBlockTest, EarlierKeysOpenUnderTheNewLinkOnly) {
  const Buffer sealed = seal_member_key(link.member_key, other.link_id, other.member_key, random);
  EXPECT_TRUE(ct_equal(*open_member_key(link.member_key, other.link_id, sealed), other.member_key));
  EXPECT_FALSE(open_member_key(link.member_key, link.link_id, sealed));
  EXPECT_FALSE(open_member_key(other.member_key, other.link_id, sealed));
  EXPECT_FALSE(open_member_key(link.member_key, other.link_id, Bytes(sealed).first(43)));
  admission::CallContext context;
  context.link_id.assign(link.link_id.begin(), link.link_id.end());
  context.earlier = {{{other.link_id.begin(), other.link_id.end()}, sealed}};
  EXPECT_TRUE(admission::read_call_context({admission::to_extension(context)}));
}

TEST_F(MemberBlockTest, WaitingNamesAreForMembers) {
  const SenderId sender{42};
  const Buffer sealed = seal_waiting_name(link.lobby_key, sender, " Bob\n", random);
  EXPECT_EQ(open_waiting_name(link.lobby_key, sender, sealed).value(), "Bob");
  EXPECT_FALSE(open_waiting_name(link.lobby_key, SenderId{43}, sealed));
  EXPECT_FALSE(open_waiting_name(other.lobby_key, sender, sealed));
  EXPECT_EQ(seal_waiting_name(link.lobby_key, sender, "A", random).size(), sealed.size());
  EXPECT_LE(seal_waiting_name(link.lobby_key, sender, std::string(400, 'x'), random).size(), 512u);
}

}  // namespace
}  // namespace vicino::core
