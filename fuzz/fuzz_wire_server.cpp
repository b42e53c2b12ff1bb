// Clients that say anything, in any order: raw messages, and Joins put together from parts (so that
// the fuzzer needn't guess an offer) and then damaged. What the server says must be readable by
// this project's own client, nothing may follow a closing, and when everybody has gone nothing may
// be kept.
#include <map>
#include <set>

#include "base/limits.h"
#include "core/messages.h"
#include "input.h"
#include "rtc/sdp.h"
#include "server/calls.h"
#include "server/requests.h"

using namespace vicino;
using namespace vicino::server;

namespace {

class MemoryRegistry final : public RoomRegistry {
 public:
  std::optional<TokenHash> find(const RoomName& room) override {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? std::nullopt : std::optional(found->second);
  }
  Status insert(const RoomName& room, const TokenHash& token, WallTime) override {
    if (rooms_.size() >= 3) return fail(Errc::exhausted, "too many rooms");
    rooms_[room] = token;
    return {};
  }

 private:
  std::map<RoomName, TokenHash> rooms_;
};

Config small_config() {
  Config config;
  config.limits.max_participants = 6;
  config.limits.max_participants_per_room = 4;
  config.limits.max_rooms = 3;
  config.limits.max_connections = 8;
  config.limits.messages_per_second = 100;
  config.open_rooms = {{"lobby", ""}, {"studio", "token"}};
  return config;
}

// "mic" and "cam" are the client's own, "a" and "v" slots; with a sound-only one for a short
// message.
const std::string& offer(bool video) {
  const auto write = [](bool with_video) {
    using enum rtc::Codec;
    using enum rtc::Direction;
    std::vector<rtc::ClientMedia> media = {{"mic", rtc::MediaKind::audio, send, {opus}, 100, 0},
                                           {"a", rtc::MediaKind::audio, receive, {opus}, 0, 0}};
    if (with_video) {
      media.push_back({"cam", rtc::MediaKind::video, send, {vp8, h264}, 101, 102});
      media.push_back({"v", rtc::MediaKind::video, receive, {vp8, h264}, 0, 0});
    }
    const rtc::TransportParameters local{.ice_ufrag = "abcd",
                                         .ice_pwd = "0123456789abcdefghijkl",
                                         .fingerprint = {7},
                                         .candidates = {}};
    return rtc::write_offer(local, media, 1);
  };
  static const std::string sound = write(false), both = write(true);
  return video ? both : sound;
}

class Session {
 public:
  explicit Session(fuzz::Input& input)
      : input_(input),
        calls_(small_config(), {{{Address::v4({192, 0, 2, 1}, 40000)}}}, {9}, registry_, random_) {}

  void run() {
    for (int steps = 0; steps < 100 && !input_.empty(); ++steps) {
      step(input_.u8());
      pump();
    }
    go();
  }

 private:
  void step(uint8_t what) {
    switch (what % 10) {
      case 0:
        connections_.push_back({++last_connection_});
        calls_.handle_open(now_, connections_.back());
        break;
      case 1:
      case 2:
        say(join());
        break;
      case 3:
        say(input_.take(input_.u16()));
        break;
      case 4:
        say(small_message());
        break;
      case 5:
        calls_.handle_close(now_, connection());
        break;
      case 6:
        now_ = now_ + milliseconds(input_.u8() * 200);
        calls_.handle_timeout(now_);
        break;
      case 7:
        event(input_.u8());
        break;
      case 8:
        resource();
        break;
      default:
        if (what == 9) calls_.drain(now_);
        break;
    }
  }

  ConnectionId connection() {
    return connections_.empty() ? ConnectionId{1} : connections_[input_.u8() % connections_.size()];
  }

  // In memory of its own, aligned, so that a sanitizer sees a read past the end.
  void say(Bytes message) {
    const Buffer copy(message.begin(), message.end());
    calls_.handle_message(now_, {1'700'000'000'000}, connection(), copy);
  }

  Buffer join() {
    wire::JoinT join;
    const uint8_t shape = input_.u8();
    join.version = 1;
    join.room.assign(16, input_.u8() % 4);
    join.token.assign(32, shape & 1);
    join.sender = uint64_t{input_.u8()} << 4;
    const Bytes profile = input_.take(1 + input_.u8());
    join.profile.assign(profile.begin(), profile.end());
    if ((shape & 2) != 0) join.resume.assign(resume_.begin(), resume_.end());
    join.offer = (shape & 4) != 0 ? input_.text(input_.u16()) : offer((shape & 8) != 0);
    const auto track = [&](const char* mid, wire::Source source) {
      auto& t = *join.tracks.emplace_back(std::make_unique<wire::TrackT>());
      t.mid = mid;
      t.source = source;
    };
    if ((shape & 16) != 0) track("mic", wire::Source::microphone);
    if ((shape & 32) != 0) track("cam", wire::Source::camera);
    return damaged(pack(std::move(join)), (shape & 64) != 0);
  }

