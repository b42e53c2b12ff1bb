// One room on two workers.
#include "sfu/shard_fixture.h"

namespace vicino::sfu {
namespace {

class ShardRelayTest : public ShardTest {
 protected:
  ShardRelayTest() : ShardTest(2) {}

  static ParticipantSetup known(uint32_t id) {
    ParticipantSetup s = setup(id);
    s.slots.clear();
    return s;
  }
  // 1 on the first worker, 2 on the second, each known to the other.
  void spread() {
    add(1);
    command(AddParticipant{{1}, setup(2), transport(2, "")}, 1);
    start_client(2, "", 1);
    command(AddRelayed{{1}, known(1), 0}, 1);
    command(AddRelayed{{1}, known(2), 1}, 0);
    command(SpreadRoom{{1}, {1}}, 0);
    command(SpreadRoom{{1}, {0}}, 1);
    pass(seconds(1));
  }
  size_t plis_to(uint32_t id) {
    size_t found = 0;
    for (const Buffer& compound : clients[id].rtcp) {
      rtc::RtcpReader reader(compound);
      while (const auto item = reader.next().value())
        found += std::holds_alternative<rtc::PictureLossIndication>(*item);
    }
    return found;
  }
};

TEST_F(ShardRelayTest, MediaTravelsBetweenWorkers) {
  spread();
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  Stream cam = camera();
  media(1, cam.vp8(true));
  media(1, cam.vp8(false));
  Stream mic{"mic", "", 5, 0, opus_in};
  media(1, mic.opus(30));
  ASSERT_EQ(clients[2].rtp.size(), 3u);
  EXPECT_TRUE(clients[1].rtp.empty());
  const auto first = rtc::RtpPacket::parse(clients[2].rtp[0]).value();
  const auto second = rtc::RtpPacket::parse(clients[2].rtp[1]).value();
  EXPECT_EQ(second.sequence(), static_cast<uint16_t>(first.sequence() + 1));
  Stream back{"mic", "", 6, 0, opus_in};
  media(2, back.opus(30));
  EXPECT_EQ(clients[1].rtp.size(), 1u);
  EXPECT_EQ(workers[0]->shard.stats().relayed_out, 3u);
  EXPECT_GE(workers[1]->shard.stats().relayed_in, 3u);
  EXPECT_EQ(workers[1]->shard.stats().rtp_in, 1u) << "its own only";
}

TEST_F(ShardRelayTest, AViewerElsewhereGetsAKeyFrame) {
  spread();
  Stream cam = camera();
  media(1, cam.vp8(true));
  pass(seconds(1));  // too long ago to begin with
  const size_t before = plis_to(1);
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  EXPECT_EQ(plis_to(1), before + 1);
  media(1, cam.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
}

TEST_F(ShardRelayTest, ARecentKeyFrameIsThereOnTheOtherWorkerToo) {
  spread();
  Stream cam = camera();
  media(1, cam.vp8(true));
  media(1, cam.vp8(false));
  const size_t before = plis_to(1);
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  EXPECT_EQ(clients[2].rtp.size(), 2u);
  EXPECT_EQ(plis_to(1), before);
}

TEST_F(ShardRelayTest, LostPacketsAreAskedForWhereTheyComeIn) {
  spread();
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  Stream cam = camera();
  media(1, cam.vp8(true));
  const Buffer lost = cam.vp8(false);
  clients[1].rtcp.clear();
  media(1, cam.vp8(false));
  pass(milliseconds(200));
  size_t nacks = 0;
  for (const Buffer& compound : clients[1].rtcp) {
    rtc::RtcpReader reader(compound);
    while (const auto item = reader.next().value())
      nacks += std::holds_alternative<rtc::Nack>(*item);
  }
  EXPECT_GE(nacks, 1u) << "nobody on this worker watches, but somebody does";
  media(1, lost);
  EXPECT_EQ(clients[2].rtp.size(), 3u);
}

// Feedback about the publisher comes from where its packets do.
TEST_F(ShardRelayTest, TheOtherWorkerReportsNothingToAPublisher) {
  spread();
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  Stream cam = camera();
  media(1, cam.vp8(true));
  pass(milliseconds(100));
  const uint64_t before = workers[1]->shard.stats().relayed_out;
  for (int i = 0; i < 20; ++i) {
    media(1, cam.vp8(false));
    pass(milliseconds(100));
  }
  EXPECT_EQ(workers[1]->shard.stats().relayed_out, before);
}

TEST_F(ShardRelayTest, WhoComesBackIsRelayedAgain) {
  spread();
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  Stream cam = camera();
  media(1, cam.vp8(true));
  command(ReplaceParticipant{{1}, setup(1), transport(1, "again")});
  command(AddRelayed{{1}, known(1), 0}, 1);
  start_client(1, "again");
  pass(seconds(1));
  Stream fresh{"cam", "", 0x71, 0x72};
  media(1, fresh.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 2u);
}

TEST_F(ShardRelayTest, NothingGoesToOrComesFromThoseWhoLeft) {
  spread();
  command(SetWants{{1}, {2}, {camera_of(1)}}, 1);
  Stream cam = camera();
  media(1, cam.vp8(true));
  command(RemoveParticipant{{1}, {1}}, 1);
  media(1, cam.vp8(false));  // the news hasn't reached the first worker
  EXPECT_EQ(clients[2].rtp.size(), 1u);
  command(RemoveParticipant{{1}, {1}}, 0);
  command(RemoveParticipant{{1}, {2}}, 1);
  EXPECT_EQ(workers[1]->shard.stats().rooms, 0u);
  command(RemoveParticipant{{1}, {2}}, 0);
  EXPECT_EQ(workers[0]->shard.stats().rooms, 0u);
}

// Commands and relayed packets come by different ways: either may be first.
TEST_F(ShardRelayTest, PacketsThatNobodyExpectsAreDropped) {
  add(1);
  pass(seconds(1));
  Stream cam = camera();
  Buffer packet = cam.vp8(true);
  Worker& w = *workers[1];
  w.shard.handle_relayed(now, {Relayed::Kind::rtp, {1}, {1}}, packet, w.out);
  w.shard.handle_relayed(now, {Relayed::Kind::request, {9}, {1}}, packet, w.out);
  w.shard.flush(now, w.out);
  EXPECT_TRUE(w.out.empty());
}

}  // namespace
}  // namespace vicino::sfu
