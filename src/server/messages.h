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
  uint64_t sender;
  Bytes profile;
};

Buffer joined_message(ParticipantId self, Bytes resume, std::string_view answer,
                      std::span<const RosterEntry> roster, size_t video_slots);
Buffer participant_joined_message(const RosterEntry& participant);
Buffer participant_left_message(ParticipantId id);
Buffer profile_changed_message(ParticipantId id, Bytes profile);
Buffer slots_message(std::span<const sfu::SlotChange> slots);
Buffer refused_message(wire::Refusal reason, std::string_view detail, uint32_t retry_after_ms);

}  // namespace vicino::server
