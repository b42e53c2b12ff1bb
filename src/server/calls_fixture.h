// For tests: a Calls with its stores in memory, members that talk to it, and all that came out.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/limits.h"
#include "rtc/sdp.h"
#include "server/member_fixture.h"

namespace vicino::server {

// Rooms and groups in memory, as they outlive a server.
class MemoryRooms final : public RoomRegistry {
 public:
  size_t capacity = 1000;
  std::map<RoomName, TokenHash> rooms;
  std::set<std::pair<RoomName, TokenHash>> revoked;

  std::optional<TokenHash> find(const RoomName& room) override {
    const auto found = rooms.find(room);
    return found == rooms.end() ? std::nullopt : std::optional(found->second);
  }
  Status insert(const RoomName& room, const TokenHash& token, WallTime) override {
    if (rooms.size() >= capacity) return fail(Errc::exhausted, "too many rooms");
    rooms[room] = token;
    return {};
  }
  bool is_revoked(const RoomName& room, const TokenHash& token) override {
    return revoked.contains({room, token});
  }
};

class MemoryGroups final : public GroupStore {
 public:
  explicit MemoryGroups(MemoryRooms& rooms) : rooms_(rooms) {}
  bool broken = false;
  std::map<RoomName, SavedGroup> groups;

  std::optional<SavedGroup> find(const RoomName& room) override {
    const auto found = groups.find(room);
    return found == groups.end() ? std::nullopt : std::optional(found->second);
  }
  Status save(const RoomName& room, const SavedGroup& group,
              const std::optional<TokenHash>& new_token, WallTime) override {
    if (broken) return fail(Errc::bad_state, "no disk");
    groups[room] = group;
    if (!new_token) return {};
    rooms_.revoked.insert({room, rooms_.rooms[room]});
    rooms_.rooms[room] = *new_token;
    return {};
  }
  void erase(const RoomName& room) override { groups.erase(room); }

 private:
  MemoryRooms& rooms_;
};

struct OfferShape {
  size_t audio_slots = 2;
  size_t video_slots = 3;
  bool microphone = true;
  bool camera = true;
};

// As a client writes it: own tracks "mic" and "cam", slots "a0", "a1", ... and "v0", "v1", ...
inline std::string make_offer(const OfferShape& shape = {}) {
  using enum rtc::Codec;
  std::vector<rtc::ClientMedia> media;
  uint32_t ssrc = 100;
  const auto add = [&](std::string mid, rtc::MediaKind kind, bool own) {
    const bool audio = kind == rtc::MediaKind::audio;
    media.push_back({.mid = std::move(mid),
                     .kind = kind,
                     .direction = own ? rtc::Direction::send : rtc::Direction::receive,
                     .codecs = audio ? std::vector{opus} : std::vector{vp8, vp9},
                     .ssrc = own ? ssrc++ : 0,
                     .rtx_ssrc = own && !audio ? ssrc++ : 0});
  };
  if (shape.microphone) add("mic", rtc::MediaKind::audio, true);
  if (shape.camera) add("cam", rtc::MediaKind::video, true);
  for (size_t i = 0; i < shape.audio_slots; ++i) {
    add("a" + std::to_string(i), rtc::MediaKind::audio, false);
  }
  for (size_t i = 0; i < shape.video_slots; ++i) {
    add("v" + std::to_string(i), rtc::MediaKind::video, false);
  }
  rtc::TransportParameters local{.ice_ufrag = "abcd",
                                 .ice_pwd = "0123456789abcdefghijkl",
                                 .fingerprint = {7},
                                 .candidates = {}};
  return rtc::write_offer(local, media, 1);
}

class CallsTest : public testing::Test {
 protected:
  using Inbox = std::vector<std::unique_ptr<wire::ServerMessageT>>;
  static constexpr WallTime wall{1'700'000'000'000};

  CallsTest() {
    config.limits.messages_per_second = 1000;
    world.server = admission::must(world.suite.signature_keys(Buffer(32, 9)));
  }

  // Once the configuration is as the test wants it; again: after a restart.
  void start(size_t shards = 1) {
    std::vector<ShardInfo> infos;
    for (size_t i = 0; i < shards; ++i) {
      infos.push_back({{Address::v4({192, 0, 2, 1}, static_cast<uint16_t>(40000 + i))}});
    }
    calls = std::make_unique<Calls>(config, infos, rtc::Fingerprint{9}, Stores{rooms, groups},
                                    ServerSeed(Buffer(32, 9)), random);
  }
  // Everybody's connection is gone, and what the server had in memory.
  void restart() {
    start();
    forget_messages();
  }

