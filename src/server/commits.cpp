// The epochs of a call's group: which commit counts, and what follows from it.
#include "server/calls_impl.h"

namespace vicino::server {

void Calls::Impl::handle(Instant now, ConnectionId id, const CommitRequest& request) {
  const auto who = speaker(id);
  if (!who) return refuse(now, id, wire::Refusal::bad_message, "a commit before joining");
  auto accepted = judge(*who, request);
  if (!accepted) return send(id, commit_refused_message(accepted.error()));
  const CallGroup& group = *who->room.call->group;
  const SavedGroup next = group.saved_after(*accepted);
  if (const auto saved = groups_.save(who->room.name(), next, accepted->new_token, wall_); !saved) {
    return send(id, commit_refused_message(saved.error().where));
  }
  adopt(now, id, *who, std::move(*accepted), request.welcome);
}

std::expected<CallGroup::Accepted, std::string_view> Calls::Impl::judge(
    const Speaker& speaker, const CommitRequest& request) {
  CallRoom& call = *speaker.room.call;
  TRY_ASSIGN(CallGroup::Accepted accepted, call.group->judge(authority_, wall_, request));
  if (accepted.committer != speaker.sender) {
    return std::unexpected(std::string_view("somebody else's commit"));
  }
  for (const Buffer& key_package : accepted.added) {
    if (!call.lobby.find_key_package(key_package)) {
      return std::unexpected(std::string_view("somebody is added who doesn't wait"));
    }
  }
  return accepted;
}

void Calls::Impl::adopt(Instant now, ConnectionId id, const Speaker& speaker,
                        CallGroup::Accepted accepted, Bytes welcome) {
  Room& room = speaker.room;
  CallRoom& call = *room.call;
  cut_off(now, room, accepted);
  const admission::CallContext before = call.group->context();
  const std::vector<Buffer> added = accepted.added;
  if (accepted.new_token) room.token = *accepted.new_token;
  call.ready.clear();
  call.switched = false;
  const Buffer handshake = call.group->adopt(std::move(accepted));
  tell(room, handshake);

  if (!speaker.member) {
    WaitingPerson person = leave_lobby(room, speaker.sender);
    send(id, handshake);
    ++joins_;
    begin_stay(id, room, person.sender, std::move(person.media), false);
  }
  const Buffer tree = added.empty() ? Buffer() : call.group->serialized_tree();
  for (const Buffer& key_package : added) {
    WaitingPerson person = leave_lobby(room, call.lobby.find_key_package(key_package)->sender);
    send(person.connection, welcome_message(welcome, tree, call.group->seq()));
    ++joins_;
    begin_stay(person.connection, room, person.sender, std::move(person.media), false);
  }
  tell_lobby(now, room, before);
  propose_removals(room);
}

// Whoever is removed gets and gives no media any more, before anybody hears anything.
void Calls::Impl::cut_off(Instant now, Room& room, const CallGroup::Accepted& accepted) {
  for (const SenderId sender : accepted.removed) {
    absent_deadlines_.clear({room.id, sender});
    const Stay* stay = directory_.find_stay(room, sender);
    if (stay) cut(room, *stay);
  }
  for (const SenderId sender : accepted.removed) {
    const Stay* stay = directory_.find_stay(room, sender);
    if (!stay) continue;
    const auto connection = stay->connection;
    end_stay(now, stay->id);
    if (connection) refuse(now, *connection, wire::Refusal::removed, "a host has removed you");
  }
}

// What a host has changed about joining, to those who wait.
void Calls::Impl::tell_lobby(Instant now, Room& room, const admission::CallContext& before) {
  const admission::CallContext& after = room.call->group->context();
  const bool renewed = before.link_id != after.link_id;
  if (renewed || (after.locked && !before.locked)) {
    while (!room.call->lobby.empty()) {
      turn_away(now, room, room.call->lobby.people().front().sender,
                renewed ? wire::Refusal::link_revoked : wire::Refusal::room_locked,
                renewed ? "a newer link has replaced it" : "nobody new gets in");
    }
  } else if (before.lobby != after.lobby) {
    for (const WaitingPerson& person : room.call->lobby.people()) {
      send(person.connection, in_lobby_message(after.lobby));
    }
  }
}

// A proposal is good for one epoch.
void Calls::Impl::propose_removals(Room& room) {
  CallGroup& group = *room.call->group;
  const std::set<SenderId> leaving = group.leaving();
  for (const SenderId sender : leaving) {
    tell(room, group.propose_removal(authority_, wall_, sender));
  }
}

}  // namespace vicino::server
