#include "server/messages.h"

namespace vicino::server {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

Offset<flatbuffers::Vector<uint8_t>> put(FlatBufferBuilder& builder, Bytes bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}

Offset<wire::Participant> put(FlatBufferBuilder& builder, const RosterEntry& entry) {
  const auto profile = put(builder, entry.profile);
  return wire::CreateParticipant(builder, entry.id.value, entry.sender, profile);
}

template <class Body>
Buffer finish(FlatBufferBuilder& builder, Offset<Body> body) {
  builder.Finish(
      wire::CreateServerMessage(builder, wire::ServerBodyTraits<Body>::enum_value, body.Union()));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace

Buffer joined_message(ParticipantId self, Bytes resume, std::string_view answer,
                      std::span<const RosterEntry> roster, size_t video_slots) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::Participant>> entries;
  entries.reserve(roster.size());
  for (const RosterEntry& entry : roster) entries.push_back(put(builder, entry));
  const auto entries_offset = builder.CreateVector(entries);
  const auto resume_offset = put(builder, resume);
  const auto answer_offset = builder.CreateString(answer.data(), answer.size());
  return finish(builder, wire::CreateJoined(builder, self.value, resume_offset, answer_offset,
                                            entries_offset, static_cast<uint16_t>(video_slots)));
}

Buffer participant_joined_message(const RosterEntry& participant) {
  FlatBufferBuilder builder;
  const auto entry = put(builder, participant);
  return finish(builder, wire::CreateParticipantJoined(builder, entry));
}

Buffer participant_left_message(ParticipantId id) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateParticipantLeft(builder, id.value));
}

Buffer profile_changed_message(ParticipantId id, Bytes profile) {
  FlatBufferBuilder builder;
  const auto profile_offset = put(builder, profile);
  return finish(builder, wire::CreateProfileChanged(builder, id.value, profile_offset));
}

Buffer slots_message(std::span<const sfu::SlotChange> slots) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::Slot>> entries;
  entries.reserve(slots.size());
  for (const sfu::SlotChange& slot : slots) {
    const auto mid = builder.CreateString(slot.mid);
    entries.push_back(wire::CreateSlot(builder, mid, slot.content.value_or(ParticipantId{}).value,
                                       static_cast<wire::Source>(slot.source)));
  }
  const auto entries_offset = builder.CreateVector(entries);
  return finish(builder, wire::CreateSlots(builder, entries_offset));
}

Buffer refused_message(wire::Refusal reason, std::string_view detail, uint32_t retry_after_ms) {
  FlatBufferBuilder builder;
  const auto detail_offset = builder.CreateString(detail.data(), detail.size());
  return finish(builder, wire::CreateRefused(builder, reason, detail_offset, retry_after_ms));
}

}  // namespace vicino::server
