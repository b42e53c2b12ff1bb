// Who gets into an encrypted room.
#include "base/limits.h"
#include "server/calls_impl.h"
#include "server/sha256.h"

namespace vicino::server {
namespace {

std::unexpected<RefusedRequest> refused(wire::Refusal reason, const char* detail) {
  return std::unexpected(RefusedRequest{reason, detail});
}

// Bytes a participant takes in a Joined message beside its profile, generously.
constexpr size_t entry_overhead = 64;
constexpr size_t joined_overhead = 1024;

}  // namespace

void Calls::Impl::join(Instant now, WallTime wall, ConnectionId id, const JoinRequest& request) {
  const auto refuse_join = [&](wire::Refusal reason, const char* detail) {
    ++refused_joins_;
    refuse(now, id, reason, detail);
  };
  const auto admission = admit(id, request);
  if (!admission) return refuse_join(admission.error().reason, admission.error().detail);

  Room* room = admission->room;
  const size_t shard = room ? room->shard : directory_.emptiest_shard();
  auto media = negotiator_.for_client(request.offer, request.tracks, shards_[shard]);
  if (!media) return refuse_join(wire::Refusal::bad_offer, media.error().where);
  if (named_like_an_open_room(request.room)) {
    return refuse_join(wire::Refusal::open_room, "an open room is for WHIP and WHEP");
  }
  if (const Status status = register_room(wall, request, *admission); !status) {
    return refuse_join(wire::Refusal::server_full, status.error().where);
  }

  if (admission->stay) {
    continue_stay(now, id, request, *admission->stay, std::move(*media));
  } else {
    if (!room) room = &directory_.make_room(request.room, admission->token, shard);
    begin_stay(id, request, *room, std::move(*media));
  }
}

std::expected<Calls::Impl::Admission, RefusedRequest> Calls::Impl::admit(
    ConnectionId id, const JoinRequest& request) {
  const Limits& limits = config_.limits;
  Room* room = directory_.find_room(request.room);
  const auto stay = stay_to_continue(id, request);
  if (!stay) return std::unexpected(stay.error());
  if (!*stay) {
    if (directory_.stays() >= limits.max_participants) {
      return refused(wire::Refusal::server_full, "too many participants");
    }
    if (!room && directory_.rooms() >= limits.max_rooms) {
      return refused(wire::Refusal::server_full, "too many rooms");
    }
    if (room && room->members.size() >= limits.max_participants_per_room) {
      return refused(wire::Refusal::room_full, "too many participants in the room");
    }
  }

  const TokenHash token = sha256(request.token);
  const std::optional<TokenHash> known = room ? room->token : registry_.find(request.room);
  if (known && !ct_equal(*known, token)) {
    return refused(wire::Refusal::wrong_link, "another token than the room's");
  }
  if (!known && !config_.rooms_by_anyone) {
    return refused(wire::Refusal::rooms_closed, "no such room, and none are made on request");
  }
  return Admission{room, *stay, token, known.has_value()};
}

// The stay this Join goes on with: the connection's own, or one its resume token names; null: none.
// Errors: the connection has a stay that isn't the one meant.
std::expected<Stay*, RefusedRequest> Calls::Impl::stay_to_continue(ConnectionId id,
                                                                   const JoinRequest& request) {
  const auto is_meant = [&](const Stay& stay) {
    return stay.sender == request.sender && directory_.room(stay.room).key == RoomKey(request.room);
  };
  if (const auto own = connections_.at(id).stay) {
    Stay* stay = directory_.find_stay(*own);
    const bool same_token = !request.resume || ct_equal(*request.resume, stay->resume);
    if (is_meant(*stay) && same_token) return stay;
    return refused(wire::Refusal::bad_message, "a second stay on one connection");
  }
  if (!request.resume) return nullptr;
  // A token whose stay is over, or that is used elsewhere, is no error: it is a new stay then.
  Stay* stay = directory_.find_resumable(*request.resume);
  return stay && is_meant(*stay) ? stay : nullptr;
}

bool Calls::Impl::named_like_an_open_room(const RoomName& name) const {
  // The link form of an id is no name for an open room, so only the plain bytes can meet one.
  return open_rooms_.contains(as_text(name));
}

Status Calls::Impl::register_room(WallTime wall, const JoinRequest& request,
                                  const Admission& admission) {
  if (admission.registered) return {};
  return registry_.insert(request.room, admission.token, wall);
}

void Calls::Impl::begin_stay(ConnectionId id, const JoinRequest& request, Room& room,
                             NegotiatedMedia media) {
  Stay fresh;
  fresh.sender = request.sender;
  fresh.profile.assign(request.profile.begin(), request.profile.end());
  random_.fill(fresh.resume);
  Stay& stay = directory_.add(room, std::move(fresh));
  attach(id, stay);
  ++joins_;

  media.setup.id = stay.id;
  command(room, sfu::AddParticipant{room.id, std::move(media.setup), std::move(media.transport)});
  welcome(stay, media.answer, media.video_slots);
  tell_others(stay, participant_joined_message({stay.id, stay.sender, stay.profile}));
}

// The others aren't told: to them the participant was there all the time.
void Calls::Impl::continue_stay(Instant now, ConnectionId id, const JoinRequest& request,
                                Stay& stay, NegotiatedMedia media) {
  if (stay.connection != id) {
    ++resumes_;
    if (stay.connection) {
      refuse(now, *stay.connection, wire::Refusal::replaced, "resumed by another connection");
    }
    attach(id, stay);
  }
  const Room& room = directory_.room(stay.room);
  media.setup.id = stay.id;
  command(room,
          sfu::ReplaceParticipant{room.id, std::move(media.setup), std::move(media.transport)});
  welcome(stay, media.answer, media.video_slots);
  if (!equal(stay.profile, request.profile)) {
    stay.profile.assign(request.profile.begin(), request.profile.end());
    tell_others(stay, profile_changed_message(stay.id, stay.profile));
  }
}

void Calls::Impl::attach(ConnectionId id, Stay& stay) {
  stay.connection = id;
  connections_.at(id).stay = stay.id;
  join_deadlines_.clear(id);
  stay_deadlines_.clear(stay.id);
}

// A Joined message stays under the limit of one message, which clients may hold the server to: of a
// roster too long for it the rest follows as if those had joined just after.
void Calls::Impl::welcome(const Stay& stay, const std::string& answer, size_t video_slots) {
  std::vector<RosterEntry> roster, rest;
  size_t size = joined_overhead + answer.size();
  for (const ParticipantId id : directory_.room(stay.room).members) {
    if (id == stay.id) continue;
    const Stay& other = *directory_.find_stay(id);
    size += other.profile.size() + entry_overhead;
    (size <= limits::max_wire_message ? roster : rest).push_back({id, other.sender, other.profile});
  }
  send(*stay.connection, joined_message(stay.id, stay.resume, answer, roster, video_slots));
  for (const RosterEntry& entry : rest) {
    send(*stay.connection, participant_joined_message(entry));
  }
}

}  // namespace vicino::server
