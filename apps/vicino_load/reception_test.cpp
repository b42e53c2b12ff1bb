#include "reception.h"

#include <gtest/gtest.h>

namespace vicino::load {
namespace {

class ReceptionTest : public testing::Test {
 protected:
  void get(uint32_t counter, bool retransmitted = false, uint8_t encoding = 0,
           bool measured = true) {
    track.add({.encoding = encoding, .measured = measured, .counter = counter}, retransmitted, 1000,
              counts, delays);
  }
  TrackReception track;
  ReceiverCounts counts;
  Histogram delays;
};

TEST_F(ReceptionTest, PacketsInOrderAreReceivedAndNothingElse) {
  for (uint32_t i = 0; i < 10'000; ++i) get(i);
  EXPECT_EQ(counts.received, 10'000u);
  EXPECT_EQ(counts.reordered + counts.duplicate + counts.repaired, 0u);
  EXPECT_EQ(delays.count(), 10'000u);
  EXPECT_EQ(track.in_runs(), 10'000u);
}

TEST_F(ReceptionTest, ALostPacketIsExpectedAndNotReceived) {
  for (uint32_t i = 0; i < 100; ++i) {
    if (i != 50) get(i);
  }
  counts.expected = 100;
  EXPECT_EQ(counts.received, 99u);
  EXPECT_EQ(counts.lost(), 1u);
  EXPECT_EQ(track.in_runs(), 100u);
}

TEST_F(ReceptionTest, APacketAfterALaterOneIsReordered) {
  for (const uint32_t i : {0u, 1u, 3u, 4u, 2u, 5u}) get(i);
  EXPECT_EQ(counts.received, 6u);
  EXPECT_EQ(counts.reordered, 1u);
  EXPECT_EQ(counts.duplicate, 0u);
}

TEST_F(ReceptionTest, ACopyIsADuplicateHoweverLateItComes) {
  for (uint32_t i = 0; i < 5000; ++i) get(i);
  get(4999);
  get(4000);
  get(3);  // out of the window
  EXPECT_EQ(counts.received, 5000u);
  EXPECT_EQ(counts.duplicate, 3u);
  EXPECT_EQ(counts.reordered, 0u);
}

TEST_F(ReceptionTest, ARetransmissionRepairsOnceAndItsCopiesAreNoFault) {
  for (const uint32_t i : {0u, 1u, 3u}) get(i);
  get(2, true);
  get(2, true);
  get(1, true);
  EXPECT_EQ(counts.received, 4u);
  EXPECT_EQ(counts.repaired, 1u);
  EXPECT_EQ(counts.duplicate, 0u);
  EXPECT_EQ(delays.count(), 3u) << "a repair's delay is the loss's";
}

TEST_F(ReceptionTest, OldSlotsOfTheWindowAreForgottenAcrossJumps) {
  get(0);
  get(EncodingReception::window * 3);
  get(EncodingReception::window * 3 - 5);
  EXPECT_EQ(counts.received, 3u);
  EXPECT_EQ(counts.reordered, 1u);
  EXPECT_EQ(counts.duplicate, 0u);
}

TEST_F(ReceptionTest, OnlyMeasuredPacketsCount) {
  for (uint32_t i = 0; i < 10; ++i) get(i, false, 0, i >= 5);
  EXPECT_EQ(counts.any, 10u);
  EXPECT_EQ(counts.received, 5u);
  EXPECT_EQ(track.in_runs(), 5u);
}

TEST_F(ReceptionTest, ASwitchBetweenLayersIsNoLoss) {
  for (uint32_t i = 0; i < 10; ++i) get(i, false, 0);
  for (uint32_t i = 500; i < 520; ++i) get(i, false, 1);
  for (uint32_t i = 30; i < 40; ++i) {
    if (i != 35) get(i, false, 0);
  }
  EXPECT_EQ(counts.received, 39u);
  EXPECT_EQ(track.in_runs(), 40u) << "one is missing within a run";
}

}  // namespace
}  // namespace vicino::load
