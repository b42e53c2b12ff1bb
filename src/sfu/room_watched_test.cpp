// What publishers are told of who watches them, and everybody of poor uplinks.
#include "sfu/room_path_fixture.h"

namespace vicino::sfu {
namespace {

class WatchedTest : public PathTest {
 protected:
  // Names of the layers that 1 was told to go on with; nullopt: it wasn't told anything.
  std::optional<std::string> watched() {
    const auto all = heard<LayersWatched>();
    if (all.empty()) return std::nullopt;
    std::string names;
    for (const WatchedLayer& layer : all.back().layers) names += layer.rid;
    return names;
  }
  size_t told() { return heard<LayersWatched>().size(); }
  // A camera does as it is told.
  void obey() {
    const auto names = watched();
    for (auto& camera : publishers[1].layers)
      camera.on = !names || names->find(camera.stream.rid) != std::string::npos;
  }
  void run_obeying(Duration time) {
    for (const Instant end = now + time; now < end;) {
      run(milliseconds(10));
      obey();
    }
  }
};

TEST_F(WatchedTest, WhatNobodyWatchesIsPausedAfterAWhile) {
  publish(1);
  run(milliseconds(1900));
  EXPECT_EQ(watched(), std::nullopt);
  run(milliseconds(400));
  EXPECT_EQ(watched(), "");
  EXPECT_EQ(told(), 1u);
  run(seconds(10));
  EXPECT_EQ(told(), 1u);
}

TEST_F(WatchedTest, OnlyTheLayersThatSomebodyGetsAreWatched) {
  publish(1);
  join(2);
  join(3);
  want(2, {camera_of(1, 320, 180)});
  want(3, {camera_of(1, 1280, 720)});
  run(seconds(3));
  EXPECT_EQ(watched(), "qf");
}

TEST_F(WatchedTest, APausedLayerIsResumedAtOnceAndAskedForAKeyFrame) {
  publish(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  run_obeying(seconds(4));
  EXPECT_EQ(watched(), "q");
  const size_t asked = publishers[1].keys_asked;
  want(2, {camera_of(1, 1280, 720)});
  EXPECT_EQ(watched(), "qf") << "without waiting for anything";
  run_obeying(milliseconds(200));
  EXPECT_GT(publishers[1].keys_asked, asked);
  ASSERT_FALSE(video_to(2).empty());
  EXPECT_GT(video_to(2).back().payload.size(), 700u) << "the large layer has begun";
  run_obeying(seconds(3));
  EXPECT_EQ(watched(), "f");
}

TEST_F(WatchedTest, WhatDoesNotComeIsWaitedForNoLonger) {
  publish(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  run_obeying(seconds(4));
  want(2, {camera_of(1, 1280, 720)});
  // The encoder can do no more than the middle layer.
  for (int i = 0; i < 600; ++i) {
    run(milliseconds(10));
    obey();
    publishers[1].layers[2].on = false;
  }
  out.clear();
  publishers[1].asked = 0;
  run(milliseconds(500));
  ASSERT_FALSE(video_to(2).empty());
  EXPECT_GT(video_to(2).back().payload.size(), 400u) << "the middle layer";
  EXPECT_NE(watched()->find('f'), std::string::npos) << "it would still be welcome";
}

// A device or an uplink that carries no more: it sends its smallest layer instead of what it is
// told.
TEST_F(WatchedTest, WhoComesSeesTheSmallestLayerWhereNoOtherComes) {
  publish(1);
  for (auto& camera : publishers[1].layers) camera.on = false;
  run(seconds(4));
  paths[2].rate = rtc::kilobits_per_second(10'000);
  join(2);
  want(2, {camera_of(1, 1280, 720)});
  for (auto& camera : publishers[1].layers) camera.on = camera.stream.rid == "q";
  run(milliseconds(500));
  EXPECT_GE(video_rate(2), rtc::kilobits_per_second(50))
      << "at once, not when the others didn't come";
  run(seconds(4));
  for (int second = 0; second < 10; ++second) {
    run(seconds(1));
    EXPECT_GE(video_rate(2), rtc::kilobits_per_second(100)) << second;
  }
  for (auto& camera : publishers[1].layers) camera.on = true;
  run(seconds(5));
  EXPECT_GE(video_rate(2), rtc::kilobits_per_second(1400)) << "as soon as it can be had";
}

TEST_F(WatchedTest, OfARoomOnSeveralWorkersEverythingIsWatched) {
  publish(1);
  room.set_spread(true);
  run(seconds(5));
  EXPECT_EQ(watched(), std::nullopt);
  room.set_spread(false);
  run(seconds(3));
  EXPECT_EQ(watched(), "");
  room.set_spread(true);
  run(milliseconds(200));
  EXPECT_EQ(watched(), "qhf");
}

TEST_F(WatchedTest, WhoCannotBeToldIsntPaused) {
  publish(1, false);
  run(seconds(5));
  EXPECT_EQ(watched(), std::nullopt);
}

TEST_F(WatchedTest, PoorUplinksAreToldToAllThatAreThereAndToWhoComes) {
  publish(1);
  join(2);
  run(seconds(3));
  EXPECT_TRUE(heard<UplinksChanged>().empty());
  for (int i = 0; i < 400; ++i) {
    run(milliseconds(10));
    if (i % 2 == 0) ++publishers[1].mic.sequence;  // lost
  }
  auto told = heard<UplinksChanged>();
  ASSERT_FALSE(told.empty());
  EXPECT_LE(told.size(), 4u) << "at most once a second";
  EXPECT_EQ(told.back().to, (std::vector<ParticipantId>{{1}, {2}}));
  ASSERT_EQ(told.back().poor.size(), 1u);
  EXPECT_EQ(told.back().poor[0].participant, ParticipantId{1});
  EXPECT_GE(told.back().poor[0].lost_permille, 50);
  join(3);
  told = heard<UplinksChanged>();
  EXPECT_EQ(told.back().to, (std::vector<ParticipantId>{{3}}));
  EXPECT_EQ(told.back().poor.size(), 1u);
  run(seconds(10));
  EXPECT_TRUE(heard<UplinksChanged>().back().poor.empty());
}

}  // namespace
}  // namespace vicino::sfu
