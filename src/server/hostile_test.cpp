// Messages no client of this project sends: all are refused or harmless, none ends the process.
#include "base/limits.h"
#include "server/calls_fixture.h"
#include "server/requests.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, LengthsAreExact) {
  start();
  const auto refused = [&](auto change) {
    wire::JoinT request = make_join();
    change(request);
    EXPECT_EQ(refusal(std::move(request)), Refusal::bad_message);
  };
  refused([](wire::JoinT& j) { j.room.pop_back(); });
  refused([](wire::JoinT& j) { j.room.push_back(0); });
  refused([](wire::JoinT& j) { j.room.clear(); });
  refused([](wire::JoinT& j) { j.token.pop_back(); });
  refused([](wire::JoinT& j) { j.token.push_back(0); });
  refused([](wire::JoinT& j) { j.sender = 17; });
  refused([](wire::JoinT& j) { j.profile.clear(); });
  refused([](wire::JoinT& j) { j.profile.resize(limits::max_profile + 1); });
  refused([](wire::JoinT& j) { j.resume.assign(15, 1); });
  refused([](wire::JoinT& j) { j.tracks[0]->source = static_cast<wire::Source>(4); });
  refused([](wire::JoinT& j) { j.tracks[1]->source = wire::Source::microphone; });
  refused([](wire::JoinT& j) {
    for (int i = 0; i < 3; ++i) j.tracks.push_back(std::make_unique<wire::TrackT>(*j.tracks[0]));
  });
  refused([](wire::JoinT& j) { j.offer.assign(limits::max_wire_message, 'x'); });
  EXPECT_EQ(calls->counts().bad_messages, 13u);
  wire::JoinT longest = make_join();
  longest.profile.resize(limits::max_profile);
  EXPECT_FALSE(refusal(std::move(longest)));
}

TEST_F(CallsTest, MessagesOutOfPlaceAreRefused) {
  start();
  wire::SetProfileT profile;
  profile.profile = {1};
  const ConnectionId early = connect();
  send(early, profile);
  EXPECT_EQ(refusal(early), Refusal::bad_message);
  const ConnectionId watching = connect();
  send(watching, wire::WatchT());
  EXPECT_EQ(refusal(watching), Refusal::bad_message);

  const Member a = join();
  wire::WatchT watch;
  watch.wants.push_back(std::make_unique<wire::WantT>());
  watch.wants[0]->source = static_cast<wire::Source>(200);
  send(a.connection, std::move(watch));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_message);
  const Member b = join();
  profile.profile.clear();
  send(b.connection, profile);
  EXPECT_EQ(refusal(b.connection), Refusal::bad_message);
  calls->handle_message(now, wall, ConnectionId{12345}, Buffer{1, 2, 3});
  calls->handle_close(now, ConnectionId{12345});
}

TEST_F(CallsTest, EveryTruncatedMessageIsRefused) {
  start();
  const Buffer whole = encode(make_join(1, 1, 16, {.audio_slots = 0, .video_slots = 0}));
  for (size_t size = 0; size < whole.size(); ++size) {
    const ConnectionId id = connect();
    // In memory of its own, so that a sanitizer sees a read past the end.
    send_bytes(id, Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    // The last bytes may be padding that nobody reads.
    if (size + 8 < whole.size()) {
      EXPECT_EQ(refusal(id), Refusal::bad_message) << size;
    }
    close(id);
    inbox.clear();
  }
}

TEST_F(CallsTest, AMessageAtAnyPlaceInMemoryIsRead) {
  start();
  const Buffer message = encode(make_join());
  for (size_t offset = 0; offset < 8; ++offset) {
    Buffer memory(offset);
    memory.insert(memory.end(), message.begin(), message.end());
    const ConnectionId id = connect();
    send_bytes(id, Bytes(memory).subspan(offset));
    joined(id);
  }
}

TEST_F(CallsTest, DamagedAndRandomMessagesNeverEndTheProcess) {
  config.limits.max_participants = 10;
  start();
  SeededRandom dice(99);
  wire::SetProfileT profile;
  profile.profile = {1, 2, 3};
  wire::WatchT watch;
  watch.wants.push_back(std::make_unique<wire::WantT>());
  const std::vector<Buffer> seeds = {encode(make_join()), encode(profile), encode(std::move(watch)),
                                     encode(wire::LeaveT())};
  size_t refused = 0;
  constexpr size_t rounds = 20'000;
  for (size_t round = 0; round < rounds; ++round) {
    Buffer message;
    if (dice.next() % 4 == 0) {
      message.resize(dice.next() % 200);
      dice.fill(message);
    } else {
      message = seeds[dice.next() % seeds.size()];
      // Most damage near the front, where the structure is.
      for (uint64_t i = dice.next() % 4; i < 4; ++i) {
        const size_t reach =
            dice.next() % 2 ? message.size() : std::min<size_t>(64, message.size());
        message[dice.next() % reach] = static_cast<uint8_t>(dice.next());
      }
    }
    const ConnectionId id = connect();
    send_bytes(id, message);
    if (closed.contains(id)) ++refused;
    close(id);
    if (round % 100 == 0) {
      advance(seconds(21));
      forget_messages();
      closed.clear();
    }
    ASSERT_LE(calls->counts().participants, 10u);
  }
  EXPECT_GT(refused, rounds / 2);
  EXPECT_EQ(calls->counts().connections, 0u);
}

TEST_F(CallsTest, DeepAndWideMessagesAreRefused) {
  // One want, named 40,000 times by its list.
  flatbuffers::FlatBufferBuilder builder;
  const auto want = wire::CreateWant(builder, 1, wire::Source::camera, 1, 1);
  const std::vector<flatbuffers::Offset<wire::Want>> wants(40'000, want);
  const auto body = wire::CreateWatch(builder, builder.CreateVector(wants));
  builder.Finish(wire::CreateClientMessage(builder, wire::ClientBody::Watch, body.Union()));
  ASSERT_LT(builder.GetSize(), limits::max_wire_message);
  start();
  const Member a = join();
  send_bytes(a.connection, Bytes(builder.GetBufferPointer(), builder.GetSize()));
  EXPECT_EQ(refusal(a.connection), Refusal::bad_message);
}

}  // namespace
}  // namespace vicino::server
