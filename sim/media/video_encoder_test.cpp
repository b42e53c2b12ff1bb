#include "sim/media/video_encoder.h"

#include <gtest/gtest.h>

namespace vicino::sim {
namespace {

constexpr auto kbps = rtc::kilobits_per_second;

struct Made {
  std::vector<double> rates;  // kbit/s of each layer
  std::vector<EncodedFrame> frames;
};

Made encode(VideoEncoder& encoder, int seconds) {
  Made made;
  made.rates.resize(encoder.settings().layers.size());
  for (int i = 0; i < seconds * 30; ++i) {
    for (const EncodedFrame& frame : encoder.encode()) {
      made.rates[frame.layer] += static_cast<double>(frame.bytes) * 8 / 1000 / seconds;
      made.frames.push_back(frame);
    }
  }
  return made;
}

TEST(VideoEncoder, KeepsToItsRateWithKeyFramesToo) {
  for (const int rate : {50, 300, 1000, 10'000}) {
    for (const uint64_t seed : {1u, 2u, 3u}) {
      VideoEncoder encoder(adaptive(kbps(20'000)), seed, {});
      encoder.set_rate(kbps(rate));
      encode(encoder, 1);
      encoder.request_key_frame(0);
      EXPECT_NEAR(encode(encoder, 10).rates[0], rate, rate * 0.05);
    }
  }
}

TEST(VideoEncoder, LayersComeAndGoWithTheRateSmallestFirst) {
  VideoEncoder encoder(camera(), 1, {});
  const auto sent = [&](int rate) {
    encoder.set_rate(kbps(rate));
    std::vector<bool> flows;
    for (const double r : encode(encoder, 1).rates) flows.push_back(r > 0);
    return flows;
  };
  using Flows = std::vector<bool>;
  EXPECT_EQ(sent(10), Flows({false, false, false}));
  EXPECT_EQ(sent(100), Flows({true, false, false}));
  EXPECT_EQ(sent(320), Flows({true, true, false}));
  EXPECT_EQ(sent(1300), Flows({true, true, true}));
  EXPECT_EQ(sent(20), Flows({true, false, false}));
}

TEST(VideoEncoder, ALayerThatComesBackBeginsWithAKeyFrame) {
  VideoEncoder encoder(camera(), 1, {});
  encoder.set_rate(kbps(3000));
  encode(encoder, 1);
  encoder.set_rate(kbps(200));
  encode(encoder, 1);
  encoder.set_rate(kbps(3000));
  for (const EncodedFrame& frame : encoder.encode()) EXPECT_EQ(frame.key, frame.layer > 0);
}

TEST(VideoEncoder, WhatNobodyWatchesTakesNothing) {
  VideoEncoder encoder(camera(), 1, {});
  encoder.set_watched(2, false);
  EXPECT_EQ(encoder.most(), kbps(650));
  encoder.set_rate(kbps(3000));
  const auto rates = encode(encoder, 2).rates;
  EXPECT_GT(rates[1], 0);
  EXPECT_EQ(rates[2], 0);
  encoder.set_watched(0, false);
  encoder.set_watched(1, false);
  encoder.set_watched(2, true);
  encoder.set_rate(kbps(900));
  EXPECT_GT(encode(encoder, 2).rates[2], 0) << "smaller ones that nobody watches take no part";
}

TEST(VideoEncoder, AKeyFrameIsMadeOnceWhenAskedFor) {
  VideoEncoder encoder(camera(), 1, {});
  encoder.set_rate(kbps(3000));
  encode(encoder, 1);
  encoder.request_key_frame(1);
  int keys = 0;
  for (const EncodedFrame& frame : encode(encoder, 2).frames) {
    if (!frame.key) continue;
    ++keys;
    EXPECT_EQ(frame.layer, 1u);
    EXPECT_EQ(frame.temporal, 0);
  }
  EXPECT_EQ(keys, 1);
}

TEST(VideoEncoder, HalfOfAllFramesAreOfTheHighestTemporalLayer) {
  VideoEncoder encoder(adaptive(kbps(1000)), 1, {});
  encoder.set_rate(kbps(500));
  std::array<int, 3> count{};
  for (const EncodedFrame& frame : encode(encoder, 20).frames) ++count[frame.temporal];
  EXPECT_NEAR(count[0], 150, 5);
  EXPECT_NEAR(count[1], 150, 5);
  EXPECT_NEAR(count[2], 300, 5);
}

}  // namespace
}  // namespace vicino::sim