  // Makes the outputs readable: messages by connection, commands in order. Then everybody reads.
  void pump() {
    for (Output& output : calls->take_outputs()) {
      if (auto* send = std::get_if<SendMessage>(&output)) {
        EXPECT_FALSE(closed.contains(send->to)) << "a message after the closing";
        deliver(*send);
      } else if (auto* close = std::get_if<CloseConnection>(&output)) {
        closed.insert(close->connection);
      } else {
        commands.push_back(std::get<ToShard>(std::move(output)));
        messages_before_commands = messages_delivered;
      }
    }
    for (Client& client : clients) read(client);
  }

  ConnectionId connect() {
    const ConnectionId id{++last_connection};
    calls->handle_open(now, id);
    pump();
    return id;
  }
  void send_bytes(ConnectionId from, Bytes bytes) {
    calls->handle_message(now, wall, from, bytes);
    pump();
  }
  template <class Body>
  void send(ConnectionId from, Body body) {
    send_bytes(from, encode(std::move(body)));
  }
  template <class Body>
  static Buffer encode(Body body) {
    wire::ClientMessageT message;
    message.body.Set(std::move(body));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(wire::ClientMessage::Pack(builder, &message));
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }
  void close(ConnectionId id) {
    calls->handle_close(now, id);
    pump();
  }
  void advance(Duration time) {
    now = now + time;
    calls->handle_timeout(now);
    pump();
  }
  void event(const sfu::Event& e) {
    calls->handle_event(now, e);
    pump();
  }

  // Somebody with the link of a room, not connected yet.
  Client& person(uint64_t sender, uint8_t room = 1, uint8_t token = 1) {
    clients.push_back(make_client(world, SenderId{sender}, room, token));
    return clients.back();
  }
  wire::JoinT newcomer_join(const Client& client, const OfferShape& shape = {}) {
    wire::JoinT join = join_of(client, shape);
    join.key_package = mls::encode_message(client.package.package);
    join.waiting_name = {4, 2};
    join.group_info = client.alone.group_info(true);
    return join;
  }
  wire::JoinT returning_join(const Client& client) {
    wire::JoinT join = join_of(client, {});
    Buffer message(as_bytes("vicino/2 return").begin(), as_bytes("vicino/2 return").end());
    message.insert(message.end(), client.nonce.begin(), client.nonce.end());
    message.insert(message.end(), 16, client.room);
    const auto proof = crypto::ed25519_sign(client.keys.private_key.expose(), message);
    join.proof.assign(proof.begin(), proof.end());
    join.seen = client.seen;
    return join;
  }
  void arrive(Client& client) {
    connect(client);
    send(client.connection, newcomer_join(client));
  }
  void come_back(Client& client) {
    connect(client);
    send(client.connection, returning_join(client));
  }
  void connect(Client& client) {
    client.connection = {};
    client.read = 0;
    client.connection = connect();
    read(client);
  }
  // In the call: founds it, or is let in by the host.
  Client& member(uint64_t sender, uint8_t room = 1) {
    Client& client = person(sender, room);
    arrive(client);
    for (Client& host : clients) {
      if (!client.group && host.group && host.room == room && &host != &client) admit(host, client);
    }
    EXPECT_TRUE(client.group) << "not in the group";
    EXPECT_TRUE(last<wire::JoinedT>(client)) << "not joined";
    return client;
  }

  wire::CommitT commit_of(Client& client, std::vector<mls::Proposal> proposals) {
    return commit_of(client, world.commit(*client.group, std::move(proposals), true));
  }
  static wire::CommitT commit_of(Client& client, mls::NewEpoch epoch) {
    wire::CommitT commit;
    commit.commit = epoch.commit;
    commit.group_info = epoch.group->group_info(false);
    if (epoch.welcome) commit.welcome = *epoch.welcome;
    client.pending = std::move(epoch);
    return commit;
  }
  // Nullopt: it counts. Else why not.
  std::optional<std::string> commit(Client& client, wire::CommitT request) {
    client.refused.reset();
    send(client.connection, std::move(request));
    return client.refused;
  }
  std::optional<std::string> commit(Client& client, std::vector<mls::Proposal> proposals) {
    return commit(client, commit_of(client, std::move(proposals)));
  }
  std::vector<mls::Proposal> adding(const Client& client) {
    std::vector<mls::Proposal> proposals = {world.join_psk(client.link)};
    proposals.push_back({mls::Add{client.package.package}});
    return proposals;
  }
  std::optional<std::string> admit(Client& host, const Client& client) {
    return commit(host, adding(client));
  }
  mls::NewEpoch external_commit(Client& client, bool replaces) {
    const auto* group = last<wire::GroupT>(client);
    EXPECT_TRUE(group) << "no group to join";
    mls::ExternalJoinOptions options;
    options.psks = {world.psk_id(client.link)};
    if (replaces) options.replaces = client.group->self();
    return admission::must(mls::Group::join_external(
        group->group_info, {world.leaf(client.sender, client.link), client.keys.clone()}, options,
        group->tree, world.environment(), world.random));
  }
  std::optional<std::string> change(Client& host, auto change) {
    admission::CallContext context = admission::context_of(*host.group);
    change(context);
    return commit(host, {world.change(*host.group, context)});
  }
  std::optional<std::string> remove(Client& host, const Client& removed) {
    const auto leaf = admission::leaf_of(host.group->tree(), removed.sender);
    return commit(host, {{mls::Remove{leaf->value}}});
  }
  void post(Client& client, std::string_view text) {
    wire::PostT post;
    post.message = admission::must(client.group->protect(as_bytes(text), {}, world.random));
    send(client.connection, std::move(post));
  }

