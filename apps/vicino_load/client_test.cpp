#include "client.h"

#include <gtest/gtest.h>

#include "rtc/peer_pair.h"

namespace vicino::load {
namespace {

// A subscriber in room 1, where publisher 1 has an audio and a video track; the test is its server.
class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    directory.publishers = {{.room = 0, .participant = 0, .first_track = 0, .tracks = 1},
                            {.room = 1, .participant = 1, .first_track = 0, .tracks = 2},
                            {.room = 1, .participant = 5, .first_track = 2, .tracks = 1}};
    directory.room_tracks = {1, 3};
    const auto* identity = rtc::PeerPair::identity(rtc::all_profiles);
    const rtc::TransportParameters local{
        "cli", "client-password-22-char", identity->fingerprint(), {}};
    const rtc::TransportParameters remote{
        "srv", "server-password-22-char", identity->fingerprint(), {rtc::server_address}};
    server.emplace(rtc::PeerConfig{rtc::PeerConfig::Role::server, remote, local}, *identity, random,
                   now);
    ClientSetup setup;
    setup.room = 1;
    setup.participant = 5;
    setup.local = local;
    setup.connection.remote = remote;
    rtc::MediaSection video;
    video.kind = rtc::MediaKind::video;
    video.direction = rtc::Direction::receive;
    video.codecs = {{rtc::Codec::vp8, 98, 99, ""}};
    video.extensions.transport_cc = 3;
    video.transport_cc = true;
    setup.connection.sections = {video};
    client.emplace(std::move(setup), directory, *identity, random, WallClock{}, now);
    connect();
  }

  void connect() {
    rtc::Outbox out;
    for (int i = 0; i < 50 && client->state() != Client::State::connected; ++i) {
      now = now + milliseconds(10);
      if (client->next_timeout() <= now) client->handle_timeout(now, out);
      to_server(out);
    }
    ASSERT_EQ(client->state(), Client::State::connected);
  }
  // Each side gets what the other sent until both are silent.
  void to_server(rtc::Outbox& from_client) {
    rtc::Outbox back;
    for (const auto& d : from_client.datagrams()) {
      const Bytes bytes = from_client.bytes(d);
      Buffer copy(bytes.begin(), bytes.end());
      const auto got = server->handle_datagram(now, rtc::client_address, copy, back);
      if (got && got->kind == rtc::Peer::Incoming::Kind::rtcp)
        rtcp.emplace_back(got->packet.begin(), got->packet.end());
    }
    from_client.clear();
    if (!back.datagrams().empty()) to_client(back);
  }
  void to_client(rtc::Outbox& from_server, int times = 1, int flip = -1) {
    rtc::Outbox back;
    for (const auto& d : from_server.datagrams()) {
      for (int i = 0; i < times; ++i) {
        const Bytes bytes = from_server.bytes(d);
        Buffer copy(bytes.begin(), bytes.end());
        if (flip >= 0) copy[static_cast<size_t>(flip)] ^= 1;
        client->handle_datagram(now, static_cast<uint64_t>(now.us) * 1000, rtc::server_address,
                                copy, delays, back);
      }
    }
    from_server.clear();
    if (!back.datagrams().empty()) to_server(back);
  }

  struct Media {
    uint32_t publisher = 1;
    uint8_t track = 0;
    uint8_t payload_type = 98;
    bool stamp = true;
    bool spoil = false;  // the content, before it is encrypted
  };
  rtc::Outbox packet(uint32_t counter, const Media& media) {
    Buffer payload(200, 7);
    if (media.stamp) {
      write_stamp(payload, payload.size() - stamp_size,
                  {.publisher = media.publisher,
                   .track = media.track,
                   .measured = true,
                   .counter = counter,
                   .sent_ns = static_cast<uint64_t>(now.us - 300) * 1000});
    }
    if (media.spoil) payload[3] ^= 1;
    Buffer header(12);
    header[0] = 0x80;
    header[1] = media.payload_type;
    store16(&header[2], sequence++);
    store32(&header[8], 0x1234u + media.payload_type);
    rtc::Outbox out;
    EXPECT_TRUE(server->send_rtp(header, payload, out));
    return out;
  }
  void get(uint32_t counter) { get(counter, Media()); }
  void get(uint32_t counter, const Media& media) {
    rtc::Outbox out = packet(counter, media);
    to_client(out);
  }

