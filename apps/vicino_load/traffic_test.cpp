#include "traffic.h"

#include <gtest/gtest.h>

#include "rtc/payload_formats.h"
#include "rtc/peer_pair.h"
#include "rtc/rtp.h"
#include "settings.h"

namespace vicino::load {
namespace {

TEST(FrameCut, PacketsAreAsEqualAsCanBeAndNeverTooLarge) {
  for (const size_t frame : {1u, 56u, 100u, 1100u, 1101u, 10'416u, 50'000u}) {
    const FrameCut cut(frame, 1100);
    size_t sum = 0, smallest = SIZE_MAX, largest = 0;
    for (size_t i = 0; i < cut.packets(); ++i) {
      sum += cut.size(i);
      smallest = std::min(smallest, cut.size(i));
      largest = std::max(largest, cut.size(i));
    }
    EXPECT_EQ(sum, std::max(frame, smallest_payload));
    EXPECT_LE(largest, 1100u);
    EXPECT_LE(largest - smallest, 1u);
    EXPECT_EQ(cut.packets(), std::max<size_t>((frame + 1099) / 1100, 1));
  }
}

TEST(Shape, LayersShareTheBitrateAndDoubleInSize) {
  Settings settings = settings_of(Scenario::livestream);
  settings.layers = 3;
  uint32_t sum = 0;
  for (size_t i = 0; i < 3; ++i) sum += shape_of(settings, Content::camera, i).bitrate;
  EXPECT_NEAR(sum, settings.bitrate, 3);
  EXPECT_EQ(shape_of(settings, Content::camera, 0).width, 320);
  EXPECT_EQ(shape_of(settings, Content::camera, 2).width, 1280);
}

TEST(Plan, AMeetingsParticipantsGetEachOtherAndNotThemselves) {
  Settings settings = settings_of(Scenario::meeting);
  settings.rooms = 2;
  settings.publishers = 3;
  const Plan plan = plan_of(settings);
  EXPECT_EQ(plan.publishers.size(), 6u);
  ASSERT_EQ(plan.subscribers.size(), 6u);
  EXPECT_EQ(plan.directory.room_tracks, (std::vector<uint32_t>{6, 6}));
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(plan.subscribers[i].participant, plan.publishers[i].participant);
    EXPECT_EQ(plan.subscribers[i].room, plan.publishers[i].room);
    EXPECT_EQ(plan.subscribers[i].video_slots, 2u);
    EXPECT_EQ(plan.directory.publishers[i].first_track, i % 3 * 2);
  }
}

// A connected peer, whose packets are looked at on the other side.
class SendStreamTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(pair.connect()); }

  SendStream make(Shape shape) {
    StreamSetup setup;
    setup.shape = shape;
    setup.publisher = 7;
    setup.ssrc = 99;
    setup.mid = "0";
    setup.payload_type = 98;
    setup.extensions.mid = 1;
    setup.extensions.transport_cc = 3;
    setup.transport_cc = true;
    return SendStream(setup, pair.now, random);
  }
  struct Got {
    bool marker;
    uint16_t sequence, transport_sequence;
    rtc::PictureInfo info;
    Stamp stamp;
    size_t size;
  };
  // Sends one frame and reads it at the other end.
  std::vector<Got> frame(SendStream& stream, bool measured = false) {
    rtc::Outbox out, unused;
    stream.send_frame(stream.due(), 123, measured, transport_sequence, *pair.client, out);
    std::vector<Got> got;
    for (const auto& datagram : out.datagrams()) {
      const Bytes sealed = out.bytes(datagram);
      Buffer copy(sealed.begin(), sealed.end());
      const auto incoming =
          pair.server->handle_datagram(pair.now, rtc::client_address, copy, unused);
      EXPECT_TRUE(incoming.has_value());
      if (!incoming) continue;
      const auto packet = rtc::RtpPacket::parse(incoming->packet);
      EXPECT_TRUE(packet.has_value());
      const auto descriptor = rtc::read_vp8_descriptor(packet->payload());
      const auto stamp = read_stamp(packet->payload());
      EXPECT_TRUE(stamp.has_value());
      got.push_back({packet->marker(), packet->sequence(), load16(packet->extension(3)->data()),
                     descriptor ? descriptor->info : rtc::PictureInfo{}, stamp.value_or(Stamp{}),
                     packet->payload().size()});
    }
    return got;
  }

  rtc::PeerPair pair;
  SeededRandom random{5};
  uint16_t transport_sequence = 65'530;  // wraps in the test
};

TEST_F(SendStreamTest, FramesAreBurstsThatServersCanRead) {
  SendStream stream = make({});
  const auto key = frame(stream);
  ASSERT_EQ(key.size(), 38u);  // 4 times 10,416 bytes
  EXPECT_TRUE(key[0].info.key_frame && key[0].info.begins_frame);
  const auto delta = frame(stream, true);
  ASSERT_EQ(delta.size(), 10u);
  EXPECT_TRUE(delta[0].info.begins_frame);
  EXPECT_FALSE(delta[0].info.key_frame);
  EXPECT_EQ(*delta[0].info.picture_id,
            static_cast<uint16_t>((*key[0].info.picture_id + 1) & 0x7fff));
  for (size_t i = 0; i < delta.size(); ++i) {
    EXPECT_EQ(delta[i].marker, i + 1 == delta.size());
    EXPECT_EQ(delta[i].stamp.counter, key.size() + i);
    EXPECT_EQ(delta[i].stamp.publisher, 7u);
    EXPECT_EQ(delta[i].stamp.sent_ns, 123u);
    EXPECT_TRUE(delta[i].stamp.measured);
    EXPECT_EQ(delta[i].sequence, static_cast<uint16_t>(key[0].sequence + key.size() + i));
    EXPECT_EQ(delta[i].transport_sequence, static_cast<uint16_t>(65'530 + key.size() + i));
  }
  EXPECT_EQ(stream.sent(), 48u);
  EXPECT_EQ(stream.measured(), 10u);
}

TEST_F(SendStreamTest, FramesAreDueAtTheFrameRate) {
  SendStream stream = make({.bitrate = 100'000, .frame_rate = 30});
  const Instant start = stream.due();
  for (int i = 0; i < 90; ++i) frame(stream);
  EXPECT_EQ(stream.due() - start, seconds(3)) << "no drift";
}

TEST_F(SendStreamTest, KeyFramesComeInTimeAndWhenAskedFor) {
  SendStream stream = make({.bitrate = 100'000, .frame_rate = 10, .key_frame_seconds = 2});
  std::vector<int> keys;
  for (int i = 0; i < 50; ++i) {
    if (i == 33) stream.request_key_frame();
    if (frame(stream)[0].info.key_frame) keys.push_back(i);
  }
  EXPECT_EQ(keys, (std::vector{0, 20, 33}));
}

TEST_F(SendStreamTest, AGeneratorFarBehindLeavesFramesOut) {
  SendStream stream = make({.bitrate = 100'000, .frame_rate = 10});
  rtc::Outbox out;
  const Instant late = stream.due() + seconds(5);
  stream.send_frame(late, 1, false, transport_sequence, *pair.client, out);
  EXPECT_GE(stream.due(), late);
  EXPECT_EQ(stream.left_out(), 49u);
}

TEST_F(SendStreamTest, AudioIsAPacketAFrame) {
  SendStream stream =
      make({.content = Content::audio, .bitrate = 40'000, .frame_rate = audio_frame_rate});
  const auto got = frame(stream);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].size, 100u);
  EXPECT_FALSE(got[0].marker);
}

}  // namespace
}  // namespace vicino::load
