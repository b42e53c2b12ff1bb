#include "core/identity.h"

#include <gmock/gmock.h>

namespace vicino::core {
namespace {

using testing::ElementsAre;

AccountKey key(uint8_t value) {
  AccountKey account{};
  account[0] = value;
  return account;
}

Memory full_memory(SecureRandom& random) {
  Memory memory;
  memory.account = random_account(random);
  memory.pins.pin(key(1), "Ada");
  memory.pins.pin(key(2), "Bob");
  memory.remember(RoomName{1}, random_device(random, 1000));
  memory.remember(RoomName{2}, random_device(random, 2000));
  return memory;
}

TEST(Identity, MemoryComesBackWhole) {
  SeededRandom random(1);
  const Memory memory = full_memory(random);
  const auto loaded = Memory::load(memory.save().expose());
  ASSERT_TRUE(loaded) << loaded.error().where;
  EXPECT_TRUE(ct_equal(*loaded->account, *memory.account));
  EXPECT_EQ(loaded->pins, memory.pins);
  ASSERT_EQ(loaded->stays.size(), 2u);
  const Device& device = *loaded->device_in({1});
  EXPECT_EQ(device.sender, memory.device_in({1})->sender);
  EXPECT_EQ(device.created, 1000u);
  EXPECT_TRUE(call_suite().belong_together(device.keys));
  EXPECT_EQ(device.keys.public_key, memory.device_in({1})->keys.public_key);
  EXPECT_EQ(loaded->device_in({3}), nullptr);
  EXPECT_EQ(Memory::load(Memory().save().expose())->account.has_value(), false);
}

TEST(Identity, GarbageIsNoMemory) {
  SeededRandom random(2);
  const SecretBuffer blob = full_memory(random).save();
  for (size_t i = 0; i < blob.size(); ++i) EXPECT_FALSE(Memory::load(blob.expose().first(i))) << i;
  Buffer longer(blob.expose().begin(), blob.expose().end());
  longer.push_back(0);
  EXPECT_EQ(Memory::load(longer).error().code, Errc::malformed);
  longer[0] = 2;
  EXPECT_EQ(Memory::load(longer).error().code, Errc::unsupported);
  for (int i = 0; i < 1000; ++i) {
    Buffer garbage(random.u32() % 200);
    random.fill(garbage);
    if (!garbage.empty()) garbage[0] = Memory::current_version;
    const auto loaded = Memory::load(garbage);
    EXPECT_TRUE(!loaded || loaded->save().size() == garbage.size());
  }
}

TEST(Identity, TheLastRoomsAreKept) {
  SeededRandom random(3);
  Memory memory;
  for (uint8_t i = 0; i < 6; ++i) memory.remember(RoomName{i}, random_device(random, i));
  EXPECT_EQ(memory.stays.size(), Memory::max_stays);
  EXPECT_EQ(memory.device_in({1}), nullptr);
  const Device again = random_device(random, 99);
  memory.remember(RoomName{3}, again);
  EXPECT_EQ(memory.stays.size(), Memory::max_stays);
  EXPECT_EQ(memory.stays[0].device.sender, again.sender);
  memory.forget({3});
  EXPECT_EQ(memory.device_in({3}), nullptr);
}

TEST(Identity, TrustFollowsTheAccountAndTheName) {
  Pins pins;
  EXPECT_EQ(pins.judge(key(1), true, "Ada"), Trust::known);
  EXPECT_EQ(pins.judge(key(1), false, "Ada"), Trust::guest);
  pins.pin(key(1), " Ada ");
  EXPECT_EQ(pins.judge(key(1), true, "Ada"), Trust::verified);
  EXPECT_EQ(pins.judge(key(1), true, "Ada B."), Trust::verified);
  EXPECT_EQ(pins.judge(key(2), true, "Ada"), Trust::changed);
  EXPECT_EQ(pins.judge(key(2), true, "\u202e Ada"), Trust::changed) << "as it is shown";
  EXPECT_EQ(pins.judge(key(2), false, "Ada"), Trust::changed);
  EXPECT_EQ(pins.judge(key(1), false, "Ada"), Trust::changed) << "a guest has no account";
  // Somebody verified who takes the name of somebody else verified.
  pins.pin(key(2), "Bob");
  EXPECT_EQ(pins.judge(key(2), true, "Ada"), Trust::changed);
  // Two of one name.
  pins.pin(key(3), "Bob");
  EXPECT_EQ(pins.judge(key(2), true, "Bob"), Trust::verified);
  EXPECT_EQ(pins.judge(key(3), true, "Bob"), Trust::verified);
  pins.accept(key(4), "Bob");
  EXPECT_EQ(pins.judge(key(4), true, "Bob"), Trust::verified);
  EXPECT_EQ(pins.judge(key(2), true, "Bob"), Trust::changed);
}

TEST(Identity, PinsAreBounded) {
  Pins pins;
  for (size_t i = 0; i < Pins::max_pins + 1; ++i) {
    AccountKey account{};
    store16(account.data(), static_cast<uint16_t>(i));
    pins.pin(account, "x");
  }
  EXPECT_EQ(pins.all().size(), Pins::max_pins);
  EXPECT_EQ(load16(pins.all().front().account.data()), 1);
}

TEST(Identity, IdsAndDevicesAreRandom) {
  SeededRandom random(4);
  const Device a = random_device(random, 1), b = random_device(random, 1);
  EXPECT_NE(a.sender, b.sender);
  EXPECT_NE(a.keys.public_key, b.keys.public_key);
  const Identity ada{random_account(random), "Ada", 2};
  EXPECT_EQ(public_key_of(*ada.clone().account), public_key_of(*ada.account));
}

}  // namespace
}  // namespace vicino::core
