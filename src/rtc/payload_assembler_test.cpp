#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/hex_fixture.h"
#include "rtc/payload.h"

namespace vicino::rtc {
namespace {

struct Sent {
  uint16_t sequence;
  uint32_t timestamp;
  bool marker;
  Buffer payload;
};

// Sends frames as a native client does: packets with running sequence numbers and a marker at the
// end of each frame.
class Sender {
 public:
  explicit Sender(Codec codec, uint16_t sequence = 0xfff0)
      : packetizer_(codec, 50, 0), sequence_(sequence) {}
  std::vector<Sent> send(Bytes frame, bool key) {
    std::vector<Sent> packets;
    EXPECT_TRUE(packetizer_.packetize(frame, key, [&](Bytes payload, bool last) {
      packets.push_back({sequence_++, timestamp_, last, Buffer(payload.begin(), payload.end())});
    }));
    timestamp_ += 3000;
    return packets;
  }
  void skip_sequence() { ++sequence_; }

 private:
  Packetizer packetizer_;
  uint16_t sequence_;
  uint32_t timestamp_ = 1000;
};

void add(FrameAssembler& assembler, const Sent& p) {
  assembler.add(p.sequence, p.timestamp, p.marker, p.payload, {});
}
void add(FrameAssembler& assembler, const std::vector<Sent>& packets) {
  for (const Sent& p : packets) add(assembler, p);
}

// A frame as it leaves the frame encryption: shim and random bytes.
Buffer sealed_frame(Codec codec, bool key, SeededRandom& random) {
  Buffer content(1 + random.next() % 400);
  random.fill(content);
  Buffer frame;
  switch (codec) {
    case Codec::vp8:
      frame = hex(key ? "1000009d012a08000800" : "11");
      break;
    case Codec::av1:
      frame = hex(key ? "0a0a0000000cc4ff6700680232" : "32");
      if (content.size() > 127) frame.push_back(static_cast<uint8_t>(content.size() | 0x80));
      frame.push_back(
          static_cast<uint8_t>(content.size() > 127 ? content.size() >> 7 : content.size()));
      break;
    case Codec::h264:
      frame = hex(key ? "000000016742c01fda0000000168ce3c80000000016588" : "00000001419a80");
      for (auto& byte : content) byte |= 0x10;  // stands for the escaping: no start code inside
      break;
    case Codec::vp9:
    case Codec::opus:
      break;
  }
  if (codec == Codec::opus) content.resize(1 + content.size() % 50);
  frame.insert(frame.end(), content.begin(), content.end());
  return frame;
}

class EveryCodec : public testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Codecs, EveryCodec,
                         testing::Values(Codec::opus, Codec::vp8, Codec::vp9, Codec::av1,
                                         Codec::h264));

TEST_P(EveryCodec, GivesBackEveryFrameByteForByteWhateverTheOrderOfPackets) {
  SeededRandom random(6);
  Sender sender(GetParam());
  FrameAssembler assembler(GetParam());
  std::vector<Buffer> frames;
  std::vector<Sent> packets;
  for (int i = 0; i < 60; ++i) {
    frames.push_back(sealed_frame(GetParam(), i % 20 == 0, random));
    for (auto& p : sender.send(frames.back(), i % 20 == 0)) packets.push_back(std::move(p));
  }
  // Swaps neighbours; the first stays first, so that nothing before it is skipped.
  for (size_t i = 1; i + 1 < packets.size(); i += 2 + random.next() % 3)
    std::swap(packets[i], packets[i + 1]);
  size_t given = 0;
  for (const auto& p : packets) {
    add(assembler, p);
    add(assembler, p);  // duplicates change nothing
    while (const auto frame = assembler.take()) {
      ASSERT_LT(given, frames.size());
      EXPECT_EQ(to_hex(frame->data), to_hex(frames[given]));
      EXPECT_EQ(frame->timestamp, 1000 + 3000 * given);
      EXPECT_EQ(frame->key_frame, given % 20 == 0 || GetParam() == Codec::opus);
      ++given;
    }
  }
  EXPECT_EQ(given, frames.size());
}

TEST_P(EveryCodec, WithLossGivesOnlyWholeFramesInOrderAndComesBackWithAKeyFrame) {
  SeededRandom random(7);
  Sender sender(GetParam());
  FrameAssembler assembler(GetParam());
  std::vector<Buffer> frames;
  std::vector<size_t> given;
  for (size_t i = 0; i < 300; ++i) {
    frames.push_back(sealed_frame(GetParam(), i % 10 == 0, random));
    for (const auto& p : sender.send(frames.back(), i % 10 == 0)) {
      if (i < 290 && random.next() % 100 < 3) continue;
      add(assembler, p);
    }
    while (const auto frame = assembler.take()) {
      const size_t index = (frame->timestamp - 1000) / 3000;
      ASSERT_LT(index, frames.size());
      EXPECT_EQ(frame->data, frames[index]);
      if (!given.empty()) {
        EXPECT_GT(index, given.back());
      }
      given.push_back(index);
    }
  }
  EXPECT_GT(given.size(), 60u);
  EXPECT_EQ(given.back(), 299u);
}

TEST_P(EveryCodec, SurvivesMutatedPackets) {
  SeededRandom random(8);
  Sender sender(GetParam());
  FrameAssembler assembler(GetParam());
  size_t bytes = 0;
  for (int i = 0; i < 3000; ++i) {
    for (auto& p : sender.send(sealed_frame(GetParam(), i % 5 == 0, random), i % 5 == 0)) {
      if (random.next() % 4 == 0)
        p.payload[random.next() % std::min<size_t>(p.payload.size(), 6)] =
            static_cast<uint8_t>(random.next());
      if (random.next() % 16 == 0) p.payload.resize(random.next() % (p.payload.size() + 1));
      if (random.next() % 64 == 0) p.sequence = static_cast<uint16_t>(random.next());
      add(assembler, p);
    }
    while (const auto frame = assembler.take()) bytes += frame->data.size();
  }
  EXPECT_GT(bytes, 0u);
}

TEST(FrameAssembler, StartsWithAKeyFrame) {
  Sender sender(Codec::vp8);
  FrameAssembler assembler(Codec::vp8);
  add(assembler, sender.send(hex("11aa"), false));
  EXPECT_FALSE(assembler.take());
  add(assembler, sender.send(hex("10bb"), true));
  EXPECT_TRUE(assembler.take());
  add(assembler, sender.send(hex("11cc"), false));
  EXPECT_EQ(to_hex(assembler.take()->data), "11cc");
}

TEST(FrameAssembler, WaitsForARetransmissionAndSkipsOnlyToACompleteKeyFrame) {
  Sender sender(Codec::vp8);
  FrameAssembler assembler(Codec::vp8);
  add(assembler, sender.send(hex("10aa"), true));
  EXPECT_TRUE(assembler.take());
  const auto lost = sender.send(hex("11bb"), false);
  add(assembler, sender.send(hex("11cc"), false));
  EXPECT_FALSE(assembler.take());
  Buffer key = hex("10");
  key.resize(100, 0xdd);
  const auto key_packets = sender.send(key, true);
  ASSERT_EQ(key_packets.size(), 3u);
  add(assembler, key_packets[0]);
  add(assembler, key_packets[2]);
  EXPECT_FALSE(assembler.take());
  add(assembler, lost);
  EXPECT_EQ(to_hex(assembler.take()->data), "11bb");
  EXPECT_EQ(to_hex(assembler.take()->data), "11cc");
  EXPECT_FALSE(assembler.take());
  add(assembler, key_packets[1]);
  EXPECT_EQ(assembler.take()->data, key);
}

TEST(FrameAssembler, SkipsToACompleteKeyFrameAndForgetsWhatCameBefore) {
  Sender sender(Codec::vp8);
  FrameAssembler assembler(Codec::vp8);
  add(assembler, sender.send(hex("10aa"), true));
  EXPECT_TRUE(assembler.take());
  const auto lost = sender.send(hex("11bb"), false);
  add(assembler, sender.send(hex("10cc"), true));
  EXPECT_EQ(to_hex(assembler.take()->data), "10cc");
  add(assembler, lost);
  EXPECT_FALSE(assembler.take());
}

TEST(FrameAssembler, PassesOverPaddingPackets) {
  Sender sender(Codec::vp8, 10);
  FrameAssembler assembler(Codec::vp8);
  add(assembler, sender.send(hex("10aa"), true));
  EXPECT_TRUE(assembler.take());
  assembler.add(11, 1000, false, {}, {});
  sender.skip_sequence();
  add(assembler, sender.send(hex("11bb"), false));
  EXPECT_EQ(to_hex(assembler.take()->data), "11bb");
}

TEST(FrameAssembler, AudioWaitsForALatePacketButNotForever) {
  Sender sender(Codec::opus);
  FrameAssembler assembler(Codec::opus);
  add(assembler, sender.send(hex("01"), true));
  EXPECT_TRUE(assembler.take());
  const auto late = sender.send(hex("02"), true);
  add(assembler, sender.send(hex("03"), true));
  EXPECT_FALSE(assembler.take());
  add(assembler, late);
  EXPECT_EQ(to_hex(assembler.take()->data), "02");
  EXPECT_EQ(to_hex(assembler.take()->data), "03");
  sender.send(hex("04"), true);  // lost for good
  int waited = 0;
  for (; waited < 20; ++waited) {
    add(assembler, sender.send(hex("05"), true));
    if (assembler.take()) break;
  }
  EXPECT_EQ(waited, 4);
}

TEST(FrameAssembler, GivesLayersOfOneVp9PictureAsFramesOfTheirOwn) {
  FrameAssembler assembler(Codec::vp9);
  assembler.add(1, 90, false,
                hex("bc"
                    "9234"
                    "00"
                    "aa"),
                {});
  assembler.add(2, 90, true,
                hex("bc"
                    "9234"
                    "03"
                    "bb"),
                {});
  EXPECT_EQ(to_hex(assembler.take()->data), "aa");
  const auto upper = assembler.take();
  EXPECT_EQ(to_hex(upper->data), "bb");
  EXPECT_FALSE(upper->key_frame);
}

TEST(FrameAssembler, FollowsTheDependencyDescriptorOfLayeredAv1) {
  FrameAssembler assembler(Codec::av1);
  assembler.add(1, 90, false,
                hex("10"
                    "30aa"),
                hex("c0000180"));
  assembler.add(2, 90, true,
                hex("10"
                    "30bb"),
                hex("c10002"));
  EXPECT_EQ(to_hex(assembler.take()->data), "3201aa");
  EXPECT_EQ(to_hex(assembler.take()->data), "3201bb");
}

TEST(FrameAssembler, ReadsAv1ElementsWithAndWithoutLengths) {
  FrameAssembler assembler(Codec::av1);
  assembler.add(1, 90, false,
                hex("68"
                    "0208aa"
                    "30bb"),
                {});  // W = 2, last one continues
  assembler.add(2, 90, true,
                hex("90"
                    "cc"),
                {});
  EXPECT_EQ(to_hex(assembler.take()->data),
            "0a01aa"
            "3202bbcc");
}

TEST(FrameAssembler, ReadsAggregatedH264Units) {
  FrameAssembler assembler(Codec::h264);
  assembler.add(1, 90, false,
                hex("18"
                    "0002"
                    "6742"
                    "0001"
                    "68"),
                {});
  assembler.add(2, 90, false,
                hex("7c85"
                    "88"),
                {});
  assembler.add(3, 90, true,
                hex("7c45"
                    "99"),
                {});
  const auto frame = assembler.take();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->key_frame);
  EXPECT_EQ(to_hex(frame->data),
            "000000016742"
            "0000000168"
            "00000001658899");
}

