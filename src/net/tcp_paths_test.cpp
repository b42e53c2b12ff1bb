#include "net/tcp_paths.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/random.h"
#include "rtc/stream_frames.h"

namespace vicino::net {
namespace {

constexpr Instant start{1'000'000};

Buffer framed(Bytes datagram) {
  Buffer frame(rtc::stream_frame_header);
  store16(frame.data(), static_cast<uint16_t>(datagram.size()));
  frame.insert(frame.end(), datagram.begin(), datagram.end());
  return frame;
}

class TcpPathsTest : public testing::Test {
 protected:
  struct Ends {
    int server, client;
  };
  static Ends connected() {
    int both[2];
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
    return {both[0], both[1]};
  }
  // A connection from there that has sent `first`; the client's end.
  StreamSocket open(Buffer first = framed(as_bytes("first")), std::shared_ptr<void> permit = {}) {
    const Ends ends = connected();
    paths.post({StreamSocket(ends.server), from, std::move(first), std::move(permit)});
    take();
    return StreamSocket(ends.client);
  }
  void take(Instant now = start) {
    pollfd source{paths.fd(), POLLIN, 0};
    while (::poll(&source, 1, 0) == 1) {
      paths.receive(now, [&](const Address& at, MutBytes datagram) {
        got.emplace_back(at, Buffer(datagram.begin(), datagram.end()));
      });
    }
  }
  void answer(const Address& to, Bytes datagram, Instant now = start) {
    rtc::Outbox out;
    copy(datagram, out.reserve(datagram.size()));
    out.commit(to, datagram.size());
    paths.send(now, out);
  }
  // Everything the client's end has got, by datagrams.
  static std::vector<Buffer> read(const StreamSocket& client, rtc::StreamFrameReader& reader) {
    std::vector<Buffer> datagrams;
    for (;;) {
      const MutBytes room = reader.room();
      const ssize_t size = ::recv(client.fd(), room.data(), room.size(), MSG_DONTWAIT);
      if (size <= 0) return datagrams;
      reader.filled(static_cast<size_t>(size));
      while (const auto datagram = reader.next().value())
        datagrams.emplace_back(datagram->begin(), datagram->end());
    }
  }
  static bool closed(const StreamSocket& client) {
    uint8_t byte;
    const ssize_t size = ::recv(client.fd(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }

  const Address from = Address::v4({192, 0, 2, 7}, 5000);
  TcpPaths paths;
  std::vector<std::pair<Address, Buffer>> got;
};

TEST_F(TcpPathsTest, EachConnectionIsAnAddressOfItsOwn) {
  const StreamSocket one = open(), other = open();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].second, Buffer({'f', 'i', 'r', 's', 't'}));
  EXPECT_NE(got[0].first, got[1].first) << "though they come from one place";
  EXPECT_EQ(got[0].first.port, from.port);
  EXPECT_NE(got[0].first.connection, 0u);

