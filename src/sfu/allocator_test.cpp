#include "sfu/allocator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace vicino::sfu {
namespace {

using rtc::BitRate;
constexpr auto kbps = rtc::kilobits_per_second;
constexpr Instant start = Instant{} + seconds(100);

Content camera(uint32_t participant) {
  return {ParticipantId{participant}, Source::camera};
}

// Three simulcast layers of three temporal layers: 120, 450 and 1500 kbit/s.
SlotDemand demand(uint32_t participant, Size wanted, bool focus = false) {
  SlotDemand d{camera(participant), focus, wanted, {1280, 720}, {}};
  for (const auto& [scale, all] : {std::pair{0.25, 120}, {0.5, 450}, {1.0, 1500}})
    d.layers.push_back({scale, true, 30, {kbps(all / 2), kbps(all * 3 / 4), kbps(all)}});
  return d;
}
constexpr Size large = {1280, 720}, middle = {640, 360}, small = {320, 180};

// "f2" is the largest layer with all temporal layers, "-" paused.
std::string text(const Allocation& allocation) {
  std::string all;
  for (const SlotAllocation& slot : allocation.slots) {
    if (!all.empty()) all += ' ';
    all += slot.choice
               ? std::string(1, "qhf"[slot.choice->layer]) + std::to_string(slot.choice->temporal)
               : "-";
  }
  return all;
}

TEST(Allocator, GivesBandwidthByImportance) {
  struct Case {
    std::vector<SlotDemand> demands;
    int bandwidth, audio;
    std::string chosen;
  };
  const Case cases[] = {
      {{demand(1, large, true)}, 5000, 40, "f2"},
      {{demand(1, large, true)}, 1400, 40, "f1"},  // pictures per second go first
      {{demand(1, large, true)}, 1100, 40, "h2"},  // but no more than half of them
      {{demand(1, large, true)}, 400, 40, "h1"},
      {{demand(1, large, true)}, 370, 40, "q2"},
      {{demand(1, large, true)}, 110, 40, "q0"},
      {{demand(1, large, true)}, 99, 40, "-"},
      {{demand(1, large, true)}, 20, 40, "-"},     // audio is never refused
      {{demand(1, small, true)}, 5000, 40, "q2"},  // no more than the tile shows
      {{demand(1, small), demand(2, large, true)}, 1560, 40, "- f2"},
      {{demand(1, small), demand(2, large, true)}, 1680, 40, "q2 f2"},
      {{demand(1, small), demand(2, middle)}, 60, 0, "- q0"},  // larger tiles first
      {{demand(1, small), demand(2, middle)}, 120, 0, "q0 q0"},
      {{demand(1, middle), demand(2, middle)}, 600, 0, "h2 q2"},
      {{demand(1, middle), demand(2, middle)}, 240, 0, "q2 q2"},
      {{}, 1000, 40, ""},
  };
  for (const Case& c : cases) {
    const auto a = allocate(start, kbps(c.bandwidth), kbps(c.audio), c.demands, {});
    EXPECT_EQ(text(a), c.chosen) << c.bandwidth;
  }
}

TEST(Allocator, ALargerPictureThatIsNotMotionIsNoBetter) {
  SlotDemand d = demand(1, large, true);
  const auto at = [&](double pictures) {
    for (LayerRates& layer : d.layers) layer.pictures_per_second = pictures;
    return text(allocate(start, kbps(800), {}, {{d}}, {}));
  };
  EXPECT_EQ(at(60), "f0") << "15 of them";
  EXPECT_EQ(at(30), "h2");
  d.layers[2].up_to[1] = kbps(700);
  EXPECT_EQ(at(30), "f1") << "15 again";
  EXPECT_EQ(at(15), "h2");
}

TEST(Allocator, SaysWhatEverythingWouldTake) {
  const std::vector<SlotDemand> demands = {demand(1, large, true), demand(2, small)};
  EXPECT_EQ(allocate(start, kbps(100), kbps(40), demands, {}).demand, kbps(1660));
}

TEST(Allocator, ChoosesAmongWhatFlows) {
  SlotDemand d = demand(1, large, true);
  d.layers[2].flowing = false;
  EXPECT_EQ(text(allocate(start, kbps(5000), {}, {{d}}, {})), "h2");
  for (LayerRates& layer : d.layers) layer.flowing = false;
  const auto waiting = allocate(start, kbps(0), {}, {{d}}, {});
  EXPECT_EQ(text(waiting), "f2") << "waited for, at no cost";
  EXPECT_EQ(waiting.used, BitRate{});
  d.layers.clear();
  EXPECT_EQ(text(allocate(start, kbps(5000), {}, {{d}}, {})), "-");
}

TEST(Allocator, RisesWithMarginAndAfterATimeButFallsAtOnce) {
  const std::vector<SlotDemand> demands = {demand(1, large, true)};
  auto a = allocate(start, kbps(1600), {}, demands, {});
  EXPECT_EQ(text(a), "f2");
  a = allocate(start + milliseconds(100), kbps(500), {}, demands, a);
  EXPECT_EQ(text(a), "h2");
  Instant now = start + milliseconds(100) + up_after_fall;
  EXPECT_EQ(text(allocate(now - milliseconds(1), kbps(5000), {}, demands, a)), "h2");
  EXPECT_EQ(text(allocate(now, kbps(1400), {}, demands, a)), "h2") << "1125 fit, but only just";
  a = allocate(now, kbps(1410), {}, demands, a);
  EXPECT_EQ(text(a), "f1");
  EXPECT_EQ(text(allocate(now + milliseconds(999), kbps(5000), {}, demands, a)), "f1");
  EXPECT_EQ(text(allocate(now + up_after_rise, kbps(5000), {}, demands, a)), "f2");
}

TEST(Allocator, ATileThatGrowsWaitsForNothing) {
  auto a = allocate(start, kbps(5000), {}, {{demand(1, large, true)}}, {});
  a = allocate(start, kbps(5000), {}, {{demand(1, small)}}, a);
  EXPECT_EQ(text(a), "q2");
  a = allocate(start, kbps(5000), {}, {{demand(1, large, true)}}, a);
  EXPECT_EQ(text(a), "f2");
}

TEST(Allocator, FocusTakesFromTheOthers) {
  std::vector<SlotDemand> demands = {demand(1, middle), demand(2, middle), demand(3, middle)};
  auto a = allocate(start, kbps(1700), {}, demands, {});
  EXPECT_EQ(text(a), "h2 h2 h2");
  demands[2] = demand(3, large, true);
  EXPECT_EQ(text(allocate(start, kbps(1700), {}, demands, a)), "h2 q2 f1")
      << "of 1700, the better part with a margin";
}

TEST(Allocator, TwentyPeopleOnTwoMegabits) {
  std::vector<SlotDemand> demands = {demand(0, large, true)};
  for (uint32_t i = 1; i < 20; ++i) demands.push_back(demand(i, {160, 90}));
  const auto a = allocate(start, kbps(2000), kbps(80), demands, {});
  EXPECT_EQ(a.slots[0].choice, (LayerChoice{2, 2})) << "the speaker is sharp";
  const auto shown =
      std::ranges::count_if(a.slots, [](const auto& s) { return s.choice.has_value(); });
  EXPECT_EQ(shown, 8) << "seven others for 60 kbit/s each";
}

std::vector<SlotDemand> random_demands(SeededRandom& random) {
  std::vector<SlotDemand> demands;
  const uint64_t count = random.next() % 20;
  for (uint32_t i = 0; i < count; ++i) {
    SlotDemand d{camera(i), random.next() % 6 == 0, {}, {1280, 720}, {}};
    d.wanted = {static_cast<uint16_t>(random.next() % 1500), 360};
    const uint64_t layers = 1 + random.next() % 3;
    for (uint64_t l = 0; l < layers; ++l) {
      LayerRates rates{
          std::ldexp(1.0, static_cast<int>(l - layers) + 1), random.next() % 8 != 0, 30, {}};
      int64_t rate = 0;
      for (uint64_t t = 0; t <= random.next() % 3; ++t)
        rates.up_to.push_back(
            kbps(rate += static_cast<int64_t>(10 + random.next() % (uint64_t{300} << l))));
      d.layers.push_back(std::move(rates));
    }
    demands.push_back(std::move(d));
  }
  return demands;
}

TEST(Allocator, NeverTakesMoreThanThereIsButForAudioAndALittleThatItHad) {
  SeededRandom random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto demands = random_demands(random);
    const BitRate audio = kbps(static_cast<int64_t>(random.next() % 300));
    Allocation a;
    Instant now = start;
    for (int turn = 0; turn < 5; ++turn) {
      const BitRate bandwidth = kbps(static_cast<int64_t>(random.next() % 8000));
      now = now + milliseconds(static_cast<int64_t>(random.next() % 3000));
      a = allocate(now, bandwidth, audio, demands, a);
      BitRate sum = audio;
      for (const auto& slot : a.slots) sum = sum + slot.rate;
      EXPECT_EQ(sum, a.used);
      EXPECT_LE(a.used, std::max(turn == 0 ? bandwidth : bandwidth * keep_margin, audio));
      EXPECT_LE(a.used, a.demand);
    }
  }
}

