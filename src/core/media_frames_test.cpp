#include "core/media_frames.h"

#include <gtest/gtest.h>

namespace vicino::core {
namespace {

const SenderId ada{0x1001}, bob{0x2002};
const sframe::EpochMember ada_at{0, ada}, bob_at{1, bob};
const Buffer frame(500, 9);

BeginEpoch epoch_of(uint64_t number, uint32_t own_leaf, sframe::EpochMember other) {
  Buffer key(16, 4);
  store64(key.data(), number);
  return {number, BaseKey(key), own_leaf, {other}};
}

class MediaFramesTest : public ::testing::Test {
 protected:
  void begin(uint64_t epoch) {
    ASSERT_TRUE(sender.apply(epoch_of(epoch, ada_at.leaf, bob_at)));
    ASSERT_TRUE(receiver.apply(epoch_of(epoch, bob_at.leaf, ada_at)));
  }
  void send_under(uint64_t epoch) { ASSERT_TRUE(sender.apply(SendUnder{epoch})); }
  Buffer seal(Source source = Source::camera, uint32_t ssrc = 1) {
    return sender.seal(source, ssrc, codec_of(source), true, frame).value();
  }
  std::optional<Errc> open(Bytes sealed, Source source = Source::camera) {
    const auto opened = receiver.open(codec_of(source), sealed);
    if (!opened) return opened.error().code;
    EXPECT_EQ(opened->plaintext, frame);
    EXPECT_EQ(opened->sender, ada);
    EXPECT_EQ(sframe::source_of(opened->stream), source);
    return std::nullopt;
  }
  static sframe::Codec codec_of(Source source) {
    const bool picture = source == Source::camera || source == Source::screen;
    return picture ? sframe::Codec::vp8 : sframe::Codec::opus;
  }

  MediaFrames sender, receiver;
};

TEST_F(MediaFramesTest, OpenAtTheOthersOfAnEpoch) {
  begin(1);
  send_under(1);
  for (const Source source : {Source::microphone, Source::camera, Source::screen, Source::screen_audio}) {
    EXPECT_EQ(open(seal(source), source), std::nullopt);
  }
}

TEST_F(MediaFramesTest, NothingIsSealedBeforeAnEpochToSendUnder) {
  const auto why = [&] { return sender.seal(Source::camera, 1, sframe::Codec::vp8, true, frame).error().code; };
  EXPECT_EQ(why(), Errc::unknown_key);
  begin(1);
  EXPECT_EQ(why(), Errc::unknown_key);
  EXPECT_EQ(sender.plan_seal(Source::camera, 1, sframe::Codec::vp8, true, 10).error().code, Errc::unknown_key);
  EXPECT_EQ(sender.sending_epoch(), std::nullopt);
  send_under(1);
  EXPECT_EQ(sender.sending_epoch(), 1u);
  ASSERT_TRUE(sender.apply(EndEpoch{1}));
  EXPECT_EQ(why(), Errc::unknown_key);
}

TEST_F(MediaFramesTest, NothingIsSealedWhileSendingIsHeld) {
  begin(1);
  send_under(1);
  ASSERT_TRUE(sender.apply(HoldSending{true}));
  const auto held = [&] {
    const auto sealed = sender.seal(Source::camera, 1, sframe::Codec::vp8, true, frame);
    const auto plan = sender.plan_seal(Source::camera, 1, sframe::Codec::vp8, true, 10);
    return !sealed && !plan && sealed.error().code == Errc::bad_state &&
           plan.error().code == Errc::bad_state;
  };
  EXPECT_TRUE(held());
  begin(2);
  send_under(2);
  EXPECT_TRUE(held()) << "in the next epoch, too";
  ASSERT_TRUE(sender.apply(HoldSending{false}));
  EXPECT_EQ(open(seal()), std::nullopt);
}

TEST_F(MediaFramesTest, BothEpochsOpenWhileOneGoesOverIntoTheNext) {
  begin(1);
  send_under(1);
  const Buffer late = seal();
  begin(2);
  EXPECT_EQ(open(seal()), std::nullopt) << "still under the first";
  send_under(2);
  EXPECT_EQ(open(seal()), std::nullopt);
  EXPECT_EQ(open(late), std::nullopt);
  EXPECT_EQ(open(late), Errc::replayed);
  ASSERT_TRUE(receiver.apply(EndEpoch{1}));
  EXPECT_EQ(open(late), Errc::unknown_key);
  EXPECT_EQ(open(seal()), std::nullopt);
}

TEST_F(MediaFramesTest, SendingOnlyEverGoesForward) {
  begin(1);
  begin(2);
  begin(3);
  send_under(2);
  for (const uint64_t epoch : {1u, 2u, 4u}) {
    const Status status = sender.apply(SendUnder{epoch});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::bad_state);
  }
  EXPECT_EQ(sender.sending_epoch(), 2u);
  EXPECT_FALSE(sender.apply(epoch_of(3, 0, bob_at))) << "no epoch begins twice";
  send_under(3);
  EXPECT_EQ(open(seal()), std::nullopt);
}

TEST_F(MediaFramesTest, ARemovedSenderIsShutOutOfEveryEpoch) {
  begin(1);
  send_under(1);
  begin(2);
  const Buffer before = seal();
  ASSERT_TRUE(receiver.apply(RemoveSender{ada}));
  EXPECT_EQ(open(before), Errc::unknown_key);
  send_under(2);
  EXPECT_EQ(open(seal()), Errc::unknown_key);
}

TEST_F(MediaFramesTest, AnotherGroupStartsOver) {
  begin(9);
  send_under(9);
  const Buffer before = seal();
  ASSERT_TRUE(sender.apply(NewGroup{}));
  ASSERT_TRUE(receiver.apply(NewGroup{}));
  EXPECT_EQ(open(before), Errc::unknown_key);
  EXPECT_FALSE(sender.seal(Source::camera, 1, sframe::Codec::vp8, true, frame));
  begin(1);
  send_under(1);
  EXPECT_EQ(open(seal()), std::nullopt);
}

TEST_F(MediaFramesTest, OwnFramesAreNobodysElse) {
  const Status status = sender.apply(epoch_of(1, 4, {4, bob}));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::bad_state);
  EXPECT_FALSE(sender.apply(epoch_of(1, sframe::max_leaves, bob_at)));
  begin(1);
  send_under(1);
  EXPECT_EQ(sender.open(sframe::Codec::vp8, seal()).error().code, Errc::unknown_key);
}

