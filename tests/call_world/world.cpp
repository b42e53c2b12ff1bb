#include "world.h"

#include <algorithm>

#include "rtc/sdp.h"

namespace vicino::world {
namespace {

constexpr int64_t wall_offset_ms = 1'700'000'000'000;

WallTime wall(Instant now) { return {wall_offset_ms + now.us / 1000}; }

}  // namespace

// A microphone, a camera and a few slots.
std::string World::offer() {
  std::vector<rtc::ClientMedia> media;
  uint32_t ssrc = 100;
  const auto add = [&](std::string mid, rtc::MediaKind kind, rtc::Direction direction) {
    const bool audio = kind == rtc::MediaKind::audio, own = direction == rtc::Direction::send;
    media.push_back({.mid = std::move(mid),
                     .kind = kind,
                     .direction = direction,
                     .codecs = {audio ? rtc::Codec::opus : rtc::Codec::vp8},
                     .ssrc = own ? ssrc++ : 0,
                     .rtx_ssrc = own && !audio ? ssrc++ : 0});
  };
  add("mic", rtc::MediaKind::audio, rtc::Direction::send);
  add("cam", rtc::MediaKind::video, rtc::Direction::send);
  add("a0", rtc::MediaKind::audio, rtc::Direction::receive);
  add("v0", rtc::MediaKind::video, rtc::Direction::receive);
  const rtc::TransportParameters local{
      .ice_ufrag = "abcd", .ice_pwd = "0123456789abcdefghijkl", .fingerprint = {7}, .candidates = {}};
  return rtc::write_offer(local, media, 1);
}

const core::PersonView* Client::sees(std::string_view name) const {
  if (!roster) return nullptr;
  const auto& others = roster->view.others;
  const auto found = std::ranges::find_if(others, [&](const auto& p) { return p.name == name && !p.leaving; });
  return found == others.end() ? nullptr : &*found;
}

World::World(Options options) : random(options.seed), options_(options) {
  servers_.push_back(std::make_unique<Server>());
  servers_[0]->calls = make_calls(*servers_[0]);
}

std::unique_ptr<server::Calls> World::make_calls(Server& server) {
  server::Config config;
  config.limits.max_participants_per_room = options_.max_participants;
  config.limits.resume_grace = options_.resume_grace;
  server.stores.groups.attach(server.stores.rooms);
  const server::ServerSeed seed(Bytes(std::array<uint8_t, 32>{42}));
  return std::make_unique<server::Calls>(
      config, std::vector<server::ShardInfo>{{{Address::v4({192, 0, 2, 1}, 40000)}}}, rtc::Fingerprint{9},
      server::Stores{server.stores.rooms, server.stores.groups}, seed, random);
}

std::string World::new_link() { return core::Link::create("https://vicino.example", random).to_string(); }

size_t World::open(const std::string& link, const std::string& name, std::optional<Buffer> memory, size_t server,
                   bool keep_identity) {
  const size_t client = clients_.size();
  clients_.push_back(std::make_unique<Client>(randomness ? *randomness : random, server));
  call(client).open(now_, wall(now_), {link, name, 0, keep_identity, std::move(memory)});
  drain_client(client);
  return client;
}

void World::leave(size_t client) {
  call(client).leave();
  drain_client(client);
}

void World::crash(size_t client, Duration noticed_after) {
  Client& c = *clients_.at(client);
  c.call.reset();
  if (!c.connection) return;
  const ConnectionId id = *std::exchange(c.connection, std::nullopt);
  at(now_ + noticed_after, [this, id, server = c.server] {
    Server& s = *servers_[server];
    if (s.connections.erase(id) != 0 && s.calls) s.calls->handle_close(now_, id);
    drain_server(server);
  });
}

void World::cut(size_t client) {
  Client& c = *clients_.at(client);
  if (!c.call || !c.connection) return;
  disconnect(client);
  c.call->socket_closed(now_);
  drain_client(client);
}

void World::restart_server(Duration down, size_t server) {
  Server& s = *servers_.at(server);
  s.calls.reset();
  s.connections.clear();
  for (size_t i = 0; i < clients_.size(); ++i) {
    Client& c = *clients_[i];
    if (c.server != server || !std::exchange(c.connection, std::nullopt) || !c.call) continue;
    c.call->socket_closed(now_);
    drain_client(i);
  }
  at(now_ + down, [this, &s] {
    if (!s.calls) s.calls = make_calls(s);
  });
}

size_t World::fork_server(size_t server) {
  servers_.push_back(std::make_unique<Server>());
  Server& fork = *servers_.back();
  fork.stores = servers_.at(server)->stores;
  fork.calls = make_calls(fork);
  return servers_.size() - 1;
}

void World::say_to(size_t client, Buffer message) {
  call(client).socket_message(now_, message);
  drain_client(client);
}

void World::say_as(size_t client, Buffer message) {
  const Client& c = *clients_.at(client);
  receive(c.server, c.connection.value(), message);
}

void World::at(Instant when, std::function<void()> happen) {
  events_.push({when, order_++, std::move(happen)});
}

Instant World::arrival(Instant& last) {
  const int64_t spread = options_.longest.us - options_.shortest.us + 1;
  const Duration way = options_.shortest + Duration{static_cast<int64_t>(random.u64() >> 1) % spread};
  last = std::max(last, now_ + way);
  return last;
}

void World::connect(size_t client) {
  Client& c = *clients_[client];
  disconnect(client);
  const ConnectionId id{++last_connection_};
  c.connection = id;
  at(arrival(c.last_to_server), [this, client, id] {
    Client& opening = *clients_[client];
    if (opening.connection != id || !opening.call) return;
    Server& s = *servers_[opening.server];
    if (!s.calls) {  // refused
      opening.connection.reset();
      opening.call->socket_closed(now_);
      return drain_client(client);
    }
    s.connections[id] = client;
    opening.call->socket_opened(now_);
    drain_client(client);
    s.calls->handle_open(now_, id);
    drain_server(opening.server);
  });
}

void World::disconnect(size_t client) {
  Client& c = *clients_[client];
  if (!c.connection) return;
  const ConnectionId id = *std::exchange(c.connection, std::nullopt);
  at(arrival(c.last_to_server), [this, id, server = c.server] {
    Server& s = *servers_[server];
    if (s.connections.erase(id) != 0 && s.calls) s.calls->handle_close(now_, id);
    drain_server(server);
  });
}

void World::receive(size_t server, ConnectionId connection, Bytes message) {
  Server& s = *servers_[server];
  if (!s.calls || !s.connections.contains(connection)) return;
  s.calls->handle_message(now_, wall(now_), connection, message);
  drain_server(server);
}

void World::deliver(size_t client, ConnectionId connection, Buffer message) {
  Client& c = *clients_[client];
  if (c.connection != connection || !c.call) return;
  std::vector<Buffer> messages;
  if (to_client) {
    messages = to_client(client, message);
  } else {
    messages.push_back(std::move(message));
  }
  for (const Buffer& one : messages) {
    if (c.call) c.call->socket_message(now_, one);
  }
  drain_client(client);
}

void World::handle(size_t client, core::Output& output) {
  Client& c = *clients_[client];
  if (std::holds_alternative<core::Connect>(output)) {
    connect(client);
  } else if (auto* send = std::get_if<core::Send>(&output)) {
    if (!c.connection) return;
    std::vector<Buffer> messages;
    if (to_server) {
      messages = to_server(client, send->message);
    } else {
      messages.push_back(std::move(send->message));
    }
    for (Buffer& message : messages) {
      at(arrival(c.last_to_server), [this, server = c.server, id = *c.connection, message = std::move(message)] {
        receive(server, id, message);
      });
    }
  } else if (std::holds_alternative<core::Disconnect>(output)) {
    disconnect(client);
  } else if (std::holds_alternative<core::NeedOffer>(output)) {
    c.call->join(now_, offer(),
                 {{"mic", core::Source::microphone, 0, 0}, {"cam", core::Source::camera, 1280, 720}}, c.state);
  } else if (auto* phase = std::get_if<core::PhaseChanged>(&output)) {
    c.phase = phase->phase;
    if (c.in_call()) c.joined_at = std::min(c.joined_at, now_);
  } else if (auto* roster = std::get_if<core::RosterChanged>(&output)) {
    c.roster = std::move(*roster);
    // Who has become a host finds those who wait already.
    if (c.admits && !c.waiting.empty()) c.call->admit(now_, 0);
  } else if (auto* room = std::get_if<core::RoomChanged>(&output)) {
    c.room = std::move(*room);
  } else if (auto* waiting = std::get_if<core::WaitingChanged>(&output)) {
    c.waiting = std::move(waiting->people);
    if (c.admits && !c.waiting.empty()) c.call->admit(now_, 0);
  } else if (auto* chat = std::get_if<core::ChatReceived>(&output)) {
    c.chats.push_back(std::move(*chat));
  } else if (auto* reaction = std::get_if<core::ReactionReceived>(&output)) {
    c.reactions.push_back(std::move(*reaction));
  } else if (auto* mute = std::get_if<core::MuteAsked>(&output)) {
    c.asked.push_back("mute by " + mute->by);
  } else if (auto* unmute = std::get_if<core::UnmuteAsked>(&output)) {
    c.asked.push_back("unmute by " + unmute->by);
  } else if (auto* hand = std::get_if<core::HandLowered>(&output)) {
    c.asked.push_back("hand by " + hand->by);
  } else if (auto* code = std::get_if<core::CodeChanged>(&output)) {
    c.code = std::move(*code);
  } else if (auto* remember = std::get_if<core::Remember>(&output)) {
    c.memory = std::move(remember->memory);
  } else if (auto* keys = std::get_if<core::FrameKeysChanged>(&output)) {
    const auto change = core::decode_frame_key_change(keys->change);
    CHECK(change && c.frames.apply(*change));
  } else if (auto* ended = std::get_if<core::Ended>(&output)) {
    c.ended = std::move(*ended);
  }
}

void World::drain_client(size_t client) {
  Client& c = *clients_[client];
  while (c.call && c.call->has_outputs()) {
    for (core::Output& output : c.call->take_outputs()) handle(client, output);
  }
}

void World::drain_server(size_t server) {
  Server& s = *servers_[server];
  if (!s.calls) return;
  for (server::Output& output : s.calls->take_outputs()) {
    if (auto* send = std::get_if<server::SendMessage>(&output)) {
      const auto whose = s.connections.find(send->to);
      if (whose == s.connections.end()) continue;
      at(arrival(clients_[whose->second]->last_from_server),
         [this, client = whose->second, id = send->to, message = std::move(send->message)] {
           deliver(client, id, message);
         });
    } else if (auto* close = std::get_if<server::CloseConnection>(&output)) {
      const auto whose = s.connections.find(close->connection);
      if (whose == s.connections.end()) continue;
      const size_t client = whose->second;
      s.connections.erase(whose);
      s.calls->handle_close(now_, close->connection);
      at(arrival(clients_[client]->last_from_server), [this, client, id = close->connection] {
        Client& c = *clients_[client];
        if (c.connection != id || !c.call) return;
        c.connection.reset();
        c.call->socket_closed(now_);
        drain_client(client);
      });
    }
  }
}

Instant World::next_thing() const {
  Instant next = events_.empty() ? Instant::never() : events_.top().at;
  for (const auto& c : clients_) {
    if (c->call) next = std::min(next, c->call->next_timeout());
  }
  for (const auto& s : servers_) {
    if (s->calls) next = std::min(next, s->calls->next_timeout());
  }
  return next;
}

void World::step(Instant limit) {
  for (size_t i = 0; i < clients_.size(); ++i) drain_client(i);  // what their users did
  now_ = std::max(now_, std::min(next_thing(), limit));
  while (!events_.empty() && events_.top().at <= now_) {
    const std::function<void()> happen = events_.top().happen;
    events_.pop();
    happen();
  }
  for (size_t i = 0; i < clients_.size(); ++i) {
    if (!clients_[i]->call || clients_[i]->call->next_timeout() > now_) continue;
    clients_[i]->call->handle_timeout(now_);
    drain_client(i);
  }
  for (size_t i = 0; i < servers_.size(); ++i) {
    if (!servers_[i]->calls || servers_[i]->calls->next_timeout() > now_) continue;
    servers_[i]->calls->handle_timeout(now_);
    drain_server(i);
  }
}

void World::run_for(Duration time) {
  run_until([] { return false; }, time);
}

bool World::run_until(const std::function<bool()>& holds, Duration limit) {
  const Instant end = now_ + limit;
  while (!holds()) {
    if (now_ >= end) return false;
    step(end);
  }
  return true;
}

std::optional<Buffer> World::seal(size_t client) {
  const Buffer speech(40, static_cast<uint8_t>(client));
  auto sealed = clients_[client]->frames.seal(core::Source::microphone, 0, sframe::Codec::opus, false, speech);
  return sealed ? std::optional(std::move(*sealed)) : std::nullopt;
}

std::optional<SenderId> World::open_frame(size_t client, Bytes frame) {
  const auto opened = clients_[client]->frames.open(sframe::Codec::opus, frame);
  return opened ? std::optional(opened->sender) : std::nullopt;
}

SenderId World::sender_of(size_t client) { return clients_[client]->roster->view.self.sender; }

std::string World::frames_flow() {
  for (size_t from = 0; from < clients_.size(); ++from) {
    if (!clients_[from]->in_call()) continue;
    const auto frame = seal(from);
    if (!frame) return "client " + std::to_string(from) + " has no key to send under";
    for (size_t to = 0; to < clients_.size(); ++to) {
      if (to == from || !clients_[to]->in_call()) continue;
      const auto sender = open_frame(to, *frame);
      if (!sender) return "client " + std::to_string(to) + " can't open frames of " + std::to_string(from);
      if (*sender != sender_of(from)) return "a frame under a wrong sender";
    }
  }
  return "";
}

}  // namespace vicino::world
