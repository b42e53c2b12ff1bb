// For tests: a Calls with its registry in memory, clients that talk to it, and all that came out.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "rtc/sdp.h"
#include "schema/wire_generated.h"
#include "server/calls.h"

namespace vicino::server {

class MemoryRegistry final : public RoomRegistry {
 public:
  size_t capacity = 1000;
  std::map<RoomName, TokenHash> rooms;

  std::optional<TokenHash> find(const RoomName& room) override {
    const auto found = rooms.find(room);
    return found == rooms.end() ? std::nullopt : std::optional(found->second);
  }
  Status insert(const RoomName& room, const TokenHash& token, WallTime) override {
    if (rooms.size() >= capacity) return fail(Errc::exhausted, "too many rooms");
    rooms[room] = token;
    return {};
  }
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
  static constexpr WallTime wall{1'700'000'000'000};

  CallsTest() { config.limits.messages_per_second = 1000; }

  // Once the configuration is as the test wants it.
  void start(size_t shards = 1) {
    std::vector<ShardInfo> infos;
    for (size_t i = 0; i < shards; ++i) {
      infos.push_back({{Address::v4({192, 0, 2, 1}, static_cast<uint16_t>(40000 + i))}});
    }
    calls = std::make_unique<Calls>(config, infos, rtc::Fingerprint{9}, registry, random);
  }

  // Makes the outputs readable: messages by connection, commands in order.
  void pump() {
    for (Output& output : calls->take_outputs()) {
      if (auto* send = std::get_if<SendMessage>(&output)) {
        EXPECT_FALSE(closed.contains(send->to)) << "a message after the closing";
        deliver(*send);
      } else if (auto* close = std::get_if<CloseConnection>(&output)) {
        closed.insert(close->connection);
      } else {
        commands.push_back(std::get<ToShard>(std::move(output)));
      }
    }
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

  static wire::JoinT make_join(uint8_t room = 1, uint8_t token = 1, uint64_t sender = 16,
                               const OfferShape& shape = {}) {
    wire::JoinT join;
    join.version = 1;
    join.room.assign(16, room);
    join.token.assign(32, token);
    join.sender = sender;
    join.profile = {1, 2, 3};
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
  // A connection that has joined, and what it was told.
  struct Member {
    ConnectionId connection;
    wire::JoinedT joined;
    ParticipantId id() const { return ParticipantId{joined.self}; }
  };
  Member join(wire::JoinT request) {
    const ConnectionId id = connect();
    send(id, std::move(request));
    return joined(id);
  }
  Member join(uint8_t room = 1) { return join(make_join(room)); }
  Member joined(ConnectionId id) {
    const auto* message = last<wire::JoinedT>(id);
    EXPECT_TRUE(message) << "not joined";
    return {id, message ? *message : wire::JoinedT()};
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
  // Why a connection was refused; nullopt: it wasn't. A refusal must end the connection.
  std::optional<wire::Refusal> refusal(ConnectionId id) {
    const auto* refused = last<wire::RefusedT>(id);
    if (!refused) return std::nullopt;
    EXPECT_TRUE(closed.contains(id));
    return refused->reason;
  }
  std::optional<wire::Refusal> refusal(wire::JoinT request) {
    const ConnectionId id = connect();
    send(id, std::move(request));
    return refusal(id);
  }
  void forget_messages() {
    inbox.clear();
    commands.clear();
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
  MemoryRegistry registry;
  SeededRandom random{1};
  std::unique_ptr<Calls> calls;
  Instant now{seconds(1000).us};
  std::map<ConnectionId, std::vector<std::unique_ptr<wire::ServerMessageT>>> inbox;
  std::set<ConnectionId> closed;
  std::vector<ToShard> commands;
  uint64_t last_connection = 0;

 private:
  void deliver(const SendMessage& send) {
    flatbuffers::Verifier verifier(send.message.data(), send.message.size());
    ASSERT_TRUE(verifier.VerifyBuffer<wire::ServerMessage>(nullptr));
    inbox[send.to].emplace_back(
        flatbuffers::GetRoot<wire::ServerMessage>(send.message.data())->UnPack());
  }
};

}  // namespace vicino::server
