#include "server/calls.h"

#include "server/calls_impl.h"

namespace vicino::server {

Calls::Impl::Impl(Config config, std::vector<ShardInfo> shards, const rtc::Fingerprint& fingerprint,
                  RoomRegistry& registry, SecureRandom& random)
    : config_(std::move(config)),
      shards_(std::move(shards)),
      registry_(registry),
      random_(random),
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
  const bool is_new = connections_.emplace(id, Connection{messages, std::nullopt}).second;
  CHECK(is_new);
  join_deadlines_.set(id, now + patience);
}

void Calls::Impl::handle_message(Instant now, WallTime wall, ConnectionId id, Bytes message) {
  // Messages already under way when a connection was refused come to nothing.
  if (!connections_.contains(id)) return;
  if (reinterpret_cast<uintptr_t>(message.data()) % 8 == 0) {
    return handle_aligned(now, wall, id, message);
  }
  const Buffer aligned(message.begin(), message.end());
  handle_aligned(now, wall, id, aligned);
}

void Calls::Impl::handle_aligned(Instant now, WallTime wall, ConnectionId id, Bytes message) {
  const auto request = read_request(message, config_.limits.max_participants_per_room * 2);
  if (!request) {
    if (request.error().reason == wire::Refusal::wrong_version) ++refused_joins_;
    return refuse(now, id, request.error().reason, request.error().detail);
  }

  const bool is_join = std::holds_alternative<JoinRequest>(*request);
  if (!connections_.at(id).messages.take(now, is_join ? join_cost : 1)) {
    return refuse(now, id, wire::Refusal::too_many_requests, "too many messages", rate_window);
  }
  if (is_join) return join(now, wall, id, std::get<JoinRequest>(*request));
  std::visit(
      [&](const auto& r) {
        if constexpr (!std::is_same_v<decltype(r), const JoinRequest&>) handle(now, id, r);
      },
      *request);
}

void Calls::Impl::handle(Instant now, ConnectionId id, const ProfileRequest& request) {
  const auto self = connections_.at(id).stay;
  if (!self) return refuse(now, id, wire::Refusal::bad_message, "a profile before joining");
  Stay& stay = *directory_.find_stay(*self);
  stay.profile.assign(request.profile.begin(), request.profile.end());
  tell_others(stay, profile_changed_message(stay.id, stay.profile));
}

void Calls::Impl::handle(Instant now, ConnectionId id, const WatchRequest& request) {
  const auto self = connections_.at(id).stay;
  if (!self) return refuse(now, id, wire::Refusal::bad_message, "wants before joining");
  const Room& room = directory_.room(directory_.find_stay(*self)->room);
  // A want for somebody who has just left, or was never here, is left out.
  std::vector<sfu::Want> wants;
  std::ranges::copy_if(request.wants, std::back_inserter(wants), [&](const sfu::Want& want) {
    return want.participant != *self && room.members.contains(want.participant);
  });
  command(room, sfu::SetWants{room.id, *self, std::move(wants)});
}

void Calls::Impl::handle(Instant now, ConnectionId id, const LeaveRequest&) {
  if (const auto self = connections_.at(id).stay) remove(now, *self);
}

void Calls::Impl::handle(Instant, const sfu::ParticipantConnected& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->resource) stay_deadlines_.clear(event.id);
}

void Calls::Impl::handle(Instant now, const sfu::ParticipantLost& event) {
  const Stay* stay = directory_.find_stay(event.id);
  // A client comes back with a fresh offer; without its connection, the grace time already runs.
  // A resource has no other way to come back than a new resource.
  if (stay && stay->resource) remove(now, event.id);
}

void Calls::Impl::handle(Instant, const sfu::SlotsChanged& event) {
  const Stay* stay = directory_.find_stay(event.id);
  if (stay && stay->connection) send(*stay->connection, slots_message(event.slots));
}

void Calls::Impl::handle_timeout(Instant now) {
  while (const auto id = join_deadlines_.take_due(now)) {
    forget(now, *id);
    outputs_.push_back(CloseConnection{*id});
  }
  while (const auto id = stay_deadlines_.take_due(now)) remove(now, *id);
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
  if (const auto self = found->second.stay) {
    directory_.find_stay(*self)->connection.reset();
    stay_deadlines_.set(*self, now + config_.limits.resume_grace);
  }
  join_deadlines_.clear(id);
  connections_.erase(found);
}

void Calls::Impl::refuse(Instant now, ConnectionId id, wire::Refusal reason,
                         std::string_view detail, Duration retry_after) {
  if (reason == wire::Refusal::bad_message) ++bad_messages_;
  send(id, refused_message(reason, detail, static_cast<uint32_t>(retry_after.ms())));
  outputs_.push_back(CloseConnection{id});
  forget(now, id);
}

void Calls::Impl::remove(Instant now, ParticipantId id) {
  const Stay& stay = *directory_.find_stay(id);
  const Room& room = directory_.room(stay.room);
  tell_others(stay, participant_left_message(id));
  command(room, sfu::RemoveParticipant{room.id, id});
  stay_deadlines_.clear(id);
  if (stay.connection) {
    connections_.at(*stay.connection).stay.reset();
    join_deadlines_.set(*stay.connection, now + patience);
  }
  directory_.remove(id);
}

void Calls::Impl::send(ConnectionId to, Buffer message) {
  outputs_.push_back(SendMessage{to, std::move(message)});
}

void Calls::Impl::tell_others(const Stay& about, const Buffer& message) {
  for (const ParticipantId id : directory_.room(about.room).members) {
    const Stay& other = *directory_.find_stay(id);
    if (other.id != about.id && other.connection) send(*other.connection, message);
  }
}

void Calls::Impl::command(const Room& room, sfu::Command command) {
  outputs_.push_back(ToShard{room.shard, std::move(command)});
}

// The public face ------------------------------------------------------------------------------

Calls::Calls(Config config, std::vector<ShardInfo> shards, rtc::Fingerprint fingerprint,
             RoomRegistry& registry, SecureRandom& random)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(shards), fingerprint, registry,
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
  return std::min(impl_->join_deadlines_.next(), impl_->stay_deadlines_.next());
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

std::vector<Output> Calls::take_outputs() {
  return std::exchange(impl_->outputs_, {});
}

Calls::Counts Calls::counts() const {
  return {.rooms = impl_->directory_.rooms(),
          .participants = impl_->directory_.stays(),
          .connections = impl_->connections_.size(),
          .joins = impl_->joins_,
          .resumes = impl_->resumes_,
          .bad_messages = impl_->bad_messages_,
          .refused_joins = impl_->refused_joins_};
}

}  // namespace vicino::server
