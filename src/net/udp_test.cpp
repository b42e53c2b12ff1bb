#include "net/udp.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "base/random.h"

namespace vicino::net {
namespace {

// Receives until `count` datagrams are there.
std::vector<std::pair<Address, Buffer>> receive(UdpSocket& socket, size_t count) {
  std::vector<std::pair<Address, Buffer>> got;
  pollfd source{socket.fd(), POLLIN, 0};
  while (got.size() < count && ::poll(&source, 1, 5000) == 1) {
    socket.receive([&](const Address& from, MutBytes d) { got.emplace_back(from, Buffer(d.begin(), d.end())); });
  }
  return got;
}

TEST(Udp, TrainsArriveAsTheDatagramsTheyWere) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    auto a = UdpSocket::bind(ip, 0);
    auto b = UdpSocket::bind(ip, 0);
    if (!a) {
      std::printf("%s: not on this machine\n", ip);
      continue;
    }
    const Address to = Address::parse(ip, (*b)->port()).value();
    rtc::Outbox out;
    std::vector<Buffer> sent;
    SeededRandom random(1);
    for (int i = 0; i < 60; ++i) {
      Buffer datagram(i % 10 == 9 ? 300 : 1100);
      random.fill(datagram);
      copy(datagram, out.reserve(datagram.size()));
      out.commit(to, datagram.size());
      sent.push_back(std::move(datagram));
    }
    (*a)->send(out);
    EXPECT_LT((*a)->syscalls_sent(), 10u) << "sixty datagrams must not take sixty calls";
    const auto got = receive(**b, sent.size());
    ASSERT_EQ(got.size(), sent.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].second, sent[i]);
      EXPECT_EQ(got[i].first.port, (*a)->port());
    }
  }
}

TEST(Udp, SaysWhyAPortCantBeUsed) {
  const auto first = UdpSocket::bind("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto second = UdpSocket::bind("127.0.0.1", (*first)->port());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("can't be used"), std::string::npos);
  EXPECT_FALSE(UdpSocket::bind("localhost", 0));
}

}  // namespace
}  // namespace vicino::net
