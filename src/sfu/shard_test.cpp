#include "sfu/shard.h"

#include "rtc/stun.h"
#include "sfu/shard_fixture.h"

namespace vicino::sfu {
namespace {

TEST_F(ShardTest, MediaTravelsBetweenRealPeers) {
  add(1);
  add(2);
  pass(seconds(1));
  EXPECT_EQ(count<ParticipantConnected>(1), 1u);
  EXPECT_EQ(count<ParticipantConnected>(2), 1u);
  EXPECT_EQ(shard().stats().peers_connected, 2u);
  command(SetWants{{1}, {2}, {camera_of(1)}});
  EXPECT_GE(count<SlotsChanged>(2), 1u);
  Stream cam = camera();
  media(1, cam.vp8(true));
  media(1, cam.vp8(false));
  Stream mic{"mic", "", 5, 0, opus_in};
  media(1, mic.opus(30));
  ASSERT_EQ(clients[2].rtp.size(), 3u);
  EXPECT_TRUE(clients[1].rtp.empty());
  const auto got = rtc::RtpPacket::parse(clients[2].rtp[0]).value();
  EXPECT_EQ(got.ssrc(), 2001u);
  EXPECT_EQ(got.payload_type(), vp8_out);
  // A NACK and a PLI from the receiver.
  std::array<uint8_t, 200> memory;
  rtc::RtcpWriter writer(memory);
  ASSERT_TRUE(writer.add(rtc::Nack{1, 2001, {got.sequence()}}));
  ASSERT_TRUE(writer.add(rtc::PictureLossIndication{1, 2001}));
  ASSERT_TRUE(clients[2].peer->send_rtcp(writer.packet(), to_shard));
  flush(clients[2]);
  pass(seconds(1));
  ASSERT_EQ(clients[2].rtp.size(), 4u);
  EXPECT_EQ(rtc::RtpPacket::parse(clients[2].rtp[3])->ssrc(), 2501u);
  EXPECT_FALSE(clients[1].rtcp.empty());
  const ShardStats stats = shard().stats();
  EXPECT_EQ(stats.rtp_in, 3u);
  EXPECT_EQ(stats.rtp_out, 4u);
  EXPECT_EQ(stats.rtx_out, 1u);
  EXPECT_EQ(stats.nack_in, 1u);
  EXPECT_EQ(stats.pli_in, 1u);
  EXPECT_GE(stats.pli_out, 1u);
  EXPECT_EQ(stats.rooms, 1u);
}

TEST_F(ShardTest, RandomDatagramsAreCountedAndNotAnswered) {
  add(1);
  pass(seconds(1));
  const size_t before = datagrams_out;
  const ShardStats at_first = shard().stats();
  SeededRandom noise(3);
  constexpr uint64_t many = 5000;
  for (uint64_t i = 0; i < many; ++i) {
    Buffer bytes(noise.u32() % 200);
    noise.fill(bytes);
    from(Address::v4({203, 0, 113, static_cast<uint8_t>(i % 200)}, 1234), bytes);
  }
  from(clients[1].at, Buffer(100, 0x80));  // from the right address, without the keys
  settle();
  EXPECT_EQ(datagrams_out, before);
  const ShardStats stats = shard().stats();
  EXPECT_EQ(stats.datagrams_in, at_first.datagrams_in + many + 1);
  const auto refused = [](const ShardStats& s) {
    return s.refused_unknown_peer + s.refused_malformed + s.refused_unauthenticated +
           s.refused_replayed + s.refused_other;
  };
  EXPECT_EQ(refused(stats) - refused(at_first), many + 1);
  EXPECT_GT(stats.refused_unknown_peer, 0u);
  EXPECT_GT(stats.refused_malformed, 0u);
  EXPECT_EQ(stats.refused_unauthenticated, 1u);
  EXPECT_EQ(stats.peers_connected, 1u);
}

TEST_F(ShardTest, ReplayedMediaIsRefused) {
  add(1);
  pass(seconds(1));
  Stream cam = camera();
  Buffer packet = cam.vp8(true);
  const auto parsed = rtc::RtpPacket::parse(packet).value();
  ASSERT_TRUE(clients[1].peer->send_rtp(parsed.header(), parsed.payload(), to_shard));
  const Bytes sealed = to_shard.bytes(to_shard.datagrams()[0]);
  const Buffer datagram(sealed.begin(), sealed.end());
  to_shard.clear();
  from(clients[1].at, datagram);
  EXPECT_EQ(shard().stats().refused_replayed, 0u);
  from(clients[1].at, datagram);
  EXPECT_EQ(shard().stats().refused_replayed, 1u);
  EXPECT_EQ(shard().stats().rtp_in, 1u);
  from(Address::v4({203, 0, 113, 1}, 1), datagram);
  EXPECT_EQ(shard().stats().refused_unknown_peer, 1u);
}

TEST_F(ShardTest, HealthChecksAreAnsweredWhenAuthentic) {
  const rtc::TransportParameters health = credentials("health", {});
  const Address prober = Address::v4({203, 0, 113, 1}, 999);
  rtc::StunRequest request{{1, 2, 3}, "health:anyone", 1, 2, false};
  std::array<uint8_t, 256> memory;
  const auto check = [&](std::string_view password) {
    const MutBytes bytes = rtc::write_binding_request(memory, request, password);
    from_worker().clear();
    from(prober, Buffer(bytes.begin(), bytes.end()));
    return from_worker().datagrams().size();
  };
  EXPECT_EQ(check("wrong"), 0u);
  EXPECT_EQ(shard().stats().refused_unauthenticated, 1u);
  ASSERT_EQ(check(health.ice_pwd), 1u);
  EXPECT_EQ(from_worker().datagrams()[0].to, prober);
  const auto answer = rtc::parse_stun(from_worker().bytes(from_worker().datagrams()[0])).value();
  EXPECT_TRUE(rtc::verify_binding_success(answer, request.transaction, health.ice_pwd));
  EXPECT_EQ(answer.xor_mapped_address, prober);
  request.username = "nobody:anyone";
  EXPECT_EQ(check(health.ice_pwd), 0u);
  EXPECT_EQ(shard().stats().refused_unknown_peer, 1u);
  from_worker().clear();
  from(prober, Buffer(60, 22));  // a health prober has no path
  EXPECT_TRUE(from_worker().datagrams().empty());
}

TEST_F(ShardTest, ALostPathIsToldAndRemovalFreesEverything) {
  add(1);
  add(2);
  pass(seconds(1));
  clients[2].at.port = 1;  // nothing reaches it or comes from it
  clients[2].peer.reset();
  pass(seconds(35));
  EXPECT_EQ(count<ParticipantLost>(2), 1u);
  EXPECT_EQ(count<ParticipantLost>(1), 0u);
  command(RemoveParticipant{{1}, {2}});
  EXPECT_EQ(shard().stats().peers, 1u);
  command(RemoveParticipant{{1}, {1}});
  EXPECT_EQ(clients[1].peer->state(), rtc::Peer::State::closed) << "the server said good-bye";
  const ShardStats stats = shard().stats();
  EXPECT_EQ(stats.peers, 0u);
  EXPECT_EQ(stats.rooms, 0u);
  EXPECT_EQ(shard().next_timeout(), Instant::never());
  command(RemoveParticipant{{1}, {1}});
  command(SetWants{{1}, {1}, {}});
}

TEST_F(ShardTest, AReplacedParticipantComesBackOverANewConnection) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  Stream cam = camera();
  media(1, cam.vp8(true));
  ASSERT_EQ(clients[2].rtp.size(), 1u);
  command(ReplaceParticipant{{1}, setup(1), transport(1, "again")});
  start_client(1, "again");
  pass(seconds(1));
  EXPECT_EQ(count<ParticipantConnected>(1), 2u);
  EXPECT_EQ(count<ParticipantLost>(1), 0u);
  EXPECT_EQ(shard().stats().peers, 2u);
  Stream fresh{"cam", "", 0x71, 0x72};
  media(1, fresh.vp8(true));
  ASSERT_EQ(clients[2].rtp.size(), 2u);
  const uint16_t before = rtc::RtpPacket::parse(clients[2].rtp[0])->sequence();
  EXPECT_EQ(rtc::RtpPacket::parse(clients[2].rtp[1])->sequence(),
            static_cast<uint16_t>(before + 1));
}

TEST_F(ShardTest, WhoIsReplacedInAnotherRoomLeavesTheFirst) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  Stream cam = camera();
  media(1, cam.vp8(true));
  ASSERT_EQ(clients[2].rtp.size(), 1u);
  command(ReplaceParticipant{{7}, setup(2), transport(2, "again")});
  EXPECT_EQ(shard().stats().rooms, 2u);
  media(1, cam.vp8(false));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
  command(RemoveParticipant{{7}, {2}});
  command(RemoveParticipant{{1}, {1}});
  EXPECT_EQ(shard().stats().rooms, 0u);
}

