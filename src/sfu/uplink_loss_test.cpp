#include "sfu/uplink_loss.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

class UplinkLossTest : public testing::Test {
 protected:
  void second(int64_t sent, int64_t lost) {
    expected += sent;
    received += sent - lost;
    uplink.review(expected, received);
  }
  int64_t expected = 0, received = 0;
  UplinkLoss uplink;
};

TEST_F(UplinkLossTest, IsPoorFromFivePercentOnUntilItIsTwo) {
  for (int i = 0; i < 10; ++i) second(1000, 40);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
  for (int i = 0; i < 10; ++i) second(1000, 80);
  EXPECT_EQ(uplink.poor_permille(), 80);
  for (int i = 0; i < 10; ++i) second(1000, 30);
  EXPECT_EQ(uplink.poor_permille(), 30) << "it stays so";
  for (int i = 0; i < 10; ++i) second(1000, 10);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
}

TEST_F(UplinkLossTest, OneBadSecondIsSeenAtOnceAndForgottenSoon) {
  second(1000, 0);
  second(1000, 200);
  EXPECT_EQ(uplink.poor_permille(), 100);
  for (int i = 0; i < 3; ++i) second(1000, 0);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
}

TEST_F(UplinkLossTest, FewPacketsAndStreamsThatBeginAnewSayNothing) {
  for (int i = 0; i < 5; ++i) second(10, 5);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
  second(1000, 0);
  uplink.review(100, 100);
  uplink.review(200, 200);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
}

TEST_F(UplinkLossTest, WhatAPathThatWasGoneHasLostIsNotHeldAgainstIt) {
  second(1000, 0);
  for (int i = 0; i < 10; ++i) uplink.review(expected, received);
  second(10'000, 9'500);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
  second(1000, 300);
  EXPECT_EQ(uplink.poor_permille(), 150) << "from then on it counts";
}

TEST_F(UplinkLossTest, DuplicatesAreNoGain) {
  second(1000, -500);
  second(1000, 0);
  EXPECT_EQ(uplink.poor_permille(), std::nullopt);
}

}  // namespace
}  // namespace vicino::sfu
