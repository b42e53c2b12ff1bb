#include "sfu/shard.h"

#include "rtc/stun.h"
#include "sfu/room_fixture.h"

namespace vicino::sfu {
namespace {

const Address server_address = Address::v4({192, 0, 2, 1}, 40'000);

rtc::TransportParameters credentials(const std::string& name, const rtc::Fingerprint& fingerprint) {
  return {name, name + "-password-of-22-chars", fingerprint, {}};
}

class ShardTest : public testing::Test {
 protected:
  struct Client {
    std::optional<rtc::Peer> peer;
    Address at;
    std::vector<Buffer> rtp, rtcp;
  };

  ShardTest() : shard(*server_identity, random, credentials("health", {}), now) {}

  static const rtc::DtlsIdentity* identity() {
    static auto server = rtc::DtlsIdentity::create().value();
    return server.get();
  }
  static const rtc::DtlsIdentity* clients_identity() {
    static auto client = rtc::DtlsIdentity::create().value();
    return client.get();
  }

  // A client with a microphone and a camera without simulcast, and one slot for each kind.
  static ParticipantSetup setup(uint32_t id) {
    ParticipantSetup s;
    s.id = {id};
    s.publications = {{Source::microphone, audio_section("mic", true)},
                      {Source::camera, video_section("cam", true), 640, 360}};
    s.slots = {audio_section("a", false), video_section("v", false)};
    for (size_t i = 0; i < 2; ++i) s.slots[i].ssrc = id * 1000 + static_cast<uint32_t>(i);
    s.slots[1].rtx_ssrc = id * 1000 + 501;
    return s;
  }
  rtc::PeerConfig transport(uint32_t id, const std::string& suffix) const {
    const std::string n = std::to_string(id) + suffix;
    return {rtc::PeerConfig::Role::server, credentials("srv" + n, identity()->fingerprint()),
            credentials("cli" + n, clients_identity()->fingerprint())};
  }
  void start_client(uint32_t id, const std::string& suffix = "") {
    const rtc::PeerConfig server = transport(id, suffix);
    rtc::TransportParameters remote = server.local;
    remote.candidates = {server_address};
    Client& c = clients[id];
    c.at = Address::v4({198, 51, 100, static_cast<uint8_t>(id)}, 5000);
    c.peer.emplace(rtc::PeerConfig{rtc::PeerConfig::Role::client, server.remote, remote},
                   *clients_identity(), random, now);
  }
  void add(uint32_t id) {
    command(AddParticipant{{1}, setup(id), transport(id, "")});
    start_client(id);
  }
  void command(Command c) {
    shard.handle_command(now, std::move(c), from_shard);
    settle();
  }
  // Datagrams travel until everything is quiet.
  void settle() {
    for (int rounds = 0; rounds < 100; ++rounds) {
      bool quiet = true;
      rtc::Outbox box;
      std::swap(box, from_shard);
      for (const auto& d : box.datagrams()) {
        for (auto& [id, client] : clients) {
          if (client.at == d.to) deliver(client, box.bytes(d));
        }
        ++datagrams_out;
        quiet = false;
      }
      for (auto& [id, client] : clients) quiet = !flush(client) && quiet;
      for (Event& event : shard.take_events()) events.push_back(std::move(event));
      if (quiet) return;
    }
    FAIL() << "never quiet";
  }
  void pass(Duration time) {
    settle();
    for (const Instant end = now + time; now < end;) {
      now = now + milliseconds(5);
      for (auto& [id, client] : clients) {
        if (client.peer && client.peer->next_timeout() <= now)
          client.peer->handle_timeout(now, to_shard);
        flush(client);
      }
      if (shard.next_timeout() <= now) shard.handle_timeout(now, from_shard);
      settle();
    }
  }
  void from(const Address& address, Buffer datagram) {
    shard.handle_datagram(now, address, datagram, from_shard);
    shard.flush(now, from_shard);
  }
  // What a client sends as media: a whole packet in the clear.
  void media(uint32_t id, Buffer packet) {
    const auto parsed = rtc::RtpPacket::parse(packet).value();
    ASSERT_TRUE(clients[id].peer->send_rtp(parsed.header(), parsed.payload(), to_shard));
    flush(clients[id]);
    settle();
  }
  // Hands what a client has in its outbox to the shard. Says whether there was anything.
  bool flush(Client& client) {
    rtc::Outbox box;
    std::swap(box, to_shard);
    for (const auto& d : box.datagrams()) {
      const Bytes bytes = box.bytes(d);
      from(client.at, Buffer(bytes.begin(), bytes.end()));
    }
    return !box.datagrams().empty();
  }
  template <class E>
  size_t count(uint32_t id) {
    size_t found = 0;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<E>(&event)) found += one->id.value == id;
    }
    return found;
  }
  static Want camera_of(uint32_t id) { return {{id}, Source::camera, 640, 360}; }
  static Stream camera() { return {"cam", "", 0x31, 0x32}; }

