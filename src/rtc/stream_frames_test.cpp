#include "rtc/stream_frames.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace vicino::rtc {
namespace {

Buffer framed(Bytes datagram) {
  Buffer frame(stream_frame_header);
  store16(frame.data(), static_cast<uint16_t>(datagram.size()));
  frame.insert(frame.end(), datagram.begin(), datagram.end());
  return frame;
}

// Everything that comes of a stream cut into pieces of at most `piece` bytes.
Result<std::vector<Buffer>> read(Bytes stream, const std::function<size_t()>& piece) {
  StreamFrameReader reader;
  std::vector<Buffer> datagrams;
  while (!stream.empty()) {
    const MutBytes room = reader.room();
    EXPECT_GE(room.size(), limits::max_datagram);
    const size_t size = std::min({piece(), room.size(), stream.size()});
    copy(stream.first(size), room);
    reader.filled(size);
    stream = stream.subspan(size);
    for (;;) {
      TRY_ASSIGN(const auto datagram, reader.next());
      if (!datagram) break;
      datagrams.emplace_back(datagram->begin(), datagram->end());
    }
  }
  return datagrams;
}

TEST(StreamFrames, AreTheSameHoweverTheStreamIsCut) {
  SeededRandom random(4);
  std::vector<Buffer> sent;
  Buffer stream;
  for (size_t i = 0; i < 200; ++i) {
    Buffer datagram(i == 7 ? limits::max_datagram : 1 + random.u32() % 1300);
    random.fill(datagram);
    const Buffer frame = framed(datagram);
    stream.insert(stream.end(), frame.begin(), frame.end());
    if (i % 50 == 0) stream.insert(stream.end(), {0, 0});
    sent.push_back(std::move(datagram));
  }
  EXPECT_EQ(read(stream, [] { return size_t{1}; }).value(), sent);
  EXPECT_EQ(read(stream, [] { return SIZE_MAX; }).value(), sent);
  for (int round = 0; round < 20; ++round)
    EXPECT_EQ(read(stream, [&] { return size_t{1 + random.u32() % 4000}; }).value(), sent);
}

TEST(StreamFrames, ALengthThatNoDatagramHasEndsTheStream) {
  Buffer stream = framed(Buffer(100, 1));
  stream.resize(stream.size() + 2000);
  store16(stream.data() + 102, limits::max_datagram + 1);
  for (const size_t piece : {size_t{1}, SIZE_MAX}) {
    const auto datagrams = read(stream, [=] { return piece; });
    ASSERT_FALSE(datagrams);
    EXPECT_EQ(datagrams.error().code, Errc::too_large);
  }
}

TEST(StreamFrames, AreToldFromTlsAndHttp) {
  EXPECT_TRUE(may_begin_stream_frame(0));
  EXPECT_TRUE(may_begin_stream_frame(limits::max_datagram >> 8));
  EXPECT_FALSE(may_begin_stream_frame(0x16));
  for (char letter = 'A'; letter <= 'Z'; ++letter)
    EXPECT_FALSE(may_begin_stream_frame(static_cast<uint8_t>(letter)));
}

}  // namespace
}  // namespace vicino::rtc