  // The last message of this kind that a connection got; null: none since forget_messages().
  template <class Body>
  const Body* last(ConnectionId id) {
    const Body* found = nullptr;
    for (const auto& message : inbox[id]) {
      if (message->body.type == wire::ServerBodyUnionTraits<Body>::enum_value) {
        found = static_cast<const Body*>(message->body.value);
      }
    }
    return found;
  }
  template <class Body>
  const Body* last(const Client& client) {
    return last<Body>(client.connection);
  }
  ParticipantId id_of(const Client& client) {
    const auto* joined = last<wire::JoinedT>(client);
    EXPECT_TRUE(joined) << "not joined";
    return {joined ? joined->self : 0};
  }
  // Why a connection was refused; nullopt: it wasn't. A refusal must end the connection.
  std::optional<wire::Refusal> refusal(ConnectionId id) {
    const auto* refused = last<wire::RefusedT>(id);
    if (!refused) return std::nullopt;
    EXPECT_TRUE(closed.contains(id));
    return refused->reason;
  }
  std::optional<wire::Refusal> refusal(const Client& client) { return refusal(client.connection); }
  std::optional<wire::Refusal> refusal(wire::JoinT request) {
    const ConnectionId id = connect();
    send(id, std::move(request));
    return refusal(id);
  }
  void forget_messages() {
    inbox.clear();
    commands.clear();
    for (Client& client : clients) client.read = 0;
  }
  template <class Command>
  const Command* last_command() {
    const Command* found = nullptr;
    for (const ToShard& c : commands) {
      if (const auto* command = std::get_if<Command>(&c.command)) found = command;
    }
    return found;
  }

  Config config;
  MemoryRooms rooms;
  MemoryGroups groups{rooms};
  SeededRandom random{1};
  admission::MemberWorld world;
  std::unique_ptr<Calls> calls;
  Instant now{seconds(1000).us};
  std::deque<Client> clients;
  std::map<ConnectionId, Inbox> inbox;
  std::set<ConnectionId> closed;
  std::vector<ToShard> commands;
  size_t messages_delivered = 0, messages_before_commands = 0;
  uint64_t last_connection = 0;

 private:
  static wire::JoinT join_of(const Client& client, const OfferShape& shape) {
    wire::JoinT join;
    join.version = 2;
    join.room.assign(16, client.room);
    join.token = client.token;
    join.sender = client.sender.value;
    join.offer = make_offer(shape);
    const auto track = [&](const char* mid, wire::Source source, uint16_t width, uint16_t height) {
      wire::TrackT t;
      t.mid = mid;
      t.source = source;
      t.width = width;
      t.height = height;
      join.tracks.push_back(std::make_unique<wire::TrackT>(t));
    };
    if (shape.microphone) track("mic", wire::Source::microphone, 0, 0);
    if (shape.camera) track("cam", wire::Source::camera, 1280, 720);
    return join;
  }
  void read(Client& client) {
    const Inbox& messages = inbox[client.connection];
    while (client.read < messages.size()) hear(world, client, *messages[client.read++]);
  }
  void deliver(const SendMessage& send) {
    ++messages_delivered;
    EXPECT_LE(send.message.size(), limits::max_wire_message);
    flatbuffers::Verifier verifier(send.message.data(), send.message.size());
    ASSERT_TRUE(verifier.VerifyBuffer<wire::ServerMessage>(nullptr));
    inbox[send.to].emplace_back(
        flatbuffers::GetRoot<wire::ServerMessage>(send.message.data())->UnPack());
  }
};

}  // namespace vicino::server
