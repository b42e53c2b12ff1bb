#include "sfu/speaker.h"

#include <gtest/gtest.h>

namespace vicino::sfu {
namespace {

constexpr uint8_t speech = 20, noise = 70;  // -dBov

class SpeakerTest : public testing::Test {
 protected:
  // 20 ms packets. How many of them began speech.
  int talk(Duration time, uint8_t level) {
    int starts = 0;
    for (Instant end = now + time; now < end; now = now + milliseconds(20))
      starts += speaker.heard(now, level);
    return starts;
  }
  Instant now{1'000'000};
  SpeakerLevel speaker;
};

TEST_F(SpeakerTest, NoiseIsNotSpeech) {
  EXPECT_EQ(talk(seconds(5), noise), 0);
  EXPECT_FALSE(speaker.spoke_recently(now));
}

TEST_F(SpeakerTest, SpeechIsNoticedWithinAFewPackets) {
  EXPECT_EQ(talk(milliseconds(20), speech), 0) << "one loud packet is a click";
  EXPECT_EQ(talk(milliseconds(100), speech), 1);
  EXPECT_TRUE(speaker.spoke_recently(now));
  EXPECT_EQ(talk(milliseconds(500), noise), 0);
  EXPECT_EQ(talk(seconds(1), speech), 0) << "a pause between words";
}

TEST_F(SpeakerTest, SilenceEndsSpeech) {
  talk(seconds(1), speech);
  now = now + milliseconds(600);
  EXPECT_EQ(speaker.loudness(now), 0);
  EXPECT_TRUE(speaker.spoke_recently(now));
  now = now + seconds(2);
  EXPECT_FALSE(speaker.spoke_recently(now));
  EXPECT_EQ(talk(seconds(1), speech), 1);
}

TEST_F(SpeakerTest, LevelsOutOfRangeAreSilence) {
  talk(seconds(1), 255);
  EXPECT_EQ(speaker.loudness(now), 0);
}

std::vector<size_t> pick(std::vector<Voice> voices, size_t count) {
  return pick_voices(voices, count);
}
constexpr Voice silent(bool heard, int64_t last = 0) {
  return {heard, false, 0, {last}, {}};
}
constexpr Voice talking(bool heard, double loudness) {
  return {heard, true, loudness, {9'000'000}, {}};
}
Voice taking(int64_t kilobits, bool heard) {
  return {heard, true, 100, {9'000'000}, rtc::kilobits_per_second(kilobits)};
}
std::vector<bool> fit(std::vector<Voice> voices, int64_t kilobits) {
  return fitting_voices(voices, rtc::kilobits_per_second(kilobits));
}

TEST(Voices, TheLoudestAreHeard) {
  EXPECT_EQ(pick({talking(false, 80), talking(false, 100), talking(false, 90)}, 2),
            (std::vector<size_t>{1, 2}));
  EXPECT_EQ(pick({talking(false, 80)}, 8), std::vector<size_t>{0});
}

TEST(Voices, WhoIsHeardStaysAgainstTheSlightlyLouder) {
  EXPECT_EQ(pick({talking(false, 95), talking(true, 90)}, 1), std::vector<size_t>{1});
  EXPECT_EQ(pick({talking(false, 101), talking(true, 90)}, 1), std::vector<size_t>{0});
}

TEST(Voices, WhoFellSilentMakesRoomOnlyForWhoSpeaks) {
  EXPECT_EQ(pick({silent(true), talking(false, 80)}, 1), std::vector<size_t>{1});
  EXPECT_EQ(pick({silent(false, 100), silent(true, 50)}, 1), std::vector<size_t>{1});
  EXPECT_EQ(pick({silent(false, 100), silent(false, 200)}, 1), std::vector<size_t>{1});
}

TEST(Voices, AsManyAreHeardAsThePathCarriesTogether) {
  EXPECT_EQ(fit({taking(50, true), taking(50, true), taking(50, true)}, 110),
            (std::vector{true, true, false}));
  EXPECT_EQ(fit({taking(50, true), taking(50, true), taking(3, true)}, 60),
            (std::vector{true, false, true}))
      << "who is silent fits";
  EXPECT_EQ(fit({taking(50, true)}, 30), std::vector{true}) << "in case the path is wider";
}

TEST(Voices, AnotherOneIsHeardWhereThereIsRoomToSpare) {
  EXPECT_EQ(fit({taking(50, true), taking(50, false)}, 110), (std::vector{true, false}));
  EXPECT_EQ(fit({taking(50, true), taking(50, false)}, 130), (std::vector{true, true}));
}

}  // namespace
}  // namespace vicino::sfu
