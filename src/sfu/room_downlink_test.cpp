// What receivers get over paths that carry so much and no more.
#include "rtc/payload.h"
#include "sfu/room_path_fixture.h"

namespace vicino::sfu {
namespace {

constexpr auto kbps = rtc::kilobits_per_second;

class DownlinkTest : public PathTest {
 protected:
  static constexpr rtc::BitRate voice = kbps(14);  // of 16 kbit/s, at the edges of a second

  // 1 publishes, 2 watches it over a path of this rate.
  void watch_over(rtc::BitRate rate, uint16_t width = 1280, uint16_t height = 720) {
    publish(1);
    paths[2].rate = rate;
    join(2);
    want(2, {camera_of(1, width, height)});
  }
  // Sequence numbers of a receiver's video, in the order in which they came first.
  void expect_whole(uint32_t to) {
    std::map<uint32_t, std::vector<uint16_t>> numbers;
    std::map<uint32_t, std::vector<uint16_t>> pictures;
    for (const auto& [at, packet] : paths[to].got) {
      if (packet.payload_type != vp8_out) continue;
      numbers[packet.ssrc].push_back(packet.sequence);
      auto& ids = pictures[packet.ssrc];
      if (ids.empty() || ids.back() != picture_of(packet)) ids.push_back(picture_of(packet));
    }
    for (auto& [ssrc, all] : numbers) {
      for (size_t i = 1; i < all.size(); ++i)
        ASSERT_EQ(all[i], static_cast<uint16_t>(all[i - 1] + 1)) << "after " << i;
    }
    for (auto& [ssrc, all] : pictures) {
      for (size_t i = 1; i < all.size(); ++i) ASSERT_EQ(all[i], (all[i - 1] + 1) & 0x7fff);
    }
  }
};

TEST_F(DownlinkTest, AWidePathGetsTheLayerThatFitsTheTileAndKeepsIt) {
  watch_over(kbps(10'000));
  run(seconds(3));
  const size_t asked = publishers[1].keys_asked;
  for (int second = 0; second < 20; ++second) {
    run(seconds(1));
    EXPECT_GE(video_rate(2), kbps(1400)) << second;
  }
  EXPECT_EQ(publishers[1].keys_asked, asked) << "nothing was switched";
  EXPECT_TRUE(heard<HeldBackChanged>().empty());
  expect_whole(2);
}

TEST_F(DownlinkTest, ANarrowPathGetsWhatFitsAndAudioWhole) {
  watch_over(kbps(900));
  run(seconds(12));
  for (int second = 0; second < 20; ++second) {
    run(seconds(1));
    EXPECT_GE(audio_rate(2), voice) << second;
    EXPECT_GE(video_rate(2), kbps(100)) << second;
    EXPECT_LE(video_rate(2), kbps(850)) << second;
  }
  EXPECT_GE(video_rate(2), kbps(300));
}

TEST_F(DownlinkTest, APathForAudioAloneHoldsVideoBackAndSaysSo) {
  watch_over(kbps(64));
  run(seconds(20));
  EXPECT_EQ(held_back_from(2), (std::vector<Content>{{{1}, Source::camera}}));
  EXPECT_EQ(room.downlink_load().held_back, 1u);
  for (int second = 0; second < 10; ++second) {
    run(seconds(1));
    EXPECT_EQ(video_rate(2), kbps(0)) << second;
    EXPECT_GE(audio_rate(2), voice) << second;
  }
  paths[2].rate = kbps(5000);
  run(seconds(45));  // probes of so narrow a path can be heard, and are rare
  EXPECT_TRUE(held_back_from(2).empty()) << "the path carries it again";
  EXPECT_GE(video_rate(2), kbps(1300));
}

// While nothing goes out nothing is reported: the path has to be tried all the same.
TEST_F(DownlinkTest, APictureThatIsHeldBackBesideNoVoiceComesWhenThePathIsWideAgain) {
  watch_over(kbps(200));
  publishers[1].next_voice = Instant::never();
  for (auto& camera : publishers[1].layers) camera.on = camera.stream.rid == "f";
  run(seconds(30));
  EXPECT_EQ(video_rate(2), kbps(0));
  paths[2].rate = kbps(10'000);
  run(seconds(15));
  EXPECT_GE(video_rate(2), kbps(1400));
}

TEST_F(DownlinkTest, APictureThatNothingWentBeforeComesToAPathThatIsWide) {
  watch_over(kbps(10'000));
  publishers[1].next_voice = Instant::never();
  for (auto& camera : publishers[1].layers) camera.on = false;
  run(seconds(1));
  publishers[1].next_voice = now;
  run(milliseconds(21));
  publishers[1].next_voice = Instant::never();
  run(seconds(10));
  for (auto& camera : publishers[1].layers) camera.on = camera.stream.rid == "f";
  run(seconds(5));
  EXPECT_GE(video_rate(2), kbps(1400));
}

TEST_F(DownlinkTest, OfVoicesThatDontFitTheLoudestIsHeardWholeAndTheOthersAreSaidToBeHeldBack) {
  for (const uint32_t id : {1u, 3u, 4u}) publish(id);
  publishers[4].level = 10;
  paths[2].rate = kbps(64);  // each of them takes 46
  join(2);
  run(seconds(20));
  EXPECT_EQ(held_back_from(2),
            (std::vector<Content>{{{1}, Source::microphone}, {{3}, Source::microphone}}));
  for (int second = 0; second < 10; ++second) {
    run(seconds(1));
    EXPECT_GE(audio_rate(2), voice) << second;
    EXPECT_LT(audio_rate(2), voice * 1.5) << second;
  }
  paths[2].rate = kbps(5000);
  run(seconds(45));
  EXPECT_TRUE(held_back_from(2).empty()) << "the path carries them again";
  EXPECT_GE(audio_rate(2), voice * 3);
}

// Late packets of frames that are left out would be beginnings of frames without an end.
TEST_F(DownlinkTest, PicturesGoOnWherePacketsOfLeftOutFramesComeLate) {
  watch_over(kbps(1100));
  paths[2].longest_queue = seconds(5);  // nothing is lost
  publishers[1].late_in = 17;
  run(seconds(40));
  rtc::FrameAssembler assembler(rtc::Codec::vp8);
  Instant last = now - seconds(30);
  Duration longest;
  size_t hollow = 0;
  for (const auto& [at, packet] : paths[2].got) {
    if (packet.payload_type != vp8_out) continue;
    hollow += packet.payload.empty() ? 1 : 0;
    assembler.add(packet.sequence, packet.timestamp, packet.marker, packet.payload, {});
    while (assembler.take()) {
      if (at > last) longest = std::max(longest, at - last);
      last = std::max(last, at);
    }
  }
  EXPECT_GT(hollow, 0u);
  EXPECT_LT(std::max(longest, now - last), milliseconds(500));
}

TEST_F(DownlinkTest, VoicesGoOutTwiceWhereThePathLosesSomeAndHasRoom) {
  watch_over(kbps(5000));
  run(seconds(5));
  EXPECT_EQ(out.twice, 0u);
  paths[2].lost_in = 20;
  run(seconds(5));
  EXPECT_GE(out.twice, 150u) << "of 250 packets";
  paths[2].lost_in = 0;
  run(seconds(25));
  const size_t before = out.twice;
  run(seconds(5));
  EXPECT_EQ(out.twice, before);
}

TEST_F(DownlinkTest, AVoiceThatFillsThePathGoesOutOnce) {
  watch_over(kbps(64));
  paths[2].lost_in = 20;
  run(seconds(20));
  const size_t before = out.twice;
  run(seconds(20));
  EXPECT_EQ(out.twice, before);
}

TEST_F(DownlinkTest, APathThatBecomesNarrowIsFollowedWithinSeconds) {
  watch_over(kbps(5000));
  run(seconds(10));
  EXPECT_GE(video_rate(2), kbps(1400));
  paths[2].rate = kbps(700);
  run(seconds(4));
  EXPECT_LE(video_rate(2), kbps(600));
  EXPECT_GE(audio_rate(2), voice);
  paths[2].rate = kbps(5000);
  run(seconds(12));
  EXPECT_GE(video_rate(2), kbps(1400));
}

TEST_F(DownlinkTest, ACameraOfOneStreamIsFittedToThePathByItsLayers) {
  publish_layered(1);
  join(2);
  want(2, {camera_of(1, 1280, 720)});
  // Of the last picture that came; -1: none in the last second.
  const auto largest = [&] {
    int layer = -1;
    for (const auto& [at, packet] : paths[2].got) {
      if (at > now - seconds(1) && packet.payload_type == vp9_out)
        layer = LayeredCamera::layer_of(packet);
    }
    return layer;
  };
  for (const auto& [path, layer] : {std::pair{10'000, 2}, {700, 1}, {200, 0}, {10'000, 2}}) {
    paths[2].rate = kbps(path);
    run(seconds(20));
    EXPECT_EQ(largest(), layer) << path;
    const size_t asked = publishers[1].keys_asked;
    run(seconds(10));
    EXPECT_EQ(largest(), layer) << path;
    EXPECT_EQ(publishers[1].keys_asked, asked) << "it stays as it is, at " << path;
    EXPECT_GE(audio_rate(2), voice);
  }
  expect_whole(2);
}

TEST_F(DownlinkTest, APictureOfMorePacketsThanMayWaitIsGivenUpForAKeyFrame) {
  watch_over(kbps(3000));
  run(seconds(15));
  const size_t asked = publishers[1].keys_asked;
  Camera& large = publishers[1].layers[2];
  const rtc::BitRate usual = std::exchange(large.rate, kbps(200'000));  // 750 packets a frame
  run(milliseconds(34));
  large.rate = usual;
  run(seconds(3));
  EXPECT_GT(publishers[1].keys_asked, asked);
  EXPECT_GE(video_rate(2), kbps(100));
  expect_whole(2);
}

TEST_F(DownlinkTest, KeyFramesAreAskedForOncePerSwitch) {
  watch_over(kbps(900));
  run(seconds(40));
  EXPECT_LE(publishers[1].keys_asked, 20u);
}

TEST_F(DownlinkTest, WhatIsInFocusComesFirst) {
  publish(1);
  publish(3);
  paths[2].rate = kbps(900);
  join(2);
  Want focused = camera_of(3, 640, 360);
  focused.focus = true;
  want(2, {camera_of(1, 640, 360), focused});
  run(seconds(30));
  std::map<uint32_t, size_t> bytes;
  for (const auto& [at, packet] : paths[2].got)
    if (at > now - seconds(5) && packet.payload_type == vp8_out)
      bytes[packet.ssrc] += packet.payload.size();
  const auto slots = slots_of(2);
  std::map<uint32_t, size_t> of;
  for (const auto& [mid, content] : slots) {
    if (content.second == Source::camera && content.first)
      of[*content.first] = bytes[2000 + static_cast<uint32_t>(std::stoi(mid.substr(1)))];
  }
  EXPECT_GT(of[3], 2 * of[1]);
}

TEST_F(DownlinkTest, WhoNeverReportsGetsWhatIsWanted) {
  publish(1);
  paths[2].rate = kbps(300);
  paths[2].reports = false;
  join(2);
  want(2, {camera_of(1, 1280, 720)});
  run(seconds(5));
  const size_t before = paths[2].sent;
  run(seconds(5));
  EXPECT_GE(paths[2].sent - before, static_cast<size_t>(kbps(1500).bytes_in(seconds(5))));
  EXPECT_EQ(room.downlink_load().receivers, 0u);
  EXPECT_TRUE(heard<HeldBackChanged>().empty());
}

TEST_F(DownlinkTest, TemporalLayersAreLeftOutWithoutAGap) {
  // Between the smallest layer's base and all of it.
  watch_over(kbps(190), 320, 180);
  paths[2].longest_queue = seconds(3);  // nothing is lost on the way
  run(seconds(40));
  expect_whole(2);
  std::map<uint32_t, size_t> frames;
  for (const auto& [at, packet] : paths[2].got) {
    if (packet.payload_type == vp8_out && packet.marker) ++frames[packet.payload[5] >> 6];
  }
  EXPECT_GT(frames[0], 4 * frames[2]) << "the highest temporal layer is left out";
}

TEST_F(DownlinkTest, WhatIsAskedForAgainComesFromBetweenWhatWasLeftOut) {
  watch_over(kbps(190), 320, 180);
  run(seconds(40));
  const auto& got = paths[2].got;
  const auto last = std::ranges::find_if(got.rbegin(), got.rend(), [&](const auto& g) {
    return g.packet.payload_type == vp8_out && g.at < now - milliseconds(500);
  });
  ASSERT_NE(last, got.rend());
  const RtpOut lost = last->packet;
  send(2, rtc::Nack{1, lost.ssrc, {lost.sequence}});
  const auto again = video_to(2);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].payload_type, vp8_rtx_out);
  EXPECT_EQ(load16(again[0].payload.data()), lost.sequence);
  EXPECT_TRUE(std::ranges::equal(std::span(again[0].payload).subspan(2), lost.payload));
}

TEST_F(DownlinkTest, WhatIsAskedForAgainGoesOutTwiceWhereThePathLosesSome) {
  watch_over(kbps(5000));
  paths[2].lost_in = 20;
  run(seconds(10));
  paths[2].lost_in = 0;
  const auto& got = paths[2].got;
  const auto last = std::ranges::find_if(
      got.rbegin(), got.rend(), [](const auto& g) { return g.packet.payload_type == vp8_out; });
  ASSERT_NE(last, got.rend());
  send(2, rtc::Nack{1, last->packet.ssrc, {last->packet.sequence}});
  const auto again = video_to(2);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_NE(again[0].sequence, again[1].sequence) << "another number, another nonce";
  EXPECT_EQ(again[0].payload, again[1].payload);
  EXPECT_EQ(load16(again[0].payload.data()), last->packet.sequence);
}

TEST_F(DownlinkTest, ABurstWaitsForTheDelayItWouldMakeAndAFrameDoesNot) {
  watch_over(kbps(4000));
  run(seconds(10));
  const auto busiest = [&](Duration time) {
    size_t most = 0;
    for (const Instant end = now + time; now < end;) {
      const size_t before = paths[2].sent;
      run(milliseconds(1));
      most = std::max(most, paths[2].sent - before);
    }
    return most;
  };
  const auto frame = static_cast<size_t>(kbps(1500).bytes_in(microseconds(33'333)));
  EXPECT_GE(busiest(milliseconds(100)), frame) << "in one piece";
  publishers[1].layers[2].key_wanted = true;  // four times as large
  EXPECT_LE(busiest(milliseconds(300)), 2 * frame);
}

TEST_F(DownlinkTest, ForwardingToWhoReportsKeepsTheStreamWhole) {
  watch_over(kbps(1200));
  paths[2].longest_queue = seconds(3);  // nothing is lost on the way
  run(seconds(30));
  for (const Duration dip : {seconds(3), seconds(6)}) {
    paths[2].rate = kbps(250);
    run(dip);
    paths[2].rate = kbps(2500);
    run(seconds(8));
  }
  expect_whole(2);
}

}  // namespace
}  // namespace vicino::sfu
