#include "core/frame_keys.h"

#include <gtest/gtest.h>

namespace vicino::core {
namespace {

BeginEpoch begin_epoch() {
  return {0x123456789a, BaseKey(Buffer(16, 5)), 3, {{0, {0xffffffffffffffff}}, {1023, {1}}}};
}

std::vector<SecretBuffer> examples() {
  std::vector<SecretBuffer> all;
  all.push_back(encode(begin_epoch()));
  all.push_back(encode(SendUnder{7}));
  all.push_back(encode(EndEpoch{8}));
  all.push_back(encode(RemoveSender{{9}}));
  all.push_back(encode(NewGroup{}));
  all.push_back(encode(ForgetSlots{6, {}}));
  all.push_back(encode(ForgetSlots{6, {"0", "video-17"}}));
  all.push_back(encode(HoldSending{true}));
  return all;
}

TEST(FrameKeyChanges, RoundTrip) {
  const auto begin = decode_frame_key_change(encode(begin_epoch()).expose());
  ASSERT_TRUE(begin);
  const auto* const read = std::get_if<BeginEpoch>(&*begin);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->epoch, begin_epoch().epoch);
  EXPECT_TRUE(ct_equal(read->base_key, begin_epoch().base_key));
  EXPECT_EQ(read->own_leaf, 3u);
  EXPECT_EQ(read->members, begin_epoch().members);
  const auto same = [](auto change) {
    const auto decoded = decode_frame_key_change(encode(change).expose());
    const auto* const again = decoded ? std::get_if<decltype(change)>(&*decoded) : nullptr;
    return again && *again == change;
  };
  EXPECT_TRUE(same(SendUnder{~uint64_t{0}}));
  EXPECT_TRUE(same(EndEpoch{1}));
  EXPECT_TRUE(same(RemoveSender{{0x1234567890abcdef}}));
  EXPECT_TRUE(same(NewGroup{}));
  EXPECT_TRUE(same(ForgetSlots{5, {}}));
  EXPECT_TRUE(same(ForgetSlots{0, {"1", "", "a mid"}}));
  EXPECT_TRUE(same(HoldSending{true}));
  EXPECT_TRUE(same(HoldSending{false}));
}

TEST(FrameKeyChanges, RefuseWhatIsShortLongOrUnknown) {
  for (const SecretBuffer& whole : examples()) {
    ASSERT_TRUE(decode_frame_key_change(whole.expose()));
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode_frame_key_change(whole.expose().first(size))) << size;
    }
    Buffer longer(whole.expose().begin(), whole.expose().end());
    longer.push_back(0);
    EXPECT_FALSE(decode_frame_key_change(longer));
  }
  EXPECT_FALSE(decode_frame_key_change(Buffer(9, 6)));
  EXPECT_FALSE(decode_frame_key_change(Buffer{7, 2}));
  Buffer many(31, 0);  // a BeginEpoch of 65535 members
  many[29] = many[30] = 0xff;
  EXPECT_EQ(decode_frame_key_change(many).error().code, Errc::malformed);
}

TEST(SlotReportsBytes, RoundTripAndRefuse) {
  const SlotReports reports{9,
                            {{"0", SlotState::opened, {0xabcdef}, Source::screen},
                             {"17", SlotState::no_key, {}, Source::microphone},
                             {"x", SlotState::refused, {}, Source::microphone}}};
  const Buffer bytes = encode(reports);
  const auto read = decode_slot_reports(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, reports);
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_slot_reports(Bytes(bytes).first(size)));
  for (const size_t at : {size_t{8}, size_t{17}}) {  // state and source of the first
    Buffer wrong = bytes;
    wrong[at] = 4;
    EXPECT_EQ(decode_slot_reports(wrong).error().code, Errc::malformed) << at;
  }
  Buffer longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_slot_reports(longer));
}

}  // namespace
}  // namespace vicino::core
