// WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): one HTTP request makes a participant of an open
// room, another removes it.
#include "base/encoding.h"
#include "server/calls_impl.h"

namespace vicino::server {
namespace {

std::unexpected<HttpRefusal> refused(int status, std::string message) {
  return std::unexpected(HttpRefusal{status, std::move(message)});
}

std::string random_id(SecureRandom& random) {
  std::array<uint8_t, 16> id;
  random.fill(id);
  return to_base64url(id);
}

}  // namespace

std::expected<void, HttpRefusal> Calls::Impl::check_access(const std::string& room_name,
                                                           std::string_view bearer) const {
  if (looks_encrypted(room_name)) {
    return refused(403,
                   "This is an end-to-end encrypted room: WHIP and WHEP can't be used with it.");
  }
  if (!is_plain_name(room_name)) {
    return refused(400, "A room name has 1 to 64 letters, digits, '-', '_' or '.'.");
  }
  if (!open_rooms_.contains(room_name)) return refused(404, "There is no open room by this name.");
  if (!open_rooms_.admits(room_name, bearer)) {
    return refused(401, "This room needs its token, as 'Authorization: Bearer TOKEN'.");
  }
  return {};
}

std::expected<MediaResource, HttpRefusal> Calls::Impl::create_resource(Instant now, bool publish,
                                                                       const std::string& room_name,
                                                                       std::string_view peer,
                                                                       std::string_view bearer,
                                                                       std::string_view offer) {
  if (draining_) return refused(503, "The server is going down.");
  if (const auto access = check_access(room_name, bearer); !access) {
    return std::unexpected(access.error());
  }
  if (!peer.empty() && !is_plain_name(peer)) {
    return refused(400, "A peer name has 1 to 64 letters, digits, '-', '_' or '.'.");
  }

  Room* room = directory_.find_room(room_name);
  const Stay* replaced = publish && room ? publisher(*room, peer) : nullptr;
  const size_t freed = replaced ? 1 : 0;
  const Limits& limits = config_.limits;
  if (directory_.stays() - freed >= limits.max_participants ||
      (!room && directory_.rooms() >= limits.max_rooms)) {
    return refused(503, "The server is full.");
  }
  if (room && room->members.size() - freed >= limits.max_participants_per_open_room) {
    return refused(503, "The room is full.");
  }
  const size_t shard = place(room);
  auto media = publish ? negotiator_.for_publisher(offer, shards_[shard])
                       : negotiator_.for_viewer(offer, shards_[shard]);
  if (!media) {
    return refused(400,
                   "The SDP offer can't be answered: " + std::string(media.error().where) + ".");
  }

  if (replaced) remove(now, replaced->id);
  room = directory_.find_room(room_name);  // it may have gone with the one replaced
  if (!room) room = &directory_.make_room(room_name, {});
  Stay fresh;
  fresh.shard = shard;
  fresh.publications = media->setup.publications;
  fresh.resource = Resource{random_id(random_), publish, std::string(peer)};
  Stay& stay = directory_.add(*room, std::move(fresh));
  resource_deadlines_.set(stay.id, now + patience);
  ++joins_;
  MediaResource made{std::move(media->answer), stay.resource->id};
  carry(*room, stay, std::move(*media), false);
  return made;
}

std::expected<void, HttpRefusal> Calls::Impl::delete_resource(Instant now,
                                                              const std::string& room_name,
                                                              const std::string& id,
                                                              std::string_view bearer) {
  if (const auto access = check_access(room_name, bearer); !access) return access;
  const Stay* stay = directory_.find_resource(id);
  if (!stay || directory_.room(stay->room).key != RoomKey(room_name)) {
    return refused(404, "There is no such resource; it may have ended.");
  }
  remove(now, stay->id);
  return {};
}

// Who publishes under a peer's name. A publisher whose connection broke comes back while its old
// resource still waits for packets: the new one replaces it.
Stay* Calls::Impl::publisher(Room& room, std::string_view peer) {
  if (peer.empty()) return nullptr;
  for (const ParticipantId id : room.members) {
    Stay* stay = directory_.find_stay(id);
    if (stay->resource->publishes && stay->resource->peer_name == peer) return stay;
  }
  return nullptr;
}

}  // namespace vicino::server