  const rtc::DtlsIdentity* server_identity = identity();
  Instant now{1'000'000};
  SeededRandom random{11};
  Shard shard;
  rtc::Outbox from_shard, to_shard;
  std::map<uint32_t, Client> clients;
  std::vector<Event> events;
  size_t datagrams_out = 0;

 private:
  void deliver(Client& client, Bytes bytes) {
    if (!client.peer) return;
    Buffer datagram(bytes.begin(), bytes.end());
    const auto got = client.peer->handle_datagram(now, server_address, datagram, to_shard);
    if (got && got->kind == rtc::Peer::Incoming::Kind::rtp)
      client.rtp.emplace_back(got->packet.begin(), got->packet.end());
    if (got && got->kind == rtc::Peer::Incoming::Kind::rtcp)
      client.rtcp.emplace_back(got->packet.begin(), got->packet.end());
    flush(client);
  }
};

TEST_F(ShardTest, MediaTravelsBetweenRealPeers) {
  add(1);
  add(2);
  pass(seconds(1));
  EXPECT_EQ(count<ParticipantConnected>(1), 1u);
  EXPECT_EQ(count<ParticipantConnected>(2), 1u);
  EXPECT_EQ(shard.stats().peers_connected, 2u);
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
  const ShardStats stats = shard.stats();
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
  const ShardStats at_first = shard.stats();
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
  const ShardStats stats = shard.stats();
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
  EXPECT_EQ(shard.stats().refused_replayed, 0u);
  from(clients[1].at, datagram);
  EXPECT_EQ(shard.stats().refused_replayed, 1u);
  EXPECT_EQ(shard.stats().rtp_in, 1u);
  from(Address::v4({203, 0, 113, 1}, 1), datagram);
  EXPECT_EQ(shard.stats().refused_unknown_peer, 1u);
}

TEST_F(ShardTest, HealthChecksAreAnsweredWhenAuthentic) {
  const rtc::TransportParameters health = credentials("health", {});
  const Address prober = Address::v4({203, 0, 113, 1}, 999);
  rtc::StunRequest request{{1, 2, 3}, "health:anyone", 1, 2, false};
  std::array<uint8_t, 256> memory;
  const auto check = [&](std::string_view password) {
    const MutBytes bytes = rtc::write_binding_request(memory, request, password);
    from_shard.clear();
    from(prober, Buffer(bytes.begin(), bytes.end()));
    return from_shard.datagrams().size();
  };
  EXPECT_EQ(check("wrong"), 0u);
  EXPECT_EQ(shard.stats().refused_unauthenticated, 1u);
  ASSERT_EQ(check(health.ice_pwd), 1u);
  EXPECT_EQ(from_shard.datagrams()[0].to, prober);
  const auto answer = rtc::parse_stun(from_shard.bytes(from_shard.datagrams()[0])).value();
  EXPECT_TRUE(rtc::verify_binding_success(answer, request.transaction, health.ice_pwd));
  EXPECT_EQ(answer.xor_mapped_address, prober);
  request.username = "nobody:anyone";
  EXPECT_EQ(check(health.ice_pwd), 0u);
  EXPECT_EQ(shard.stats().refused_unknown_peer, 1u);
  from_shard.clear();
  from(prober, Buffer(60, 22));  // a health prober has no path
  EXPECT_TRUE(from_shard.datagrams().empty());
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
  EXPECT_EQ(shard.stats().peers, 1u);
  command(RemoveParticipant{{1}, {1}});
  EXPECT_EQ(clients[1].peer->state(), rtc::Peer::State::closed) << "the server said good-bye";
  const ShardStats stats = shard.stats();
  EXPECT_EQ(stats.peers, 0u);
  EXPECT_EQ(stats.rooms, 0u);
  EXPECT_EQ(shard.next_timeout(), Instant::never());
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
  EXPECT_EQ(shard.stats().peers, 2u);
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
  EXPECT_EQ(shard.stats().rooms, 2u);
  media(1, cam.vp8(false));
  EXPECT_EQ(clients[2].rtp.size(), 1u);
  command(RemoveParticipant{{7}, {2}});
  command(RemoveParticipant{{1}, {1}});
  EXPECT_EQ(shard.stats().rooms, 0u);
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
  from_shard.clear();
  Stream cam = camera();
  const uint64_t before = shard.stats().rtp_in;
  media(1, cam.vp8(true));
  EXPECT_EQ(shard.stats().rtp_in, before + 1);
}

}  // namespace
}  // namespace vicino::sfu