TEST_F(ShardTest, ARoamingClientIsFollowed) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  clients[1].at.port = 6000;
  pass(seconds(7));
  Stream cam = camera();
  media(1, cam.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
}

TEST_F(ShardTest, AnIceRestartKeepsKeysAndSlots) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  Stream cam = camera();
  media(1, cam.vp8(true));
  ASSERT_EQ(clients[2].rtp.size(), 1u);
  for (uint32_t round = 0; round < 5; ++round) {
    const std::string n = std::to_string(round);
    const rtc::IceCredentials local{"fresh" + n, "fresh-server-password-22"};
    const rtc::IceCredentials remote{"client" + n, "fresh-client-password-22"};
    command(RestartIce{{1}, {1}, local, remote});
    media(1, cam.vp8(false));  // by the path before
    clients[1].peer->restart_ice(now, remote, local);
    clients[1].at.port = static_cast<uint16_t>(7000 + round);
    pass(milliseconds(100));
    media(1, cam.vp8(false));
    EXPECT_EQ(clients[2].rtp.size(), 3 + 2 * round);
  }
  EXPECT_EQ(count<ParticipantConnected>(1), 1u) << "the same media path";
  EXPECT_EQ(count<ParticipantLost>(1), 0u);
  command(RestartIce{{1}, {9}, {"who", "nobody"}, {"are", "they"}});
  command(RemoveParticipant{{1}, {1}});
  command(RestartIce{{1}, {1}, {"who", "nobody"}, {"are", "they"}});
  EXPECT_EQ(shard().stats().peers, 1u);
}

