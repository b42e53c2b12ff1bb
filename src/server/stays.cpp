// Members and their connections: how a stay begins, goes on over another connection, and ends.
#include "server/calls_impl.h"

namespace vicino::server {

void Calls::Impl::found_group(Instant now, Room& room) {
  CallRoom& call = *room.call;
  while (!call.group && !call.lobby.empty()) {
    WaitingPerson person = leave_lobby(room, call.lobby.people().front().sender);
    auto group = CallGroup::found(authority_, wall_, {room.name(), room.token, config_.limits},
                                  person.sender, person.group_info);
    if (!group) {
      refuse(now, person.connection, wire::Refusal::bad_message, group.error());
      continue;
    }
    if (const auto saved = groups_.save(room.name(), group->saved(), {}, wall_); !saved) {
      refuse(now, person.connection, wire::Refusal::server_full, saved.error().where);
      continue;
    }
    call.group = std::move(*group);
    ++joins_;
    begin_stay(person.connection, room, person.sender, std::move(person.media), true);
    for (const WaitingPerson& other : call.lobby.people()) {
      send(other.connection, in_lobby_message(call.group->context().lobby));
    }
  }
  directory_.remove_if_unused(room);
}

void Calls::Impl::end_group(Room& room) {
  groups_.erase(room.name());
  room.call->group.reset();
  room.call->ready.clear();
  room.call->switched = false;
}

void Calls::Impl::attach(ConnectionId id, Stay& stay) {
  stay.connection = id;
  connections_.at(id).stay = stay.id;
  join_deadlines_.clear(id);
  absent_deadlines_.clear({stay.room, stay.sender});
}

void Calls::Impl::begin_stay(ConnectionId id, Room& room, SenderId sender, NegotiatedMedia media,
                             bool founded) {
  Stay fresh;
  fresh.sender = sender;
  fresh.shard = media.shard;
  fresh.publications = media.setup.publications;
  Stay& stay = directory_.add(room, std::move(fresh));
  attach(id, stay);
  welcome(room, stay, media.answer, media.video_slots, founded);
  carry(room, stay, std::move(media), false);
  tell(room, participant_joined_message({stay.id, stay.sender, true}), stay.id);
}

void Calls::Impl::continue_stay(Instant now, ConnectionId id, Stay& stay, NegotiatedMedia media) {
  const Room& room = directory_.room(stay.room);
  const bool was_lost = !stay.connection;
  if (stay.connection != id) {
    ++resumes_;
    if (const auto old = stay.connection) {
      connections_.at(*old).stay.reset();
      refuse(now, *old, wire::Refusal::replaced, "back over another connection");
    }
    attach(id, stay);
  }
  stay.publications = media.setup.publications;
  welcome(room, stay, media.answer, media.video_slots, false);
  carry(room, stay, std::move(media), true);
  if (was_lost) tell(room, participant_connection_message(stay.id, true), stay.id);
}

void Calls::Impl::welcome(const Room& room, const Stay& stay, const std::string& answer,
                          size_t video_slots, bool founded) {
  std::vector<RosterEntry> roster;
  for (const ParticipantId id : room.members) {
    if (id == stay.id) continue;
    const Stay& other = *directory_.find_stay(id);
    roster.push_back({id, other.sender, other.connection.has_value()});
  }
  send(*stay.connection, joined_message(stay.id, answer, roster, video_slots, founded));
  for (const WaitingPerson& person : room.call->lobby.people()) {
    send(*stay.connection, waiting_message(person.sender, person.key_package, person.name));
  }
}

void Calls::Impl::catch_up(const Room& room, const Stay& stay, uint64_t seen) {
  const CallGroup& group = *room.call->group;
  // 0 says that everything is lost; a number still to come was never given.
  const bool known = seen != 0 && seen <= group.seq();
  const auto missed = known ? group.log().since(seen) : std::nullopt;
  if (!missed) return send(*stay.connection, group.description());
  for (const MessageLog::Entry* entry : *missed) {
    if (entry->author != stay.sender) send(*stay.connection, entry->message);
  }
}

void Calls::Impl::lose(Instant now, Stay& stay) {
  Room& room = directory_.room(stay.room);
  stay.connection.reset();
  absent_deadlines_.set({room.id, stay.sender}, now + config_.limits.resume_grace);
  if (draining_) return;  // all of them go
  tell(room, participant_connection_message(stay.id, false));
  switch_if_ready(room);
}

void Calls::Impl::remove(Instant now, ParticipantId id) {
  const Stay& stay = *directory_.find_stay(id);
  cut(directory_.room(stay.room), stay);
  end_stay(now, id);
}

void Calls::Impl::end_stay(Instant now, ParticipantId id) {
  const Stay& stay = *directory_.find_stay(id);
  tell(directory_.room(stay.room), participant_left_message(id), id);
  resource_deadlines_.clear(id);
  if (stay.connection) {
    connections_.at(*stay.connection).stay.reset();
    join_deadlines_.set(*stay.connection, now + patience);
  }
  const sfu::RoomId room = stay.room;
  const size_t shard = stay.shard;
  directory_.remove(id);
  const Room* left = directory_.find_room(room);
  if (left && !left->members.empty() && !left->on_shards.contains(shard))
    forget_others(*left, shard);
}

void Calls::Impl::leave(Instant now, Room& room, SenderId sender) {
  absent_deadlines_.clear({room.id, sender});
  if (const Stay* stay = directory_.find_stay(room, sender)) remove(now, stay->id);
  CallGroup& group = *room.call->group;
  group.leave(sender);
  if (group.staying() == 0) {
    end_group(room);
    return found_group(now, room);
  }
  tell(room, group.propose_removal(authority_, wall_, sender));
  // Should this not reach the disk, then after a restart it is absent, and proposed again.
  static_cast<void>(groups_.save(room.name(), group.saved(), {}, wall_));
  switch_if_ready(room);
}

WaitingPerson Calls::Impl::leave_lobby(Room& room, SenderId sender) {
  WaitingPerson person = room.call->lobby.take(sender);
  const auto connection = connections_.find(person.connection);
  if (connection != connections_.end()) connection->second.waiting.reset();
  tell(room, waiting_gone_message(sender));
  return person;
}

void Calls::Impl::turn_away(Instant now, Room& room, SenderId sender, wire::Refusal reason,
                            std::string_view detail) {
  const WaitingPerson person = leave_lobby(room, sender);
  refuse(now, person.connection, reason, detail);
}

}  // namespace vicino::server
