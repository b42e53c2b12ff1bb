// Who is in which slot: joins, leaves, wants, speakers.
#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

class AssignTest : public RoomTest {
 protected:
  // Who is heard by `who`, by slot.
  std::map<std::string, uint32_t> heard(uint32_t who) {
    std::map<std::string, uint32_t> found;
    for (const auto& [mid, content] : slots_of(who)) {
      if (content.first && kind_of(content.second) == rtc::MediaKind::audio)
        found[mid] = *content.first;
    }
    return found;
  }
  bool hears(uint32_t who, uint32_t whom) {
    for (const auto& [mid, content] : heard(who)) {
      if (content == whom) return true;
    }
    return false;
  }
  // 20 ms of everyone's microphone.
  void talk(Duration time, const std::map<uint32_t, uint8_t>& levels) {
    for (const Instant end = now + time; now < end; pass(milliseconds(20))) {
      for (const auto& [who, level] : levels) {
        Stream& s = mics.try_emplace(who, Stream{"mic", "", 5, 0, opus_in}).first->second;
        ASSERT_TRUE(send(who, s.opus(level)));
      }
    }
  }
  std::map<uint32_t, Stream> mics;
};

TEST_F(AssignTest, EverybodyIsHeardWhileSlotsSuffice) {
  for (uint32_t id = 1; id <= 9; ++id) join(id);
  EXPECT_EQ(heard(9).size(), 8u);
  EXPECT_EQ(heard(9)["s0"], 1u);
  talk(milliseconds(100), {{1, 90}, {2, 127}});
  EXPECT_EQ(out.media[9].size(), 10u) << "also who is silent";
}

TEST_F(AssignTest, WithMoreVoicesThanSlotsTheSpeakingAreHeard) {
  for (uint32_t id = 1; id <= 12; ++id) join(id);
  std::map<uint32_t, uint8_t> levels;
  for (uint32_t id = 1; id <= 12; ++id) levels[id] = 90;
  talk(seconds(1), levels);
  ASSERT_FALSE(hears(1, 12));
  const auto before = heard(1);
  levels[12] = 20;
  talk(milliseconds(200), levels);
  EXPECT_TRUE(hears(1, 12));
  EXPECT_FALSE(hears(12, 12));
  size_t same = 0;
  for (const auto& [mid, who] : heard(1)) same += before.at(mid) == who;
  EXPECT_EQ(same, 7u) << "the others stay where they are";
}

TEST_F(AssignTest, EquallyLoudSpeakersDontTakeEachOthersSlots) {
  for (uint32_t id = 1; id <= 12; ++id) join(id);
  std::map<uint32_t, uint8_t> levels;
  for (uint32_t id = 1; id <= 12; ++id) levels[id] = static_cast<uint8_t>(30 + id % 5);
  talk(seconds(1), levels);
  const auto before = heard(1);
  SeededRandom noise(2);
  for (int i = 0; i < 100; ++i) {
    for (auto& [id, level] : levels) level = static_cast<uint8_t>(28 + noise.u32() % 8);
    talk(milliseconds(60), levels);
  }
  EXPECT_EQ(heard(1), before);
}

TEST_F(AssignTest, LeavingFreesTheSlotAndMovesNobody) {
  for (uint32_t id = 1; id <= 4; ++id) join(id);
  want(4, {camera_of(1, 320, 180), camera_of(2, 320, 180), camera_of(3, 320, 180)});
  const auto before = slots_of(4);
  room.remove(now, {2}, out);
  const auto after = slots_of(4);
  EXPECT_EQ(after.at("s1"), (std::pair{std::optional<uint32_t>(), Source::microphone}));
  EXPECT_EQ(after.at("s9"), (std::pair{std::optional<uint32_t>(), Source::camera}));
  for (const char* mid : {"s0", "s2", "s8", "s10"}) EXPECT_EQ(after.at(mid), before.at(mid)) << mid;
  EXPECT_EQ(send(2, q.vp8(true)).error().code, Errc::not_found);
  join(5);
  EXPECT_EQ(slots_of(4).at("s1").first, 5u);
}

TEST_F(AssignTest, TheRoomIsEmptyWhenAllHaveLeft) {
  join(1);
  join(2);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  room.remove(now, {1}, out);
  EXPECT_FALSE(room.empty());
  room.remove(now, {2}, out);
  room.remove(now, {2}, out);
  EXPECT_TRUE(room.empty());
  EXPECT_EQ(room.next_timeout(), Instant::never());
}

