#include "server/directory.h"

#include "server/sha256.h"

namespace vicino::server {

Room* Directory::find_room(const RoomKey& key) {
  const auto found = rooms_by_key_.find(key);
  return found == rooms_by_key_.end() ? nullptr : &room(found->second);
}

Room* Directory::find_room(sfu::RoomId id) {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : &found->second;
}

Room& Directory::room(sfu::RoomId id) {
  Room* found = find_room(id);
  CHECK(found);
  return *found;
}

Room& Directory::make_room(RoomKey key, const TokenHash& token) {
  const sfu::RoomId id{++last_room_};
  const bool is_new = rooms_by_key_.emplace(key, id).second;
  CHECK(is_new);
  auto call = std::holds_alternative<RoomName>(key) ? std::make_unique<CallRoom>() : nullptr;
  return rooms_.emplace(id, Room{id, std::move(key), token, {}, {}, std::move(call)}).first->second;
}

Stay* Directory::find_stay(ParticipantId id) {
  const auto found = stays_.find(id);
  return found == stays_.end() ? nullptr : &found->second;
}

Stay* Directory::find_stay(const Room& room, SenderId sender) {
  const auto found = room.call->stays.find(sender);
  return found == room.call->stays.end() ? nullptr : find_stay(found->second);
}

Stay* Directory::find_resource(const std::string& id) {
  const auto found = by_resource_.find(sha256(as_bytes(id)));
  return found == by_resource_.end() ? nullptr : find_stay(found->second);
}

const Stay* Directory::find_ufrag(std::string_view ufrag) const {
  const auto found = by_ufrag_.find(ufrag);
  return found == by_ufrag_.end() ? nullptr : &stays_.at(found->second);
}

void Directory::set_ufrag(Stay& stay, std::string ufrag) {
  by_ufrag_.erase(stay.ufrag);
  by_ufrag_[ufrag] = stay.id;
  stay.ufrag = std::move(ufrag);
}

Stay& Directory::add(Room& room, Stay stay) {
  // 0 means nobody. Four billion joins later the numbers start again, around those still in use.
  do {
    ++last_stay_;
  } while (last_stay_ == 0 || stays_.contains(ParticipantId{last_stay_}));
  stay.id = ParticipantId{last_stay_};
  stay.room = room.id;
  if (stay.resource) by_resource_[sha256(as_bytes(stay.resource->id))] = stay.id;
  if (room.call) room.call->stays[stay.sender] = stay.id;
  room.members.insert(stay.id);
  ++loads_.at(stay.shard).members;
  ++room.on_shards[stay.shard];
  return stays_.emplace(stay.id, std::move(stay)).first->second;
}

void Directory::remove(ParticipantId id) {
  const auto found = stays_.find(id);
  CHECK(found != stays_.end());
  const Stay& stay = found->second;
  if (stay.resource) by_resource_.erase(sha256(as_bytes(stay.resource->id)));
  by_ufrag_.erase(stay.ufrag);
  Room& its_room = room(stay.room);
  if (its_room.call) its_room.call->stays.erase(stay.sender);
  its_room.members.erase(id);
  --loads_[stay.shard].members;
  if (const auto on = its_room.on_shards.find(stay.shard); --on->second == 0)
    its_room.on_shards.erase(on);
  stays_.erase(found);
  if (!its_room.call) remove_if_unused(its_room);
}

void Directory::remove_if_unused(Room& room) {
  if (!room.members.empty()) return;
  if (room.call && (room.call->group || !room.call->lobby.empty())) return;
  const sfu::RoomId id = room.id;
  rooms_by_key_.erase(room.key);
  rooms_.erase(id);
}

size_t Directory::waiting() const {
  size_t sum = 0;
  for (const auto& [id, room] : rooms_) sum += room.call ? room.call->lobby.size() : 0;
  return sum;
}

bool Directory::empty() const {
  return rooms_.empty() && rooms_by_key_.empty() && stays_.empty() && by_resource_.empty() &&
         by_ufrag_.empty() &&
         std::ranges::all_of(loads_, [](const WorkerLoad& load) { return load.members == 0; });
}

}  // namespace vicino::server
