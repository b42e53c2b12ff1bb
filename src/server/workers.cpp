// Which workers hear of what. A room is on one worker, or on several when it is large: each of them
// has its own participants, and knows the others' as publishers whose packets are relayed to it
// (sfu/relay.h).
#include "server/calls_impl.h"

namespace vicino::server {
namespace {

sfu::AddRelayed relayed(const Stay& stay) {
  sfu::ParticipantSetup setup;
  setup.id = stay.id;
  setup.publications = stay.publications;
  if (stay.resource) setup.peer_name = stay.resource->peer_name;
  return {stay.room, std::move(setup), stay.shard};
}

}  // namespace

void Calls::Impl::command(size_t shard, sfu::Command command) {
  outputs_.push_back(ToShard{shard, std::move(command)});
}

size_t Calls::Impl::place(const Room* room) const {
  static const std::map<size_t, size_t> nowhere;
  return server::place(directory_.loads(), room ? room->on_shards : nowhere,
                       config_.members_per_worker);
}

void Calls::Impl::carry(const Room& room, Stay& stay, NegotiatedMedia media, bool replaced) {
  directory_.set_ufrag(stay, media.transport.local.ice_ufrag);
  stay.media_lost = false;
  media.setup.id = stay.id;
  media.setup.follows_watched = !stay.resource;  // others have nowhere to be told
  if (stay.resource) media.setup.peer_name = stay.resource->peer_name;
  if (replaced) {
    command(stay.shard,
            sfu::ReplaceParticipant{room.id, std::move(media.setup), std::move(media.transport)});
  } else {
    command(stay.shard,
            sfu::AddParticipant{room.id, std::move(media.setup), std::move(media.transport)});
  }
  for (const auto& [shard, members] : room.on_shards) {
    if (shard != stay.shard && (replaced || !stay.publications.empty()))
      command(shard, relayed(stay));
  }
  if (!replaced && room.on_shards.at(stay.shard) == 1) introduce(room, stay.shard);
}

// The worker has begun to carry the room: it gets to know who is there already.
void Calls::Impl::introduce(const Room& room, size_t shard) {
  if (room.on_shards.size() == 1) return;
  for (const ParticipantId id : room.members) {
    const Stay& other = *directory_.find_stay(id);
    if (other.shard != shard && !other.publications.empty()) command(shard, relayed(other));
  }
  tell_spread(room);
}

void Calls::Impl::tell_spread(const Room& room) {
  for (const auto& [shard, members] : room.on_shards) {
    std::vector<size_t> others;
    for (const auto& [other, count] : room.on_shards) {
      if (other != shard) others.push_back(other);
    }
    command(shard, sfu::SpreadRoom{room.id, std::move(others)});
  }
}

void Calls::Impl::cut(const Room& room, const Stay& stay) {
  for (const auto& [shard, members] : room.on_shards)
    command(shard, sfu::RemoveParticipant{room.id, stay.id});
}

// After the last of a room's participants on this worker has gone, if there are others elsewhere.
void Calls::Impl::forget_others(const Room& room, size_t shard) {
  for (const ParticipantId id : room.members) command(shard, sfu::RemoveParticipant{room.id, id});
  tell_spread(room);
}

}  // namespace vicino::server
