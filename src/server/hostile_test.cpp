// Messages no client of this project sends: all are refused or harmless, none ends the process.
#include "server/calls_fixture.h"
#include "server/requests.h"

namespace vicino::server {
namespace {

using wire::Refusal;

TEST_F(CallsTest, LengthsAreExact) {
  start();
  Client& client = person(1);
  uint64_t refusals = 0;
  const auto refused = [&](auto change) {
    wire::JoinT request = newcomer_join(client);
    change(request);
    EXPECT_EQ(refusal(std::move(request)), Refusal::bad_message);
    EXPECT_EQ(calls->counts().bad_messages, ++refusals);
  };
  refused([](wire::JoinT& j) { j.room.pop_back(); });
  refused([](wire::JoinT& j) { j.room.push_back(0); });
  refused([](wire::JoinT& j) { j.room.clear(); });
  refused([](wire::JoinT& j) { j.token.pop_back(); });
  refused([](wire::JoinT& j) { j.token.push_back(0); });
  refused([](wire::JoinT& j) { j.sender = 0; });
  refused([](wire::JoinT& j) { j.key_package.clear(); });
  refused([](wire::JoinT& j) { j.key_package.resize(max_key_package + 1); });
  refused([](wire::JoinT& j) { j.waiting_name.resize(max_waiting_name + 1); });
  refused([](wire::JoinT& j) { j.group_info.clear(); });
  refused([](wire::JoinT& j) { j.group_info.resize(20'000); });
  refused([](wire::JoinT& j) { j.proof.assign(63, 1); });
  refused([](wire::JoinT& j) { j.tracks[0]->source = static_cast<wire::Source>(4); });
  refused([](wire::JoinT& j) { j.tracks[1]->source = wire::Source::microphone; });
  refused([](wire::JoinT& j) {
    for (int i = 0; i < 3; ++i) j.tracks.push_back(std::make_unique<wire::TrackT>(*j.tracks[0]));
  });
  refused([](wire::JoinT& j) { j.offer.assign(limits::max_wire_message, 'x'); });
  auto longest = newcomer_join(client);
  longest.waiting_name.resize(max_waiting_name);
  EXPECT_FALSE(refusal(std::move(longest)));
}

TEST_F(CallsTest, LengthsOfWhatMembersSayAreExact) {
  start();
  uint64_t next = 1;
  const auto refused = [&](auto message) {
    const ConnectionId id = connect();
    send(id, std::move(message));
    ASSERT_EQ(refusal(id), Refusal::bad_message);
    EXPECT_EQ(calls->counts().bad_messages, next++);
  };
  wire::PostT post;
  refused(post);
  post.message.resize(max_post + 1);
  refused(post);
  wire::CommitT commit;
  refused(commit);
  commit.commit = {1};
  refused(commit);
  commit.group_info = {1};
  commit.token_hash.resize(31);
  refused(commit);
}

TEST_F(CallsTest, WantsAreOfKnownSources) {
  start();
  Client& a = member(1);
  wire::WatchT watch;
  watch.wants.push_back(std::make_unique<wire::WantT>());
  watch.wants[0]->source = static_cast<wire::Source>(200);
  send(a.connection, std::move(watch));
  EXPECT_EQ(refusal(a), Refusal::bad_message);
  calls->handle_message(now, wall, ConnectionId{12345}, Buffer{1, 2, 3});
  calls->handle_close(now, ConnectionId{12345});
}

// A leaf that made the group's tree too large for a message would lock everybody else out.
TEST_F(CallsTest, ALeafIsBounded) {
  start();
  Client& host = member(1);
  ASSERT_FALSE(change(host, [](auto& c) { c.lobby = false; }));
  Client& large = person(2);
  mls::LeafTemplate leaf = world.leaf(large.sender, large.link);
  for (uint16_t i = 0; i < 450; ++i) {
    leaf.capabilities.extensions.push_back(mls::ExtensionType{static_cast<uint16_t>(0xf200 + i)});
  }
  large.package =
      mls::make_key_package(world.suite, large.keys.clone(), leaf, world.lifetime(), world.random);
  EXPECT_EQ(refusal(newcomer_join(large)), Refusal::bad_message);
  Client& outside = person(3);
  arrive(outside);
  send(outside.connection, wire::GetGroupT());
  const auto* group = last<wire::GroupT>(outside);
  ASSERT_TRUE(group);
  leaf.credential = admission::credential_of(outside.sender);
  mls::ExternalJoinOptions options;
  options.psks = {world.psk_id(outside.link)};
  auto epoch = admission::must(
      mls::Group::join_external(group->group_info, {leaf, outside.keys.clone()}, options,
                                group->tree, world.environment(), world.random));
  EXPECT_EQ(commit(outside, commit_of(outside, std::move(epoch))), "a leaf has up to 1024 bytes");
}

TEST_F(CallsTest, EveryTruncatedMessageIsRefused) {
  start();
  const Buffer whole = encode(newcomer_join(person(1), {.audio_slots = 0, .video_slots = 0}));
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
  const Buffer message = encode(newcomer_join(person(1)));
  for (size_t offset = 0; offset < 8; ++offset) {
    Buffer memory(offset);
    memory.insert(memory.end(), message.begin(), message.end());
    const ConnectionId id = connect();
    send_bytes(id, Bytes(memory).subspan(offset));
    EXPECT_TRUE(last<wire::JoinedT>(id) || last<wire::InLobbyT>(id));
    send(id, wire::LeaveT());
  }
}

TEST_F(CallsTest, DamagedAndRandomMessagesNeverEndTheProcess) {
  config.limits.max_participants = 10;
  start();
  SeededRandom dice(99);
  wire::PostT post;
  post.message = {1, 2, 3};
  wire::CommitT commit;
  commit.commit = {1, 2, 3};
  commit.group_info = {1};
  wire::WatchT watch;
  watch.wants.push_back(std::make_unique<wire::WantT>());
  Client& client = person(1);
  const std::vector<Buffer> seeds = {encode(newcomer_join(client)), encode(returning_join(client)),
                                     encode(std::move(post)),       encode(std::move(commit)),
                                     encode(std::move(watch)),      encode(wire::GetGroupT()),
                                     encode(wire::LeaveT())};
  size_t refused = 0;
  constexpr size_t rounds = 10'000;
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
  Client& a = member(1);
  send_bytes(a.connection, Bytes(builder.GetBufferPointer(), builder.GetSize()));
  EXPECT_EQ(refusal(a), Refusal::bad_message);
}

}  // namespace
}  // namespace vicino::server
