// Who gets to the door of an encrypted room: newcomers, and members who come back.
#include "server/calls_impl.h"
#include "server/sha256.h"

namespace vicino::server {
namespace {

std::unexpected<RefusedRequest> refused(wire::Refusal reason, const char* detail) {
  return std::unexpected(RefusedRequest{reason, detail});
}

std::unexpected<RefusedRequest> bad(std::string_view detail) {
  return std::unexpected(RefusedRequest{wire::Refusal::bad_message, detail});
}

}  // namespace

void Calls::Impl::handle(Instant now, ConnectionId id, const JoinRequest& request) {
  const auto done = [&]() -> Verdict {
    TRY_ASSIGN(const LinkCheck link, check_link(request));
    return request.proof ? come_back(now, id, request, link) : arrive(now, id, request, link);
  }();
  if (done) return;
  ++refused_joins_;
  refuse(now, id, done.error().reason, done.error().detail);
}

bool Calls::Impl::named_like_an_open_room(const RoomName& name) const {
  // The link form of an id is no name for an open room, so only the plain bytes can meet one.
  return open_rooms_.contains(as_text(name));
}

std::expected<Calls::Impl::LinkCheck, RefusedRequest> Calls::Impl::check_link(
    const JoinRequest& request) {
  if (named_like_an_open_room(request.room)) {
    return refused(wire::Refusal::open_room, "an open room is for WHIP and WHEP");
  }
  const Room* room = directory_.find_room(request.room);
  const TokenHash token = sha256(request.token);
  const std::optional<TokenHash> known = room ? room->token : registry_.find(request.room);
  if (!known && !config_.rooms_by_anyone) {
    return refused(wire::Refusal::rooms_closed, "no such room, and none are made on request");
  }
  if (!known || ct_equal(*known, token)) return LinkCheck{token, known.has_value(), false};
  if (registry_.is_revoked(request.room, token)) return LinkCheck{token, true, true};
  return refused(wire::Refusal::wrong_link, "another token than the room's");
}

std::expected<Room*, RefusedRequest> Calls::Impl::open_room(Instant now, const JoinRequest& request,
                                                            const LinkCheck& link) {
  if (Room* room = directory_.find_room(request.room)) return room;
  const auto saved = link.registered ? groups_.find(request.room) : std::nullopt;
  if (!saved) return nullptr;
  if (directory_.rooms() >= config_.limits.max_rooms) {
    return refused(wire::Refusal::server_full, "too many rooms");
  }
  auto group = CallGroup::load(authority_, wall_, config_.limits, *saved);
  if (!group) {
    // Nobody can come back to what can't be read: the room begins anew.
    groups_.erase(request.room);
    return nullptr;
  }
  const TokenHash token = registry_.find(request.room).value_or(link.token);
  Room& room = directory_.make_room(request.room, token);
  room.call->group = std::move(*group);
  for (const SenderId member : room.call->group->members()) {
    if (room.call->group->is_leaving(member)) continue;
    absent_deadlines_.set({room.id, member}, now + config_.limits.resume_grace);
  }
  propose_removals(room);
  return &room;
}

Calls::Impl::Verdict Calls::Impl::arrive(Instant now, ConnectionId id, const JoinRequest& request,
                                         const LinkCheck& link) {
  if (link.revoked) return refused(wire::Refusal::link_revoked, "a newer link has replaced it");
  const Connection& connection = connections_.at(id);
  if (connection.stay) return bad("a second stay on one connection");
  if (connection.waiting) return offer_again(id, request);
  auto newcomer = read_key_package(authority_, wall_, request.key_package, request.sender);
  if (!newcomer) return bad(newcomer.error());
  const auto founded =
      CallGroup::found(authority_, wall_, {request.room, link.token, config_.limits},
                       request.sender, request.group_info);
  if (!founded) return bad(founded.error());

  TRY_ASSIGN(Room * room, open_room(now, request, link));
  TRY(check_place(room, request, *newcomer));
  const size_t shard = place(room);
  auto media = negotiator_.for_client(request.offer, request.tracks, shards_[shard]);
  if (!media) return refused(wire::Refusal::bad_offer, media.error().where);
  if (!link.registered) {
    const Status status = registry_.insert(request.room, link.token, wall_);
    if (!status) return refused(wire::Refusal::server_full, status.error().where);
  }
  media->shard = shard;
  if (!room) room = &directory_.make_room(request.room, link.token);
  const auto owned = [](Bytes bytes) { return Buffer(bytes.begin(), bytes.end()); };
  return wait(now, *room,
              {.connection = id,
               .sender = request.sender,
               .key_package_ref = std::move(newcomer->ref),
               .signature_key = std::move(newcomer->signature_key),
               .key_package = owned(request.key_package),
               .name = owned(request.waiting_name),
               .group_info = owned(request.group_info),
               .media = std::move(*media)});
}

// Everybody who waits has a place, should they all be let in. `room` null: there is none yet.
Calls::Impl::Verdict Calls::Impl::check_place(const Room* room, const JoinRequest& request,
                                              const Newcomer& newcomer) {
  const Limits& limits = config_.limits;
  if (directory_.stays() + directory_.waiting() >= limits.max_participants) {
    return refused(wire::Refusal::server_full, "too many participants");
  }
  if (!room) {
    if (directory_.rooms() < limits.max_rooms) return {};
    return refused(wire::Refusal::server_full, "too many rooms");
  }
  CallRoom& call = *room->call;
  const bool in_group = call.group && admission::leaf_of(call.group->tree(), request.sender);
  const WaitingPerson* same = call.lobby.find(request.sender);
  if (in_group || (same && same->signature_key != newcomer.signature_key)) {
    return bad("the sender id is somebody else's");
  }
  if (call.group && call.group->context().locked) {
    return refused(wire::Refusal::room_locked, "nobody new gets in");
  }
  const size_t waiting = call.lobby.size() - (same ? 1 : 0);
  const size_t members = call.group ? call.group->staying() : 0;
  if (members + waiting >= limits.max_participants_per_room) {
    return refused(wire::Refusal::room_full, "too many participants in the room");
  }
  if (waiting >= limits.max_waiting_per_room) {
    return refused(wire::Refusal::lobby_full, "too many are waiting");
  }
  return {};
}

// Somebody who waits starts over with a fresh peer connection.
Calls::Impl::Verdict Calls::Impl::offer_again(ConnectionId id, const JoinRequest& request) {
  const Room& room = directory_.room(*connections_.at(id).waiting);
  WaitingPerson& person = *room.call->lobby.find(id);
  if (room.key != RoomKey(request.room) || person.sender != request.sender ||
      !equal(person.key_package, request.key_package)) {
    return bad("a second stay on one connection");
  }
  const size_t shard = person.media.shard;
  auto media = negotiator_.for_client(request.offer, request.tracks, shards_[shard]);
  if (!media) return refused(wire::Refusal::bad_offer, media.error().where);
  media->shard = shard;
  person.media = std::move(*media);
  send(id, in_lobby_message(room.call->group->context().lobby));
  return {};
}

Calls::Impl::Verdict Calls::Impl::wait(Instant now, Room& room, WaitingPerson person) {
  CallRoom& call = *room.call;
  // Where somebody waits there is a group, so the room stays.
  if (const WaitingPerson* same = call.lobby.find(person.sender)) {
    refuse(now, same->connection, wire::Refusal::replaced, "back over another connection");
  }
  const ConnectionId id = person.connection;
  connections_.at(id).waiting = room.id;
  join_deadlines_.set(id, now + config_.limits.lobby_wait);
  const Buffer news = waiting_message(person.sender, person.key_package, person.name);
  call.lobby.add(std::move(person));
  if (!call.group) {
    found_group(now, room);
    return {};
  }
  send(id, in_lobby_message(call.group->context().lobby));
  tell(room, news);
  return {};
}

Calls::Impl::Verdict Calls::Impl::come_back(Instant now, ConnectionId id,
                                            const JoinRequest& request, const LinkCheck& link) {
  const Connection& connection = connections_.at(id);
  if (connection.waiting) return bad("a second stay on one connection");
  TRY_ASSIGN(Room * room, open_room(now, request, link));
  const bool proven =
      room && room->call->group &&
      room->call->group->proves(request.sender, connection.nonce, request.room, *request.proof);
  if (!proven && link.revoked) {
    return refused(wire::Refusal::link_revoked, "a newer link has replaced it");
  }
  if (!proven) return refused(wire::Refusal::not_a_member, "no member has signed this");
  Stay* stay = directory_.find_stay(*room, request.sender);
  if (connection.stay && (!stay || stay->id != *connection.stay)) {
    return bad("a second stay on one connection");
  }
  if (!stay && directory_.stays() + directory_.waiting() >= config_.limits.max_participants) {
    return refused(wire::Refusal::server_full, "too many participants");
  }
  const size_t shard = stay ? stay->shard : place(room);
  auto media = negotiator_.for_client(request.offer, request.tracks, shards_[shard]);
  if (!media) return refused(wire::Refusal::bad_offer, media.error().where);
  media->shard = shard;
  absent_deadlines_.clear({room->id, request.sender});
  if (stay) {
    continue_stay(now, id, *stay, std::move(*media));
  } else {
    ++resumes_;
    begin_stay(id, *room, request.sender, std::move(*media), false);
  }
  catch_up(*room, *directory_.find_stay(*room, request.sender), request.seen);
  return {};
}

}  // namespace vicino::server
