// Clients that say anything, in any order: raw messages, and Joins, commits and posts put together
// from parts of real groups (so that the fuzzer needn't guess an offer or a signature) and then
// damaged. Nothing may follow a closing, what is said must be readable, and when everybody has gone
// nothing may be kept.
#include <set>

#include "base/limits.h"
#include "crypto/ed25519.h"
#include "input.h"
#include "rtc/sdp.h"
#include "server/requests.h"
#include "server_world.h"

using namespace vicino;
using namespace vicino::server;

namespace {

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
        calls_(small_config(), {{{Address::v4({192, 0, 2, 1}, 40000)}}}, {9}, {rooms_, groups_},
               ServerSeed(Buffer(32, 9)), random_) {}

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

  static People& people() {
    static People all;
    return all;
  }

  // A newcomer's, or of somebody who comes back; the parts may be of different people.
  Buffer join() {
    const People::Person& one = person();
    wire::JoinT join;
    const uint8_t shape = input_.u8();
    join.version = 2;
    join.room.assign(16, (shape & 1) != 0 ? input_.u8() % 4 : 1);
    join.token = people().token;
    join.sender = one.sender.value;
    join.offer = (shape & 2) != 0 ? input_.text(input_.u16()) : offer((shape & 4) != 0);
    const auto track = [&](const char* mid, wire::Source source) {
      auto& t = *join.tracks.emplace_back(std::make_unique<wire::TrackT>());
      t.mid = mid;
      t.source = source;
    };
    if ((shape & 8) != 0) track("mic", wire::Source::microphone);
    if ((shape & 16) != 0) track("cam", wire::Source::camera);
    if ((shape & 32) != 0) {
      join.proof.assign(64, shape);
      join.seen = input_.u8();
    } else {
      join.key_package = mls::encode_message(one.package.package);
      join.group_info = ((shape & 128) != 0 ? person() : one).alone.group_info(true);
    }
    return damaged(pack(std::move(join)), (shape & 64) != 0);
  }

  const People::Person& person() { return people().people[input_.u8() % 3]; }

  // Of the first epoch: the first person's group adds another, changes its context, or renews keys.
  Buffer commit() {
    People& all = people();
    const uint8_t shape = input_.u8();
    mls::CommitOptions options;
    options.with_pending = false;
    options.tree_in_welcome = false;
    mls::Group& group = all.people[0].alone;
    if ((shape & 1) != 0) {
      mls::PskId psk;
      psk.external_id = admission::join_psk_id(Bytes(crypto::sha256(all.token)).first(8));
      psk.nonce = Buffer(32, shape);
      options.proposals = {{mls::PreSharedKey{psk}}, {mls::Add{person().package.package}}};
    }
    auto epoch = group.commit(std::move(options), all.environment(), all.random);
    if (!epoch) return pack(wire::LeaveT());
    wire::CommitT commit;
    commit.commit = epoch->commit;
    commit.group_info = epoch->group->group_info((shape & 2) != 0);
    if (epoch->welcome && (shape & 4) == 0) commit.welcome = *epoch->welcome;
    if ((shape & 8) != 0) commit.token_hash.assign(32, shape);
    return damaged(pack(std::move(commit)), (shape & 64) != 0);
  }

  Buffer post() {
    const auto message =
        people().people[0].alone.clone().protect(as_bytes("text"), {}, people().random);
    CHECK(message.has_value());
    wire::PostT post;
    post.message = *message;
    return pack(std::move(post));
  }

  Buffer small_message() {
    const uint8_t shape = input_.u8();
    switch (shape % 8) {
      case 0:
        return damaged(pack(wire::LeaveT()), shape >= 128);
      case 1:
        return commit();
      case 2:
        return damaged(post(), shape >= 128);
      case 3:
        return damaged(pack(wire::GetGroupT()), shape >= 128);
      case 4: {
        wire::ReadyT ready;
        ready.epoch = input_.u8() % 3;
        return damaged(pack(ready), shape >= 128);
      }
      case 5: {
        wire::DenyT deny;
        deny.sender = input_.u8() % 4;
        return damaged(pack(deny), shape >= 128);
      }
      default:
        break;
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
    switch (what % 6) {
      case 0:
        return calls_.handle_event(now_, sfu::ParticipantConnected{id});
      case 1:
        return calls_.handle_event(now_, sfu::ParticipantLost{id});
      case 2:
        return calls_.handle_event(
            now_, sfu::HeldBackChanged{id, {{ParticipantId{1}, sfu::Source::camera}}});
      case 3:
        return calls_.handle_event(now_, sfu::LayersWatched{id, {{sfu::Source::camera, "q"}}});
      case 4:
        return calls_.handle_event(now_, sfu::UplinksChanged{{id}, {{id, 100}}});
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
        flatbuffers::Verifier verifier(sent->message.data(), sent->message.size());
        CHECK(verifier.VerifyBuffer<wire::ServerMessage>(nullptr));
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
    CHECK(counts.waiting == 0 && groups_.groups.empty());
    CHECK(calls_.next_timeout() == Instant::never());
  }

  fuzz::Input& input_;
  MemoryRooms rooms_;
  MemoryGroups groups_;
  SeededRandom random_{1};
  Calls calls_;
  Instant now_{seconds(1000).us};
  std::vector<ConnectionId> connections_;
  std::set<ConnectionId> closed_;
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