  Instant now{1'000'000};
  SeededRandom random{9};
  Directory directory;
  std::optional<rtc::Peer> server;
  std::optional<Client> client;
  Histogram delays;
  uint16_t sequence = 100;
  std::vector<Buffer> rtcp;  // that the server got
};

TEST_F(ClientTest, GoodPacketsAreReceived) {
  for (uint32_t i = 0; i < 10; ++i) get(i);
  EXPECT_EQ(client->counts().received, 10u);
  EXPECT_EQ(
      client->counts().bad_stamp + client->counts().unauthenticated + client->counts().duplicate,
      0u);
  EXPECT_EQ(delays.at(0.5), 300'000u);
  EXPECT_EQ(client->tag_bytes(), 16u);
  EXPECT_TRUE(client->first_packet_at());
}

TEST_F(ClientTest, ChangedOnTheWayIsUnauthenticated) {
  rtc::Outbox out = packet(0, {});
  to_client(out, 1, 50);
  EXPECT_EQ(client->counts().unauthenticated, 1u);
  EXPECT_EQ(client->counts().received, 0u);
}

TEST_F(ClientTest, ChangedByTheServerIsABadStamp) {
  get(0, {.spoil = true});
  get(1, {.stamp = false});
  EXPECT_EQ(client->counts().bad_stamp, 2u);
  EXPECT_EQ(client->counts().received, 0u);
}

TEST_F(ClientTest, MediaOfAnotherRoomOfItselfOrOfNobodyIsABadStamp) {
  get(0, {.publisher = 0});
  get(0, {.publisher = 2});  // its own
  get(0, {.publisher = 3});
  get(0, {.publisher = 1, .track = 2});
  EXPECT_EQ(client->counts().bad_stamp, 4u);
  EXPECT_EQ(client->counts().received, 0u);
}

TEST_F(ClientTest, TheSamePacketTwiceIsRefusedAndTheSameContentTwiceADuplicate) {
  rtc::Outbox out = packet(0, {});
  to_client(out, 2);
  EXPECT_EQ(client->counts().unauthenticated, 1u) << "a replay";
  get(0);
  EXPECT_EQ(client->counts().duplicate, 1u);
  EXPECT_EQ(client->counts().received, 1u);
}

TEST_F(ClientTest, OrderIsThatOfTheSender) {
  for (const uint32_t i : {0u, 2u, 1u, 3u}) get(i);
  EXPECT_EQ(client->counts().received, 4u);
  EXPECT_EQ(client->counts().reordered, 1u);
}

TEST_F(ClientTest, ReceiversReportAndAskForAKeyFrameAfterLoss) {
  get(0);
  ++sequence;
  get(2);
  rtc::Outbox out;
  now = now + seconds(2);
  client->handle_timeout(now, out);
  to_server(out);
  bool reported = false, asked = false;
  for (const Buffer& compound : rtcp) {
    rtc::RtcpReader reader(compound);
    for (;;) {
      const auto item = reader.next();
      if (!item || !*item) break;
      if (const auto* report = std::get_if<rtc::ReceiverReport>(&**item);
          report && !report->blocks.empty()) {
        reported = report->blocks[0].cumulative_lost == 1 && report->blocks[0].ssrc == 0x1234u + 98;
      }
      if (const auto* pli = std::get_if<rtc::PictureLossIndication>(&**item))
        asked = pli->media_ssrc == 0x1234u + 98;
    }
  }
  EXPECT_TRUE(reported);
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace vicino::load
