#include "net/log.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "base/address.h"
#include "base/secret.h"

namespace vicino::net {
namespace {

// Privacy by type: what isn't allowed in a log line doesn't compile as a field.
template <class T>
concept Loggable = requires(T value) { Field("key", value); };

static_assert(Loggable<int> && Loggable<size_t> && Loggable<ParticipantId> && Loggable<Errc>);
static_assert(!Loggable<std::string> && !Loggable<std::string_view> && !Loggable<const char*>);
static_assert(!Loggable<Address> && !Loggable<Bytes> && !Loggable<SecretBytes<16>&>);

TEST(Log, WritesEventsAndFields) {
  ASSERT_TRUE(set_log_level("info"));
  testing::internal::CaptureStderr();
  log(LogLevel::info, "call.joined", {{"participant", ParticipantId{7}}, {"why", "resumed"}, {"code", Errc::replayed}});
  log(LogLevel::debug, "not.shown");
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_NE(line.find("info event=call.joined participant=7 why=resumed code=replayed"), std::string::npos) << line;
  EXPECT_EQ(line.find("not.shown"), std::string::npos);
  EXPECT_FALSE(set_log_level("loud"));
}

}  // namespace
}  // namespace vicino::net
