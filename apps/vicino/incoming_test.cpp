#include "incoming.h"

#include <gtest/gtest.h>

#include "rtc/rtp.h"

namespace vicino::cli {
namespace {

constexpr uint32_t ssrc = 7;
constexpr Instant start{1'000'000};

rtc::MediaSection section(bool video) {
  rtc::MediaSection result;
  result.kind = video ? rtc::MediaKind::video : rtc::MediaKind::audio;
  result.codecs = {{.codec = video ? rtc::Codec::vp8 : rtc::Codec::opus, .payload_type = 96}};
  result.nack = result.pli = video;
  result.remote_ssrcs = {ssrc};
  return result;
}

void receive(IncomingSlot& slot, uint16_t sequence) {
  std::array<uint8_t, 100> memory{};
  const auto header = rtc::write_rtp_header(
      memory, {.payload_type = 96, .sequence = sequence, .timestamp = 0, .ssrc = ssrc}, {});
  ASSERT_TRUE(header);
  const auto packet = rtc::RtpPacket::parse(memory);
  ASSERT_TRUE(packet);
  ASSERT_TRUE(slot.handle_rtp(start, *packet));
}

// What it has to say after so much was lost that nothing is asked for again.
std::vector<rtc::RtcpItem> feedback_after_a_gap(IncomingSlot& slot) {
  receive(slot, 1);
  receive(slot, 1000);
  std::array<uint8_t, 500> memory;
  rtc::RtcpWriter writer(memory);
  slot.write_feedback(start, 1, writer);
  std::vector<rtc::RtcpItem> items;
  rtc::RtcpReader reader(writer.packet());
  for (auto item = reader.next(); item && *item; item = reader.next())
    items.push_back(std::move(**item));
  return items;
}

TEST(IncomingSlot, AsksForAKeyFrameAfterAGap) {
  IncomingSlot slot(section(true));
  const auto items = feedback_after_a_gap(slot);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<rtc::PictureLossIndication>(items[0]));
}

// A deadline that nothing is done about would have the client turn without end.
TEST(IncomingSlot, HasNothingDueAfterAGapInAudio) {
  IncomingSlot slot(section(false));
  EXPECT_TRUE(feedback_after_a_gap(slot).empty());
  EXPECT_EQ(slot.next_due(), Instant::never());
}

}  // namespace
}  // namespace vicino::cli
