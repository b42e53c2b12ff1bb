#include "net/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace vicino::net {
namespace {

TEST(Mailbox, EverythingArrivesOnceInOrderAndWakesTheReader) {
  Mailbox<int> mailbox;
  constexpr int count = 100'000;
  std::thread writer([&] {
    for (int i = 0; i < count; ++i) mailbox.post(i);
  });
  int next = 0;
  while (next < count) {
    pollfd source{mailbox.fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&source, 1, 10'000), 1) << "posted without waking, after " << next;
    for (const int value : mailbox.take()) ASSERT_EQ(value, next++);
  }
  writer.join();
}

}  // namespace
}  // namespace vicino::net
