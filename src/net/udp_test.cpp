#include "net/udp.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/random.h"

namespace vicino::net {
namespace {

// Receives until `count` datagrams are there.
std::vector<std::pair<Address, Buffer>> receive(UdpSocket& socket, size_t count) {
  std::vector<std::pair<Address, Buffer>> got;
  pollfd source{socket.fd(), POLLIN, 0};
  while (got.size() < count && ::poll(&source, 1, 5000) == 1) {
    socket.receive([&](const Address& from, MutBytes d) {
      got.emplace_back(from, Buffer(d.begin(), d.end()));
    });
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
      datagram[0] = 0;  // nothing like RTCP
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

TEST(Udp, ATrainThatTheKernelRefusesGoesDatagramByDatagram) {
  auto a = UdpSocket::bind("127.0.0.1", 0);
  auto b = UdpSocket::bind("127.0.0.1", 0);
  ASSERT_TRUE(a && b);
  const int on = 1;  // the kernel cuts no datagrams that it may not put a checksum on
  ASSERT_EQ(::setsockopt((*a)->fd(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on), 0);
  const Address to = Address::parse("127.0.0.1", (*b)->port()).value();
  rtc::Outbox out;
  for (const size_t size : {200u, 200u, 100u, 300u, 300u, 300u, 50u, 400u}) {
    std::ranges::fill(out.reserve(size), static_cast<uint8_t>(size % 251));
    out.commit(to, size);
  }
  ASSERT_EQ(out.trains().size(), 3u);
  for (int round = 0; round < 2; ++round) {
    (*a)->send(out);
    const auto got = receive(**b, 8);
    ASSERT_EQ(got.size(), 8u);
    const auto datagrams = out.datagrams();
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_TRUE(equal(got[i].second, out.bytes(datagrams[i])));
    EXPECT_EQ((*a)->dropped(), 0u);
    EXPECT_EQ((*a)->syscalls_sent(), round == 0 ? 2u : 3u) << "many datagrams a call all the same";
  }
}

TEST(Udp, RtcpWakesNobodyAndIsThereForWhoLooks) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    auto a = UdpSocket::bind(ip, 0);
    auto b = UdpSocket::bind(ip, 0);
    if (!a) continue;
    const Address to = Address::parse(ip, (*b)->port()).value();
    const std::vector<Buffer> rtcp = {{0x80, 200, 1}, {0x81, 205, 2}, {0xbf, 223, 3}, {0x80, 192}};
    const std::vector<Buffer> others = {{0x80, 111, 1}, {0x90, 191},  {0x80, 224}, {0x16, 200},
                                        {0xc0, 200},    {0x00, 0x01}, {0x80}};
    rtc::Outbox out;
    for (const auto* all : {&rtcp, &others}) {
      for (const Buffer& datagram : *all) {
        copy(datagram, out.reserve(datagram.size()));
        out.commit(to, datagram.size());
        (*a)->send(out);  // each on its own
        out.clear();
      }
    }
    std::vector<Buffer> got;
    for (const auto& [from, datagram] : receive(**b, others.size())) got.push_back(datagram);
    EXPECT_EQ(got, others);
    got.clear();
    const auto take = [&](const Address& from, MutBytes d) {
      EXPECT_EQ(from.port, (*a)->port());
      got.emplace_back(d.begin(), d.end());
    };
    while ((*b)->receive_rtcp(take) > 0) {
    }
    EXPECT_EQ(got, rtcp);
  }
}

TEST(Udp, APortInUseStaysItsOwners) {
  auto first = UdpSocket::bind("127.0.0.1", 0);
  ASSERT_TRUE(first);
  EXPECT_FALSE(UdpSocket::bind("127.0.0.1", (*first)->port()));
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