TEST(Allocator, MoreBandwidthIsNeverWorseForWhatComesFirst) {
  SeededRandom random(2);
  for (int i = 0; i < 500; ++i) {
    const auto demands = random_demands(random);
    Allocation less = allocate(start, BitRate{}, {}, demands, {});
    for (int bandwidth = 100; bandwidth < 8000; bandwidth += 150) {
      const Allocation more = allocate(start, kbps(bandwidth), {}, demands, {});
      // The first in focus whose picture differs is better.
      for (size_t s = 0; s < demands.size(); ++s) {
        if (!demands[s].focus || more.slots[s].choice == less.slots[s].choice) continue;
        EXPECT_GT(more.slots[s].rate, less.slots[s].rate);
        break;
      }
      less = more;
    }
  }
}

TEST(Allocator, WhatHasLongFittedNeedsNoMargin) {
  const SlotDemand demands[] = {demand(1, large)};
  auto a = allocate(start, kbps(500), {}, demands, {});
  ASSERT_EQ(text(a), "h2");
  const Instant now = start + seconds(10);
  EXPECT_EQ(text(allocate(now, {kbps(1260), kbps(1230)}, {}, demands, a)), "h2")
      << "1125 and a little";
  a = allocate(now, {kbps(1260), kbps(1240)}, {}, demands, a);
  EXPECT_EQ(text(a), "f1");
  EXPECT_EQ(text(allocate(now + seconds(1), {kbps(1030), kbps(1240)}, {}, demands, a)), "h2")
      << "what it carries now counts";
}