  rtc::StreamFrameReader reader, reader_of_other;
  answer(got[1].first, as_bytes("yes"));
  EXPECT_EQ(read(other, reader_of_other), (std::vector<Buffer>{{'y', 'e', 's'}}));
  EXPECT_TRUE(read(one, reader).empty());
}

TEST_F(TcpPathsTest, DatagramsComeWholeHoweverTheyAreSent) {
  const StreamSocket client = open();
  got.clear();
  SeededRandom random(5);
  std::vector<Buffer> sent;
  for (size_t i = 0; i < 300; ++i) {
    Buffer datagram(1 + random.u32() % limits::max_datagram);
    random.fill(datagram);
    const Buffer frame = framed(datagram);
    for (Bytes rest = frame; !rest.empty();) {
      const size_t size = std::min<size_t>(rest.size(), 1 + random.u32() % 900);
      ASSERT_EQ(::send(client.fd(), rest.data(), size, 0), static_cast<ssize_t>(size));
      rest = rest.subspan(size);
      take();
    }
    sent.push_back(std::move(datagram));
  }
  ASSERT_EQ(got.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(got[i].second, sent[i]);
}

TEST_F(TcpPathsTest, ASlowReaderLosesWholeDatagramsAndNothingGrows) {
  const StreamSocket client = open();
  const Address to = got.at(0).first;
  constexpr uint32_t rounds = 400, each = 20;
  for (uint32_t round = 0; round < rounds; ++round) {
    rtc::Outbox out;
    for (uint32_t i = 0; i < each; ++i) {
      const size_t size = i == each - 1 ? 700 : 1100;
      const MutBytes datagram = out.reserve(size);
      std::ranges::fill(datagram, static_cast<uint8_t>(round));
      store32(datagram.data(), round * each + i);
      out.commit(to, size);
    }
    paths.send(start, out);
  }
  EXPECT_GT(paths.dropped(), 0u);
  rtc::StreamFrameReader reader;
  size_t count = 0;
  int64_t last = -1;
  const auto check = [&] {
    for (const Buffer& datagram : read(client, reader)) {
      const uint32_t number = load32(datagram.data());
      ASSERT_GT(number, last) << "in order";
      ASSERT_EQ(datagram.size(), number % each == each - 1 ? 700u : 1100u);
      for (const uint8_t byte : Bytes(datagram).subspan(4))
        ASSERT_EQ(byte, static_cast<uint8_t>(number / each));
      last = number;
      ++count;
    }
  };
  for (size_t before = SIZE_MAX; before != count; take()) {
    before = count;
    check();
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(count + paths.dropped(), rounds * each);
  answer(to, as_bytes("again"));
  EXPECT_EQ(read(client, reader).size(), 1u) << "it goes on once it reads again";
}

TEST_F(TcpPathsTest, GarbageEndsAConnectionAndNoOther) {
  const StreamSocket good = open(), bad = open();
  const StreamSocket bad_at_once = open({0xff, 0xff, 1, 2, 3});
  EXPECT_EQ(paths.open(), 2u);
  EXPECT_TRUE(closed(bad_at_once));
  ASSERT_EQ(::send(bad.fd(), "GET / HTTP/1.1", 14, 0), 14);
  take();
  EXPECT_EQ(paths.open(), 1u);
  EXPECT_TRUE(closed(bad));
  EXPECT_FALSE(closed(good));
}

TEST_F(TcpPathsTest, WhoIsNotAnsweredIsClosedSoonAndWhoIsAnsweredLater) {
  const StreamSocket answered = open(), ignored = open();
  answer(got.at(0).first, as_bytes("yes"));
  paths.close_silent(start + TcpPaths::proof_time - milliseconds(1));
  EXPECT_EQ(paths.open(), 2u);
  // Bytes that nobody answers prove nothing.
  ASSERT_EQ(::send(ignored.fd(), "\0\1x", 3, 0), 3);
  take(start + TcpPaths::proof_time - milliseconds(1));
  paths.close_silent(start + TcpPaths::proof_time);
  EXPECT_EQ(paths.open(), 1u);
  EXPECT_TRUE(closed(ignored));
  const Instant later = start + seconds(20);
  answer(got.at(0).first, as_bytes("yes"), later);
  paths.close_silent(later + TcpPaths::silence_time - milliseconds(1));
  EXPECT_EQ(paths.open(), 1u);
  paths.close_silent(later + TcpPaths::silence_time);
  EXPECT_EQ(paths.open(), 0u);
}

TEST_F(TcpPathsTest, APermitIsHeldForAsLongAsTheConnection) {
  const auto permit = std::make_shared<int>(1);
  {
    const StreamSocket client = open(framed(as_bytes("first")), permit);
    EXPECT_EQ(permit.use_count(), 2);
  }
  take();
  EXPECT_EQ(paths.open(), 0u);
  EXPECT_EQ(permit.use_count(), 1);
  answer(got.at(0).first, as_bytes("too late"));
}

}  // namespace
}  // namespace vicino::net