TEST_F(MediaFramesTest, KeySlotsNameOneKeyForEver) {
  begin(1);
  send_under(1);
  const auto plan = [&](Source source) { return sender.plan_seal(source, 1, codec_of(source), true, 10).value(); };
  const uint64_t camera = plan(Source::camera).key_slot, microphone = plan(Source::microphone).key_slot;
  EXPECT_NE(camera, microphone);
  EXPECT_EQ(plan(Source::camera).key_slot, camera);
  const Bytes key = sender.expose_sending_key(camera).value();
  const Buffer first(key.begin(), key.end());
  EXPECT_FALSE(equal(first, sender.expose_sending_key(microphone).value()));
  begin(2);
  send_under(2);
  EXPECT_EQ(sender.expose_sending_key(camera).error().code, Errc::unknown_key);
  const uint64_t later = plan(Source::camera).key_slot;
  EXPECT_GT(later, camera);
  EXPECT_FALSE(equal(first, sender.expose_sending_key(later).value()));
}

TEST_F(MediaFramesTest, LayersOfACameraHaveStreamsOfTheirOwnForEver) {
  begin(1);
  send_under(1);
  const auto slot = [&](uint32_t ssrc) {
    return sender.plan_seal(Source::camera, ssrc, sframe::Codec::vp8, true, 10).value().key_slot;
  };
  const uint64_t low = slot(11), middle = slot(12), high = slot(13);
  EXPECT_NE(low, middle);
  EXPECT_NE(middle, high);
  EXPECT_NE(low, high);
  EXPECT_EQ(slot(11), low);
  // Fresh connections bring fresh SSRCs; no counter is ever used twice, so every frame still opens once.
  for (uint32_t ssrc = 21; ssrc < 70; ++ssrc) {
    const Buffer sealed = seal(Source::camera, ssrc);
    EXPECT_EQ(open(sealed), std::nullopt) << ssrc;
    EXPECT_EQ(open(sealed), Errc::replayed) << ssrc;
  }
}

TEST_F(MediaFramesTest, OldEpochsDontPileUp) {
  for (uint64_t epoch = 1; epoch <= 1000; ++epoch) begin(epoch);
  EXPECT_EQ(receiver.ring().epochs(), sframe::KeyRing::max_epochs);
  EXPECT_FALSE(sender.apply(SendUnder{1}));
  send_under(1000);
  EXPECT_EQ(open(seal()), std::nullopt);
}

TEST_F(MediaFramesTest, ForgettingSlotsReachesTheirWatch) {
  receiver.slots().opened("9", ada, Source::camera);
  EXPECT_TRUE(receiver.slots().take_reports());
  ASSERT_TRUE(receiver.apply(ForgetSlots{3, {}}));
  receiver.slots().opened("9", ada, Source::camera);
  EXPECT_EQ(receiver.slots().take_reports()->connection, 3u);
}

}  // namespace
}  // namespace vicino::core
