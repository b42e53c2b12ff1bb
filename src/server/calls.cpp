#include "server/calls.h"

#include "server/calls_impl.h"

namespace vicino::server {

Calls::Impl::Impl(Config config, std::vector<ShardInfo> shards, const rtc::Fingerprint& fingerprint,
                  Stores stores, const ServerSeed& seed, SecureRandom& random)
    : config_(std::move(config)),
      shards_(std::move(shards)),
      registry_(stores.rooms),
      groups_(stores.groups),
      random_(random),
      authority_(seed),
      negotiator_(config_.video_codecs, config_.limits, fingerprint, random),
      open_rooms_(config_.limits.max_rooms),
      directory_(shards_.size()) {
  CHECK(!shards_.empty());
  for (const OpenRoom& room : config_.open_rooms) {
    // What can't be made isn't there: is_open_room() tells the caller, who can tell the operator.
    static_cast<void>(open_rooms_.create(room.name, room.token));
  }
}

void Calls::Impl::handle_open(Instant now, ConnectionId id) {
  if (draining_) {
    return refuse(now, id, wire::Refusal::draining, "the server is going down", config_.drain_time);
  }
  if (connections_.size() >= config_.limits.max_connections) {
    return refuse(now, id, wire::Refusal::server_full, "too many connections");
  }
  const RateLimit messages(config_.limits.messages_per_second, rate_window, now);
  Connection connection{messages, {}, std::nullopt, std::nullopt};
  random_.fill(connection.nonce);
  send(id, hello_message(connection.nonce, authority_.keys().public_key));
  const bool is_new = connections_.emplace(id, connection).second;
  CHECK(is_new);
  join_deadlines_.set(id, now + patience);
}

namespace {

size_t cost_of(const Request& request) {
  if (std::holds_alternative<JoinRequest>(request)) return join_cost;
  if (std::holds_alternative<CommitRequest>(request)) return commit_cost;
  if (std::holds_alternative<GetGroupRequest>(request)) return group_cost;
  if (const auto* post = std::get_if<PostRequest>(&request)) {
    return 1 + post->message.size() / post_unit;
  }
  return 1;
}

}  // namespace

void Calls::Impl::handle_message(Instant now, WallTime wall, ConnectionId id, Bytes message) {
  wall_ = wall;
  // Messages already under way when a connection was refused come to nothing.
  if (!connections_.contains(id)) return;
  if (reinterpret_cast<uintptr_t>(message.data()) % 8 == 0) return handle_aligned(now, id, message);
  const Buffer aligned(message.begin(), message.end());
  handle_aligned(now, id, aligned);
}

void Calls::Impl::handle_aligned(Instant now, ConnectionId id, Bytes message) {
  const auto request = read_request(message, config_.limits.max_participants_per_room * 2);
  if (!request) {
    if (request.error().reason == wire::Refusal::wrong_version) ++refused_joins_;
    return refuse(now, id, request.error().reason, request.error().detail);
  }
  if (!connections_.at(id).messages.take(now, cost_of(*request))) {
    return refuse(now, id, wire::Refusal::too_many_requests, "too many messages", rate_window);
  }
  std::visit([&](const auto& r) { handle(now, id, r); }, *request);
}

void Calls::Impl::handle(Instant, const sfu::ParticipantConnected& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->resource) resource_deadlines_.clear(event.id);
}

void Calls::Impl::handle(Instant now, const sfu::ParticipantLost& event) {
  Stay* stay = directory_.find_stay(event.id);
  if (stay) stay->media_lost = true;
  // A client comes back with a fresh offer; without its connection, the grace time already runs.
  // A resource has no other way to come back than a new resource.
  if (stay && stay->resource) remove(now, event.id);
}

void Calls::Impl::handle(Instant, const sfu::SlotsChanged& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->connection) send(*stay->connection, slots_message(event.slots));
}

void Calls::Impl::handle(Instant, const sfu::HeldBackChanged& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->connection) send(*stay->connection, held_back_message(event.sources));
}

void Calls::Impl::handle(Instant, const sfu::LayersWatched& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->connection) send(*stay->connection, watched_message(event.layers));
}

void Calls::Impl::handle(Instant, const sfu::UplinksChanged& event) {
  const Buffer message = uplinks_message(event.poor);
  for (const ParticipantId id : event.to) {
    const Stay* stay = directory_.find_stay(id);
    if (stay && stay->connection) send(*stay->connection, message);
  }
}

void Calls::Impl::handle_timeout(Instant now) {
  while (const auto id = join_deadlines_.take_due(now)) {
    if (connections_.at(*id).waiting) {
      refuse(now, *id, wire::Refusal::nobody_answered, "nobody has let you in");
      continue;
    }
    forget(now, *id);
    outputs_.push_back(CloseConnection{*id});
  }
  while (const auto id = resource_deadlines_.take_due(now)) remove(now, *id);
  while (const auto absent = absent_deadlines_.take_due(now)) {
    leave(now, directory_.room(absent->first), absent->second);
  }
}

