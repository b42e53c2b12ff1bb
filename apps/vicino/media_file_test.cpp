#include "media_file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace vicino::cli {
namespace {

std::filesystem::path temporary(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / name;
}

void write(const std::filesystem::path& path, Bytes bytes) {
  std::ofstream(path, std::ios::binary)
      .write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(Ivf, ReadsBackWhatWasRecorded) {
  const auto path = temporary("recorded.ivf");
  const Buffer key = {0x10, 1, 2, 3};
  const Buffer delta = {0x11, 4, 5};
  {
    const auto recorder = record_ivf(path, rtc::Codec::vp8).value();
    recorder->add(key, 9000);
    recorder->add(delta, 12000);
  }
  const auto clip = read_ivf(path);
  ASSERT_TRUE(clip) << clip.error();
  EXPECT_EQ(clip->codec, rtc::Codec::vp8);
  ASSERT_EQ(clip->frames.size(), 2u);
  EXPECT_EQ(clip->frames[0].data, key);
  EXPECT_TRUE(clip->frames[0].key_frame);
  EXPECT_EQ(clip->frames[1].data, delta);
  EXPECT_FALSE(clip->frames[1].key_frame);
  EXPECT_EQ(clip->frames[0].duration.us, 33'333) << "3000 ticks of 90 kHz";
}

TEST(Ivf, SaysWhyAFileCantBeUsed) {
  const auto path = temporary("bad.ivf");
  write(path, as_bytes("not a video"));
  EXPECT_EQ(read_ivf(path).error(), path.string() + ": is not an IVF file");
  EXPECT_FALSE(read_ivf(temporary("absent.ivf")));

  const auto truncated = temporary("truncated.ivf");
  {
    const auto recorder = record_ivf(truncated, rtc::Codec::vp8).value();
    recorder->add(Buffer{0x10, 1, 2, 3}, 0);
  }
  std::filesystem::resize_file(truncated, std::filesystem::file_size(truncated) - 1);
  EXPECT_EQ(read_ivf(truncated).error(), truncated.string() + ": ends inside a frame");

  const auto headless = temporary("headless.ivf");
  {
    const auto recorder = record_ivf(headless, rtc::Codec::vp8).value();
    recorder->add(Buffer{0x11, 1}, 0);
  }
  EXPECT_EQ(read_ivf(headless).error(), headless.string() + ": doesn't begin with a key frame");
}

TEST(Opus, ReadsBackWhatWasRecorded) {
  const auto path = temporary("recorded.opus");
  const Buffer packet = {0xfc, 0xff, 0xfe};  // CELT, 20 ms, one frame
  {
    const auto recorder = record_opus(path).value();
    for (int i = 0; i < 60; ++i) recorder->add(packet, static_cast<uint32_t>(i * 960));
  }
  const auto clip = read_opus(path);
  ASSERT_TRUE(clip) << clip.error();
  ASSERT_EQ(clip->frames.size(), 60u);
  EXPECT_EQ(clip->frames[59].data, packet);
  EXPECT_EQ(clip->frames[0].duration, milliseconds(20));
  write(temporary("bad.opus"), as_bytes("OggS but not really"));
  EXPECT_FALSE(read_opus(temporary("bad.opus")));
}

TEST(MediaClip, FindsTheNextKeyFrameAroundTheEnd) {
  MediaClip clip;
  clip.frames = {{{}, {}, true}, {{}, {}, false}, {{}, {}, true}, {{}, {}, false}};
  EXPECT_EQ(clip.next_key_frame(0), 0u);
  EXPECT_EQ(clip.next_key_frame(1), 2u);
  EXPECT_EQ(clip.next_key_frame(3), 0u);
}

}  // namespace
}  // namespace vicino::cli
