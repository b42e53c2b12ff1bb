#include "server/directory.h"

#include "server/sha256.h"

namespace vicino::server {

Room* Directory::find_room(const RoomKey& key) {
  const auto found = rooms_by_key_.find(key);
  return found == rooms_by_key_.end() ? nullptr : &room(found->second);
}

Room& Directory::room(sfu::RoomId id) {
  const auto found = rooms_.find(id);
  CHECK(found != rooms_.end());
  return found->second;
}

Room& Directory::make_room(RoomKey key, const TokenHash& token, size_t shard) {
  const sfu::RoomId id{++last_room_};
  const bool is_new = rooms_by_key_.emplace(key, id).second;
  CHECK(is_new);
  return rooms_.emplace(id, Room{id, std::move(key), token, shard, {}}).first->second;
}

size_t Directory::emptiest_shard() const {
  const auto least = std::ranges::min_element(members_of_shard_);
  return static_cast<size_t>(least - members_of_shard_.begin());
}

Stay* Directory::find_stay(ParticipantId id) {
  const auto found = stays_.find(id);
  return found == stays_.end() ? nullptr : &found->second;
}

Stay* Directory::find_resumable(const ResumeToken& token) {
  const auto found = by_resume_.find(sha256(token));
  return found == by_resume_.end() ? nullptr : find_stay(found->second);
}

Stay* Directory::find_resource(const std::string& id) {
  const auto found = by_resource_.find(sha256(as_bytes(id)));
  return found == by_resource_.end() ? nullptr : find_stay(found->second);
}

Stay& Directory::add(Room& room, Stay stay) {
  // 0 means nobody. Four billion joins later the numbers start again, around those still in use.
  do {
    ++last_stay_;
  } while (last_stay_ == 0 || stays_.contains(ParticipantId{last_stay_}));
  stay.id = ParticipantId{last_stay_};
  stay.room = room.id;
  if (stay.resource) {
    by_resource_[sha256(as_bytes(stay.resource->id))] = stay.id;
  } else {
    by_resume_[sha256(stay.resume)] = stay.id;
  }
  room.members.insert(stay.id);
  ++members_of_shard_[room.shard];
  return stays_.emplace(stay.id, std::move(stay)).first->second;
}

void Directory::remove(ParticipantId id) {
  const auto found = stays_.find(id);
  CHECK(found != stays_.end());
  const Stay& stay = found->second;
  if (stay.resource) {
    by_resource_.erase(sha256(as_bytes(stay.resource->id)));
  } else {
    by_resume_.erase(sha256(stay.resume));
  }
  Room& its_room = room(stay.room);
  its_room.members.erase(id);
  --members_of_shard_[its_room.shard];
  if (its_room.members.empty()) {
    rooms_by_key_.erase(its_room.key);
    rooms_.erase(its_room.id);
  }
  stays_.erase(found);
}

bool Directory::empty() const {
  return rooms_.empty() && rooms_by_key_.empty() && stays_.empty() && by_resume_.empty() &&
         by_resource_.empty() &&
         std::ranges::all_of(members_of_shard_, [](size_t members) { return members == 0; });
}

}  // namespace vicino::server
