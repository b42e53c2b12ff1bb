// Server messages (schema/wire.fbs), written.
#pragma once

#include <span>
#include <string_view>

#include "schema/wire_generated.h"
#include "server/calls.h"

namespace vicino::server {

// A participant as the others of the room are told.
struct RosterEntry {
  ParticipantId id;
  SenderId sender;
  bool connected;
};

Buffer hello_message(Bytes nonce, Bytes external_sender);
Buffer in_lobby_message(bool lobby);
Buffer joined_message(ParticipantId self, std::string_view answer,
                      std::span<const RosterEntry> roster, size_t video_slots, bool founded);
Buffer welcome_message(Bytes welcome, Bytes tree, uint64_t seq);
Buffer group_message(Bytes group_info, Bytes tree, uint64_t seq);
Buffer handshake_message(uint64_t seq, Bytes message);
Buffer commit_refused_message(std::string_view detail);
Buffer posted_message(uint64_t seq, Bytes message);
Buffer switch_message(uint64_t epoch);
Buffer waiting_message(SenderId sender, Bytes key_package, Bytes name);
Buffer waiting_gone_message(SenderId sender);
Buffer participant_joined_message(const RosterEntry& participant);
Buffer participant_left_message(ParticipantId id);
Buffer participant_connection_message(ParticipantId id, bool connected);
Buffer slots_message(std::span<const sfu::SlotChange> slots);
Buffer held_back_message(std::span<const sfu::Content> sources);
Buffer watched_message(std::span<const sfu::WatchedLayer> layers);
Buffer uplinks_message(std::span<const sfu::Uplink> poor);
// `credentials` empty: there is no media path to go on with.
Buffer ice_restarted_message(const rtc::IceCredentials& credentials);
Buffer refused_message(wire::Refusal reason, std::string_view detail, uint32_t retry_after_ms);

}  // namespace vicino::server
