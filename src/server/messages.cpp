#include "server/messages.h"

#include "server/requests.h"

namespace vicino::server {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

Offset<flatbuffers::Vector<uint8_t>> put(FlatBufferBuilder& builder, Bytes bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}

Offset<wire::Participant> put(FlatBufferBuilder& builder, const RosterEntry& entry) {
  return wire::CreateParticipant(builder, entry.id.value, entry.sender.value, entry.connected);
}

template <class Body>
Buffer finish(FlatBufferBuilder& builder, Offset<Body> body) {
  builder.Finish(
      wire::CreateServerMessage(builder, wire::ServerBodyTraits<Body>::enum_value, body.Union()));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace

Buffer hello_message(Bytes nonce, Bytes external_sender) {
  FlatBufferBuilder builder;
  const auto nonce_offset = put(builder, nonce);
  const auto key_offset = put(builder, external_sender);
  return finish(builder, wire::CreateHello(builder, wire_version, nonce_offset, key_offset));
}

Buffer in_lobby_message(bool lobby) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateInLobby(builder, lobby));
}

Buffer joined_message(ParticipantId self, std::string_view answer,
                      std::span<const RosterEntry> roster, size_t video_slots, bool founded) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::Participant>> entries;
  entries.reserve(roster.size());
  for (const RosterEntry& entry : roster) entries.push_back(put(builder, entry));
  const auto entries_offset = builder.CreateVector(entries);
  const auto answer_offset = builder.CreateString(answer.data(), answer.size());
  return finish(builder, wire::CreateJoined(builder, self.value, answer_offset, entries_offset,
                                            static_cast<uint16_t>(video_slots), founded));
}

Buffer welcome_message(Bytes welcome, Bytes tree, uint64_t seq) {
  FlatBufferBuilder builder;
  const auto welcome_offset = put(builder, welcome);
  const auto tree_offset = put(builder, tree);
  return finish(builder, wire::CreateWelcome(builder, welcome_offset, tree_offset, seq));
}

Buffer group_message(Bytes group_info, Bytes tree, uint64_t seq) {
  FlatBufferBuilder builder;
  const auto info_offset = put(builder, group_info);
  const auto tree_offset = put(builder, tree);
  return finish(builder, wire::CreateGroup(builder, info_offset, tree_offset, seq));
}

Buffer handshake_message(uint64_t seq, Bytes message) {
  FlatBufferBuilder builder;
  const auto message_offset = put(builder, message);
  return finish(builder, wire::CreateHandshake(builder, seq, message_offset));
}

Buffer commit_refused_message(std::string_view detail) {
  FlatBufferBuilder builder;
  const auto detail_offset = builder.CreateString(detail.data(), detail.size());
  return finish(builder, wire::CreateCommitRefused(builder, detail_offset));
}

Buffer posted_message(uint64_t seq, Bytes message) {
  FlatBufferBuilder builder;
  const auto message_offset = put(builder, message);
  return finish(builder, wire::CreatePosted(builder, seq, message_offset));
}

Buffer switch_message(uint64_t epoch) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateSwitch(builder, epoch));
}

Buffer waiting_message(SenderId sender, Bytes key_package, Bytes name) {
  FlatBufferBuilder builder;
  const auto package_offset = put(builder, key_package);
  const auto name_offset = put(builder, name);
  return finish(builder, wire::CreateWaiting(builder, sender.value, package_offset, name_offset));
}

Buffer waiting_gone_message(SenderId sender) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateWaitingGone(builder, sender.value));
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

Buffer participant_connection_message(ParticipantId id, bool connected) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateParticipantConnection(builder, id.value, connected));
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

Buffer held_back_message(std::span<const sfu::Content> sources) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::Want>> entries;
  entries.reserve(sources.size());
  for (const sfu::Content& source : sources) {
    entries.push_back(wire::CreateWant(builder, source.participant.value,
                                       static_cast<wire::Source>(source.source)));
  }
  const auto entries_offset = builder.CreateVector(entries);
  return finish(builder, wire::CreateHeldBack(builder, entries_offset));
}

Buffer watched_message(std::span<const sfu::WatchedLayer> layers) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::WatchedLayer>> entries;
  entries.reserve(layers.size());
  for (const sfu::WatchedLayer& layer : layers) {
    const auto rid = builder.CreateString(layer.rid);
    entries.push_back(
        wire::CreateWatchedLayer(builder, static_cast<wire::Source>(layer.source), rid));
  }
  const auto entries_offset = builder.CreateVector(entries);
  return finish(builder, wire::CreateWatched(builder, entries_offset));
}

Buffer uplinks_message(std::span<const sfu::Uplink> poor) {
  FlatBufferBuilder builder;
  std::vector<Offset<wire::Uplink>> entries;
  entries.reserve(poor.size());
  for (const sfu::Uplink& uplink : poor) {
    entries.push_back(wire::CreateUplink(builder, uplink.participant.value, uplink.lost_permille));
  }
  const auto entries_offset = builder.CreateVector(entries);
  return finish(builder, wire::CreateUplinks(builder, entries_offset));
}

Buffer ice_restarted_message(const rtc::IceCredentials& credentials) {
  FlatBufferBuilder builder;
  return finish(builder, wire::CreateIceRestartedDirect(builder, credentials.ufrag.c_str(),
                                                        credentials.pwd.c_str()));
}

Buffer refused_message(wire::Refusal reason, std::string_view detail, uint32_t retry_after_ms) {
  FlatBufferBuilder builder;
  const auto detail_offset = builder.CreateString(detail.data(), detail.size());
  return finish(builder, wire::CreateRefused(builder, reason, detail_offset, retry_after_ms));
}

}  // namespace vicino::server
