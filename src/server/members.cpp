// What members say, and those in the lobby, beside Joins and commits.
#include "server/calls_impl.h"

namespace vicino::server {

std::optional<Calls::Impl::Speaker> Calls::Impl::speaker(ConnectionId id) {
  const Connection& connection = connections_.at(id);
  if (connection.stay) {
    const Stay& stay = *directory_.find_stay(*connection.stay);
    return Speaker{directory_.room(stay.room), stay.sender, true};
  }
  if (connection.waiting) {
    Room& room = directory_.room(*connection.waiting);
    return Speaker{room, room.call->lobby.find(id)->sender, false};
  }
  return std::nullopt;
}

// What only members may say, by one who is a member; nullopt: refused.
std::optional<Calls::Impl::Speaker> Calls::Impl::member(Instant now, ConnectionId id) {
  auto who = speaker(id);
  if (who && who->member) return who;
  refuse(now, id, wire::Refusal::bad_message, "that is for members to say");
  return std::nullopt;
}

void Calls::Impl::handle(Instant now, ConnectionId id, const GetGroupRequest&) {
  const auto who = speaker(id);
  if (!who) return refuse(now, id, wire::Refusal::bad_message, "a question before joining");
  const CallGroup& group = *who->room.call->group;
  // A host may just have turned the lobby on.
  if (!who->member && group.context().lobby) return send(id, in_lobby_message(true));
  send(id, group.description());
}

void Calls::Impl::handle(Instant now, ConnectionId id, const PostRequest& request) {
  const auto who = member(now, id);
  if (!who) return;
  const auto posted = who->room.call->group->post(authority_, wall_, who->sender, request.message);
  if (!posted) return refuse(now, id, wire::Refusal::bad_message, posted.error());
  tell(who->room, *posted, *connections_.at(id).stay);
}

void Calls::Impl::handle(Instant now, ConnectionId id, const ReadyRequest& request) {
  const auto who = member(now, id);
  if (!who) return;
  CallRoom& call = *who->room.call;
  if (request.epoch != call.group->epoch()) return;  // over, or not here yet
  call.ready.insert(who->sender);
  if (call.switched) return send(id, switch_message(request.epoch));
  switch_if_ready(who->room);
}

void Calls::Impl::switch_if_ready(Room& room) {
  CallRoom& call = *room.call;
  if (call.switched || !call.group) return;
  size_t connected = 0;
  for (const ParticipantId id : room.members) {
    const Stay& stay = *directory_.find_stay(id);
    if (!stay.connection) continue;
    if (!call.ready.contains(stay.sender)) return;
    ++connected;
  }
  if (connected == 0) return;
  call.switched = true;
  tell(room, switch_message(call.group->epoch()));
}

void Calls::Impl::handle(Instant now, ConnectionId id, const DenyRequest& request) {
  const auto who = member(now, id);
  if (!who) return;
  // One who was host a moment ago does nothing wrong, nor one who denies somebody who has just
  // gone.
  if (!who->room.call->group->is_host(who->sender)) return;
  if (!who->room.call->lobby.find(request.sender)) return;
  turn_away(now, who->room, request.sender, wire::Refusal::not_admitted, "a host said no");
}

void Calls::Impl::handle(Instant now, ConnectionId id, const WatchRequest& request) {
  const auto who = member(now, id);
  if (!who) return;
  const ParticipantId self = *connections_.at(id).stay;
  // A want for somebody who has just left, or was never here, is left out.
  std::vector<sfu::Want> wants;
  std::ranges::copy_if(request.wants, std::back_inserter(wants), [&](const sfu::Want& want) {
    return want.participant != self && who->room.members.contains(want.participant);
  });
  command(directory_.find_stay(self)->shard, sfu::SetWants{who->room.id, self, std::move(wants)});
}

void Calls::Impl::handle(Instant now, ConnectionId id, const RestartIceRequest& request) {
  const auto who = member(now, id);
  if (!who) return;
  Stay& stay = *directory_.find_stay(*connections_.at(id).stay);
  if (stay.media_lost) return send(id, ice_restarted_message({}));
  const rtc::IceCredentials local = negotiator_.ice_credentials();
  directory_.set_ufrag(stay, local.ufrag);
  command(stay.shard, sfu::RestartIce{who->room.id, stay.id, local, request.credentials});
  send(id, ice_restarted_message(local));
}

void Calls::Impl::handle(Instant now, ConnectionId id, const LeaveRequest&) {
  const auto who = speaker(id);
  if (!who) return;
  if (who->member) return leave(now, who->room, who->sender);
  leave_lobby(who->room, who->sender);
  join_deadlines_.set(id, now + patience);
  directory_.remove_if_unused(who->room);
}

}  // namespace vicino::server