TEST_F(AssignTest, VideoSlotsFollowTheWantsAndKeepWhoStays) {
  for (uint32_t id = 1; id <= 6; ++id) join(setup(id, 8, 2));
  want(6, {camera_of(1, 1, 1), camera_of(2, 1, 1), camera_of(3, 1, 1)});
  EXPECT_EQ(slots_of(6)["s8"].first, 1u);
  EXPECT_EQ(slots_of(6)["s9"].first, 2u);
  want(6, {camera_of(4, 1, 1), camera_of(2, 1, 1)});
  EXPECT_EQ(slots_of(6)["s8"].first, 4u);
  EXPECT_EQ(slots_of(6)["s9"].first, 2u);
  // Oneself, nobody, what isn't published, repetitions.
  want(6, {camera_of(6, 1, 1),
           camera_of(77, 1, 1),
           {{1}, Source::screen, 1, 1},
           {{1}, Source::microphone, 1, 1},
           camera_of(3, 1, 1),
           camera_of(3, 9, 9)});
  EXPECT_EQ(slots_of(6)["s8"].first, 3u);
  EXPECT_EQ(slots_of(6)["s9"].first, std::nullopt);
  // A want for somebody who isn't there yet.
  want(6, {camera_of(7, 1, 1)});
  EXPECT_EQ(slots_of(6)["s8"].first, std::nullopt);
  join(7);
  EXPECT_EQ(slots_of(6)["s8"].first, 7u);
}

TEST_F(AssignTest, ChangesAreToldOnce) {
  join(1);
  join(2);
  EXPECT_EQ(room.take_events().size(), 2u);
  EXPECT_TRUE(room.take_events().empty());
  want(2, {camera_of(1, 1, 1)});
  want(2, {camera_of(1, 100, 100)});
  EXPECT_EQ(room.take_events().size(), 1u);
}

TEST_F(AssignTest, ANewConnectionKeepsThePlaceWithOthers) {
  join(1);
  join(2);
  join(3);
  want(3, {camera_of(1, 320, 180), camera_of(2, 320, 180)});
  want(1, {camera_of(3, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  pass(milliseconds(50));
  const auto before = slots_of(3);
  const auto sent = video_to(3);
  auto again = setup(1);
  for (auto& slot : again.slots) slot.ssrc += 100'000;
  room.replace(now, again, out);
  EXPECT_EQ(slots_of(3), before);
  EXPECT_EQ(room.take_events().size(), 0u);
  told[1].clear();
  room.connected(now, {1}, out);
  Stream fresh{"cam", "q", 0x77, 0x78};
  ASSERT_TRUE(send(1, fresh.vp8(false)));
  EXPECT_EQ(video_to(3).size(), sent.size()) << "only from a key frame on";
  ASSERT_TRUE(send(1, fresh.vp8(true)));
  const auto more = video_to(3);
  ASSERT_EQ(more.size(), sent.size() + 1);
  EXPECT_EQ(more.back().sequence, static_cast<uint16_t>(sent.back().sequence + 1));
  // Its own wants are still known.
  ASSERT_TRUE(send(3, q.vp8(true)));
  ASSERT_EQ(video_to(1).size(), 1u);
  EXPECT_EQ(video_to(1)[0].ssrc, 101'008u);
}

TEST_F(AssignTest, NothingIsSentBeforeTheReceiverIsConnected) {
  join(1);
  room.add(now, setup(2), out);
  want(2, {camera_of(1, 320, 180)});
  ASSERT_TRUE(send(1, q.vp8(true)));
  pass(seconds(2));
  EXPECT_TRUE(out.media.empty());
  EXPECT_TRUE(out.items<rtc::PictureLossIndication>(1).empty()) << "nobody to show it to";
  room.connected(now, {2}, out);
  EXPECT_EQ(out.items<rtc::PictureLossIndication>(1).size(), 1u);
}

TEST_F(AssignTest, AViewerOfEverythingGetsEverybodyButItself) {
  auto viewer = setup(9, 2, 2);
  viewer.publications.clear();
  viewer.receives_everything = true;
  viewer.peer_name = "studio";
  auto same = setup(1);
  same.peer_name = "studio";
  join(same);
  join(viewer);
  join(2);
  join(3);
  join(4);
  const auto slots = slots_of(9);
  EXPECT_EQ(slots.at("s2"), (std::pair{std::optional(2u), Source::camera}));
  EXPECT_EQ(slots.at("s3"), (std::pair{std::optional(3u), Source::camera}));
  EXPECT_EQ(slots.at("s0").first, 2u);
  for (Stream* s : {&q, &h, &f}) ASSERT_TRUE(send(2, s->vp8(true)));
  EXPECT_EQ(video_to(9).size(), 3u) << "each larger layer as it comes";
  ASSERT_TRUE(send(2, q.vp8(false)));
  ASSERT_TRUE(send(2, f.vp8(false)));
  EXPECT_EQ(video_to(9).size(), 4u) << "the largest";
}

TEST_F(AssignTest, AHundredParticipantsFit) {
  for (uint32_t id = 1; id <= 100; ++id) join(setup(id, 8, 25));
  for (uint32_t id = 1; id <= 100; ++id) {
    std::vector<Want> all;
    for (uint32_t other = 1; other <= 100; ++other) all.push_back(camera_of(other, 160, 90));
    want(id, all);
  }
  for (uint32_t id = 1; id <= 100; ++id) {
    Stream s{"cam", "q", id, id + 1000};
    ASSERT_TRUE(send(id, s.vp8(true)));
  }
  size_t sent = 0;
  for (const auto& [id, packets] : out.media) sent += packets.size();
  EXPECT_EQ(sent, 100u * 25);
  for (uint32_t id = 100; id >= 1; --id) room.remove(now, {id}, out);
  EXPECT_TRUE(room.empty());
}

}  // namespace
}  // namespace vicino::sfu