TEST(FrameAssembler, ABrokenFrameIsNotGivenOutAndTheNextKeyFrameIs) {
  FrameAssembler assembler(Codec::h264);
  assembler.add(1, 90, true, hex("6742"), {});
  EXPECT_TRUE(assembler.take());
  assembler.add(2, 180, true, hex("7c8188"), {});  // a fragment without an end
  assembler.add(3, 270, true, hex("419a80"), {});
  EXPECT_FALSE(assembler.take());
  assembler.add(4, 360, true, hex("6743"), {});
  EXPECT_EQ(to_hex(assembler.take()->data), "000000016743");
  assembler.add(5, 450, true, hex("419a80"), {});
  EXPECT_TRUE(assembler.take());
}

// Whether packets, first a key frame's, make a frame that comes out.
bool joins(Codec codec, std::initializer_list<std::string_view> payloads) {
  FrameAssembler assembler(codec);
  uint16_t sequence = 0;
  for (const auto payload : payloads) {
    ++sequence;
    assembler.add(sequence, 90, sequence == payloads.size(), hex(payload), {});
  }
  return assembler.take().has_value();
}

TEST(FrameAssembler, RefusesFragmentsThatDoNotFitTogether) {
  EXPECT_TRUE(joins(Codec::av1, {"580aaa", "9030"}));
  EXPECT_FALSE(joins(Codec::av1, {"180aaa", "9030"})) << "nothing to continue";
  EXPECT_FALSE(joins(Codec::av1, {"580aaa", "1030"})) << "not continued";
  EXPECT_FALSE(joins(Codec::av1, {"580aaa"})) << "without an end";
  EXPECT_TRUE(joins(Codec::h264, {"6742", "7c8588", "7c4588"}));
  EXPECT_FALSE(joins(Codec::h264, {"6742", "7c4588"})) << "no first fragment";
  EXPECT_FALSE(joins(Codec::h264, {"6742", "7c8588", "7cc588"})) << "two first fragments";
  EXPECT_FALSE(joins(Codec::h264, {"6742", "7c8588", "419a80"})) << "a unit inside another";
}