Instant Calls::Impl::next_timeout() const {
  return std::min({join_deadlines_.next(), absent_deadlines_.next(), resource_deadlines_.next()});
}

void Calls::Impl::drain(Instant now) {
  draining_ = true;
  while (!connections_.empty()) {
    // Spread over two seconds, so that they don't all come back at once.
    const Duration spread = milliseconds(random_.u32() % 2000);
    refuse(now, connections_.begin()->first, wire::Refusal::draining, "the server is going down",
           config_.drain_time + spread);
  }
}

void Calls::Impl::forget(Instant now, ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const Connection connection = found->second;
  join_deadlines_.clear(id);
  connections_.erase(found);
  if (connection.stay) lose(now, *directory_.find_stay(*connection.stay));
  if (connection.waiting) {
    Room& room = directory_.room(*connection.waiting);
    leave_lobby(room, room.call->lobby.find(id)->sender);
    directory_.remove_if_unused(room);
  }
}

void Calls::Impl::refuse(Instant now, ConnectionId id, wire::Refusal reason,
                         std::string_view detail, Duration retry_after) {
  if (reason == wire::Refusal::bad_message) ++bad_messages_;
  send(id, refused_message(reason, detail, static_cast<uint32_t>(retry_after.ms())));
  outputs_.push_back(CloseConnection{id});
  forget(now, id);
}

void Calls::Impl::send(ConnectionId to, Buffer message) {
  outputs_.push_back(SendMessage{to, std::move(message)});
}

void Calls::Impl::tell(const Room& room, const Buffer& message, ParticipantId except) {
  for (const ParticipantId id : room.members) {
    const Stay& stay = *directory_.find_stay(id);
    if (stay.id != except && stay.connection) send(*stay.connection, message);
  }
}

// The public face ------------------------------------------------------------------------------

Calls::Calls(Config config, std::vector<ShardInfo> shards, rtc::Fingerprint fingerprint,
             Stores stores, const ServerSeed& seed, SecureRandom& random)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(shards), fingerprint, stores, seed,
                                   random)) {}
Calls::~Calls() = default;

void Calls::handle_open(Instant now, ConnectionId connection) {
  impl_->handle_open(now, connection);
}

void Calls::handle_message(Instant now, WallTime wall, ConnectionId connection, Bytes message) {
  impl_->handle_message(now, wall, connection, message);
}

void Calls::handle_close(Instant now, ConnectionId connection) {
  impl_->forget(now, connection);
}

void Calls::handle_event(Instant now, const sfu::Event& event) {
  std::visit([&](const auto& e) { impl_->handle(now, e); }, event);
}

void Calls::handle_timeout(Instant now) {
  impl_->handle_timeout(now);
}

Instant Calls::next_timeout() const {
  return impl_->next_timeout();
}

void Calls::drain(Instant now) {
  impl_->drain(now);
}

Status Calls::create_open_room(std::string_view name, std::string_view token) {
  return impl_->open_rooms_.create(name, token);
}

bool Calls::is_open_room(std::string_view name) const {
  return impl_->open_rooms_.contains(name);
}

std::expected<MediaResource, HttpRefusal> Calls::create_resource(Instant now, bool publish,
                                                                 std::string_view room,
                                                                 std::string_view peer,
                                                                 std::string_view bearer,
                                                                 std::string_view offer) {
  return impl_->create_resource(now, publish, std::string(room), peer, bearer, offer);
}

std::expected<void, HttpRefusal> Calls::delete_resource(Instant now, std::string_view room,
                                                        std::string_view id,
                                                        std::string_view bearer) {
  return impl_->delete_resource(now, std::string(room), std::string(id), bearer);
}

std::optional<size_t> Calls::shard_of(std::string_view ufrag) const {
  const Stay* stay = impl_->directory_.find_ufrag(ufrag);
  return stay ? std::optional(stay->shard) : std::nullopt;
}

void Calls::measured(size_t shard, uint64_t packets_per_second) {
  impl_->directory_.measured(shard, packets_per_second);
}

std::vector<Output> Calls::take_outputs() {
  return std::exchange(impl_->outputs_, {});
}

Calls::Counts Calls::counts() const {
  return {.rooms = impl_->directory_.rooms(),
          .participants = impl_->directory_.stays(),
          .connections = impl_->connections_.size(),
          .waiting = impl_->directory_.waiting(),
          .joins = impl_->joins_,
          .resumes = impl_->resumes_,
          .bad_messages = impl_->bad_messages_,
          .refused_joins = impl_->refused_joins_};
}

}  // namespace vicino::server