  Buffer small_message() {
    const uint8_t shape = input_.u8();
    if (shape % 3 == 0) return damaged(pack(wire::LeaveT()), shape >= 128);
    if (shape % 3 == 1) {
      wire::SetProfileT profile;
      profile.profile.assign(1 + input_.u8(), shape);
      return damaged(pack(profile), shape >= 128);
    }
    wire::WatchT watch;
    for (uint8_t i = input_.u8() % 12; i > 0; --i) {
      auto& want = *watch.wants.emplace_back(std::make_unique<wire::WantT>());
      want.participant = input_.u8() % 10;
      want.source = static_cast<wire::Source>(input_.u8() % 5);
    }
    return damaged(pack(std::move(watch)), shape >= 128);
  }

  template <class Body>
  static Buffer pack(Body body) {
    wire::ClientMessageT message;
    message.body.Set(std::move(body));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(wire::ClientMessage::Pack(builder, &message));
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }

  Buffer damaged(Buffer message, bool damage) {
    for (uint8_t i = damage ? input_.u8() % 8 : 0; i > 0; --i) {
      const size_t at = input_.u16();
      message[at % message.size()] = input_.u8();
    }
    return message;
  }

  void event(uint8_t what) {
    const ParticipantId id{uint32_t{input_.u8()} % 12};
    switch (what % 3) {
      case 0:
        return calls_.handle_event(now_, sfu::ParticipantConnected{id});
      case 1:
        return calls_.handle_event(now_, sfu::ParticipantLost{id});
      default:
        return calls_.handle_event(
            now_, sfu::SlotsChanged{id, {{"v", ParticipantId{1}, sfu::Source::camera}}});
    }
  }

  void resource() {
    const uint8_t shape = input_.u8();
    const std::string room = (shape & 1) != 0 ? input_.text(input_.u8() % 32) : "lobby";
    const std::string peer = input_.text(input_.u8() % 8);
    const std::string bearer = (shape & 2) != 0 ? "token" : "";
    const std::string sdp = (shape & 4) != 0 ? input_.text(input_.u16()) : offer((shape & 8) != 0);
    const auto made = calls_.create_resource(now_, (shape & 16) != 0, room, peer, bearer, sdp);
    if (!made) {
      CHECK(made.error().status >= 400);
    } else if ((shape & 32) != 0) {
      CHECK(calls_.delete_resource(now_, room, made->id, bearer).has_value());
      CHECK(!calls_.delete_resource(now_, room, made->id, bearer));
    }
  }

  void pump() {
    for (Output& output : calls_.take_outputs()) {
      if (const auto* sent = std::get_if<SendMessage>(&output)) {
        CHECK(!closed_.contains(sent->to));
        CHECK(sent->message.size() <= limits::max_wire_message);
        const auto read = core::read_server_message(sent->message);
        CHECK(read.has_value());
        if (const auto* joined = std::get_if<core::said::Joined>(&*read)) resume_ = joined->resume;
      } else if (const auto* close = std::get_if<CloseConnection>(&output)) {
        closed_.insert(close->connection);
        calls_.handle_close(now_, close->connection);
      }
    }
    const auto counts = calls_.counts();
    CHECK(counts.participants <= 6 && counts.rooms <= 3 && counts.connections <= 8);
  }

  // Everybody goes; the grace times pass.
  void go() {
    for (const ConnectionId id : connections_) calls_.handle_close(now_, id);
    for (uint32_t id = 1; id <= 200; ++id) calls_.handle_event(now_, sfu::ParticipantLost{{id}});
    now_ = now_ + seconds(60);
    calls_.handle_timeout(now_);
    pump();
    const auto counts = calls_.counts();
    CHECK(counts.participants == 0 && counts.rooms == 0 && counts.connections == 0);
    CHECK(calls_.next_timeout() == Instant::never());
  }

  fuzz::Input& input_;
  MemoryRegistry registry_;
  SeededRandom random_{1};
  Calls calls_;
  Instant now_{seconds(1000).us};
  std::vector<ConnectionId> connections_;
  std::set<ConnectionId> closed_;
  server::ResumeToken resume_{};
  uint64_t last_connection_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const Buffer aligned(data, data + size);
  (void)read_request(aligned, 8);
  Session(input).run();
  return 0;
}
