#include "net/media_thread.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "rtc/stun.h"

namespace vicino::net {
namespace {

const rtc::DtlsIdentity& identity() {
  static const auto one = rtc::DtlsIdentity::create().value();
  return *one;
}

// The thread answers whatever comes, however it waits.
TEST(MediaThread, AnswersSpinningOrNot) {
  const rtc::TransportParameters health{"health", "health-password-of-22-chars", {}, {}};
  for (const Duration longest : {Duration{}, microseconds(20), milliseconds(50)}) {
    auto socket = UdpSocket::bind("127.0.0.1", 0);
    auto own = UdpSocket::bind("127.0.0.1", 0);
    ASSERT_TRUE(socket && own);
    MediaThread thread(std::move(*socket), identity(), health, [](std::vector<sfu::Event>) {},
                       sfu::ShardSettings{}, nullptr, {.longest = longest});
    const Address server = Address::parse("127.0.0.1", thread.port()).value();
    pollfd source{(*own)->fd(), POLLIN, 0};
    for (uint8_t i = 0; i < 200; ++i) {
      const rtc::StunRequest request{{i}, "health:me", 1, 2, false};
      rtc::Outbox out;
      out.commit(server,
                 rtc::write_binding_request(out.reserve(256), request, health.ice_pwd).size());
      (*own)->send(out);
      size_t answers = 0;
      while (answers == 0 && ::poll(&source, 1, 5000) == 1) {
        (*own)->receive([&](const Address&, MutBytes datagram) {
          const auto message = rtc::parse_stun(datagram);
          if (message && rtc::verify_binding_success(*message, request.transaction, health.ice_pwd))
            ++answers;
        });
      }
      ASSERT_EQ(answers, 1u);
    }
    thread.post(sfu::RemoveParticipant{{1}, {1}});  // of a room that isn't there
  }
}

}  // namespace
}  // namespace vicino::net
