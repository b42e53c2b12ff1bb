#include "core/messages.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

template <class Body>
Buffer encode(Body body) {
  wire::ServerMessageT message;
  message.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::ServerMessage::Pack(builder, &message));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

wire::JoinedT joined(size_t others = 2) {
  wire::JoinedT message;
  message.self = 7;
  message.answer = "v=0";
  for (uint32_t i = 0; i < others; ++i) {
    wire::ParticipantT& p = *message.roster.emplace_back(std::make_unique<wire::ParticipantT>());
    p.id = i + 1;
    p.sender = 16 * (i + 1);
  }
  return message;
}

TEST(Messages, AreReadAtAnyPlaceInMemory) {
  const Buffer message = encode(joined());
  for (size_t offset = 0; offset < 8; ++offset) {
    Buffer memory(offset);
    memory.insert(memory.end(), message.begin(), message.end());
    const auto read = read_server_message(Bytes(memory).subspan(offset));
    ASSERT_TRUE(read);
    const auto& said = std::get<said::Joined>(*read);
    EXPECT_EQ(said.self, ParticipantId{7});
    EXPECT_EQ(said.roster.at(1).sender, SenderId{32});
  }
}

TEST(Messages, CutOnesAreRefusedOrHoldNothingNew) {
  const Buffer whole = encode(joined());
  for (size_t size = 0; size + 8 < whole.size(); ++size) {
    // In memory of its own, so that a sanitizer sees a read past the end.
    const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(read_server_message(cut)) << size;
  }
}

TEST(Messages, LengthsAndNumbersAreHeldToTheirLimits) {
  const auto error = [](auto body) { return read_server_message(encode(std::move(body))).error().code; };
  EXPECT_TRUE(read_server_message(encode(joined(limits::max_participants))));
  EXPECT_EQ(error(joined(limits::max_participants + 1)), Errc::too_large);
  wire::JoinedT message = joined();
  message.roster[0]->sender = 0;
  EXPECT_EQ(error(std::move(message)), Errc::malformed);
  message = joined();
  message.answer.assign(limits::max_sdp + 1, 'x');
  EXPECT_EQ(error(std::move(message)), Errc::too_large);
  wire::RefusedT refused;
  refused.reason = static_cast<wire::Refusal>(static_cast<int>(wire::Refusal::MAX) + 1);
  EXPECT_EQ(error(refused), Errc::malformed);
  wire::HelloT hello;
  hello.nonce.assign(32, 1);
  hello.external_sender.assign(32, 2);
  EXPECT_TRUE(read_server_message(encode(hello)));
  hello.nonce.pop_back();
  EXPECT_EQ(error(hello), Errc::malformed);
  wire::WaitingT waiting;
  waiting.sender = 1;
  waiting.key_package.assign(4096, 3);
  EXPECT_TRUE(read_server_message(encode(waiting)));
  waiting.name.assign(513, 4);
  EXPECT_EQ(error(waiting), Errc::too_large);
  EXPECT_EQ(read_server_message(Buffer(limits::max_wire_message + 1)).error().code, Errc::too_large);
}

}  // namespace
}  // namespace vicino::core