TEST(Allocator, WhatIsThereStaysWhileTheEstimateDipsALittle) {
  const SlotDemand demands[] = {demand(1, large)};
  const auto a = allocate(start, kbps(1125), {}, demands, {});
  ASSERT_EQ(text(a), "f1");
  const Instant now = start + seconds(1);
  EXPECT_EQ(text(allocate(now, kbps(1050), {}, demands, a)), "f1");
  EXPECT_EQ(text(allocate(now, kbps(1040), {}, demands, a)), "h2");
  EXPECT_EQ(text(allocate(start, kbps(1120), {}, demands, {})), "h2") << "what is new has to fit";
}

TEST(Allocator, DoesNotFlapWhenTheEstimateSwingsByATenth) {
  SeededRandom random(3);
  for (int i = 0; i < 300; ++i) {
    const auto demands = random_demands(random);
    const bool lately_known = i % 2 == 0;
    const auto middle_rate = static_cast<double>(200 + random.next() % 6000);
    Allocation a;
    Instant now = start;
    int changes = 0;
    for (int turn = 0; turn < 600; ++turn) {
      now = now + milliseconds(100);
      const double noise = random.next() % 2 == 0 ? 0.9 : 1.1;
      const auto at = [&](double factor) {
        return kbps(static_cast<int64_t>(middle_rate * factor));
      };
      const auto next =
          allocate(now, {at(noise), lately_known ? at(0.9) : BitRate{}}, kbps(40), demands, a);
      for (size_t s = 0; s < a.slots.size(); ++s)
        changes += turn > 300 && next.slots[s].choice != a.slots[s].choice;
      a = next;
    }
    EXPECT_EQ(changes, 0);
  }
}

TEST(Allocator, FindsEachSlotAgainWhateverTheOrder) {
  std::vector<SlotDemand> demands = {demand(1, middle), demand(2, small)};
  const auto a = allocate(start, kbps(5000), {}, demands, {});
  std::swap(demands[0], demands[1]);
  const auto b = allocate(start + seconds(1), kbps(5000), {}, demands, a);
  EXPECT_EQ(text(b), "q2 h2");
  EXPECT_EQ(b.slots[0].changed, start);
}

}  // namespace
}  // namespace vicino::sfu