TEST_F(ShardTest, MediaFromAnotherAddressMovesNothingUntilACheckCame) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  Stream cam = camera();
  const Address known = clients[1].at;
  clients[1].at.port = 6000;
  media(1, cam.vp8(true));
  EXPECT_TRUE(clients[2].rtp.empty());
  clients[1].at = known;
  media(1, cam.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
}

TEST_F(ShardTest, ATcpConnectionIsAPathLikeAnother) {
  add(1);
  add(2);
  clients[1].at.connection = 1;
  clients[2].at = clients[1].at;
  clients[2].at.connection = 2;  // from the same place: a NAT has one address for both
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  Stream cam = camera();
  media(1, cam.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
  // The connection is gone and there is another one.
  clients[1].at.connection = 3;
  pass(seconds(7));
  media(1, cam.vp8(true));
  EXPECT_EQ(clients[2].rtp.size(), 2u);
}

TEST_F(ShardTest, ACheckWithAForgedAddressCutsNobodyOff) {
  add(1);
  add(2);
  pass(seconds(1));
  command(SetWants{{1}, {2}, {camera_of(1)}});
  // 2 knows its own credentials, and writes 1's address on a check.
  const rtc::PeerConfig own = transport(2, "");
  const std::string name = own.local.ice_ufrag + ":" + own.remote.ice_ufrag;
  const rtc::StunRequest request{{9}, name, 1, 2, true};
  std::array<uint8_t, 256> memory;
  const MutBytes bytes = rtc::write_binding_request(memory, request, own.local.ice_pwd);
  from(clients[1].at, Buffer(bytes.begin(), bytes.end()));
  from_worker().clear();
  Stream cam = camera();
  const uint64_t before = shard().stats().rtp_in;
  media(1, cam.vp8(true));
  EXPECT_EQ(shard().stats().rtp_in, before + 1);
}

}  // namespace
}  // namespace vicino::sfu