TEST(FrameAssembler, NeverGivesAFrameTwice) {
  Sender sender(Codec::vp8);
  FrameAssembler assembler(Codec::vp8);
  const auto key = sender.send(hex("10aa"), true);
  add(assembler, key);
  EXPECT_TRUE(assembler.take());
  sender.send(hex("11bb"), false);  // lost
  add(assembler, sender.send(hex("11cc"), false));
  add(assembler, key);
  EXPECT_FALSE(assembler.take());
}

TEST(FrameAssembler, DoesNotJoinPacketsOfDifferentTimes) {
  FrameAssembler assembler(Codec::vp8);
  assembler.add(1, 90, false, hex("1010aa"), {});  // its marker was lost with a rewritten packet
  assembler.add(2, 180, true, hex("1010bb"), {});
  EXPECT_EQ(to_hex(assembler.take()->data), "10bb");
}

TEST(FrameAssembler, ForgetsWhatFallsOutOfItsWindow) {
  Sender sender(Codec::vp8, 0);
  FrameAssembler assembler(Codec::vp8);
  const auto key = sender.send(hex("10aa"), true);
  add(assembler, key);
  sender.skip_sequence();
  for (int i = 0; i < 600; ++i) add(assembler, sender.send(hex("11aa"), false));
  EXPECT_FALSE(assembler.take()) << "the key frame is too old";
  add(assembler, key);
  EXPECT_FALSE(assembler.take());
}

}  // namespace
}  // namespace vicino::rtc
