#include "core/messages.h"

#include "base/limits.h"
#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

constexpr uint16_t protocol_version = 1;
constexpr size_t max_detail = 512;

Buffer finish(flatbuffers::FlatBufferBuilder& builder, wire::ClientBody type, flatbuffers::Offset<void> body) {
  builder.Finish(wire::CreateClientMessage(builder, type, body));
  return Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

flatbuffers::Offset<flatbuffers::Vector<uint8_t>> vector_of(flatbuffers::FlatBufferBuilder& builder, Bytes bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}

Bytes bytes_of(const flatbuffers::Vector<uint8_t>& vector) { return {vector.data(), vector.size()}; }

Buffer copy_of(const flatbuffers::Vector<uint8_t>& vector) { return Buffer(vector.begin(), vector.end()); }

Result<Source> source_of_wire(wire::Source source) {
  if (source > wire::Source::MAX) return fail(Errc::malformed, "unknown source");
  return static_cast<Source>(source);
}

Result<said::Member> read_member(const wire::Participant& p) {
  if (p.profile()->size() > limits::max_profile) return fail(Errc::malformed, "profile over its limit");
  if ((p.sender() & 15) != 0) return fail(Errc::malformed, "sender id with context bits");
  return said::Member{{p.id()}, {p.sender()}, copy_of(*p.profile())};
}

Result<said::Message> read(const wire::Joined& j) {
  said::Joined joined;
  joined.self = {j.self()};
  if (j.resume()->size() != joined.resume.size()) return fail(Errc::malformed, "resume token's size");
  copy(bytes_of(*j.resume()), joined.resume);
  joined.answer = j.answer()->str();
  if (joined.answer.size() > limits::max_sdp) return fail(Errc::too_large, "answer");
  if (j.roster()) {
    if (j.roster()->size() > limits::max_participants) return fail(Errc::too_large, "roster");
    for (const wire::Participant* p : *j.roster()) {
      TRY_ASSIGN(said::Member member, read_member(*p));
      joined.roster.push_back(std::move(member));
    }
  }
  return said::Message(std::move(joined));
}

Result<said::Message> read(const wire::Slots& s) {
  said::Slots slots;
  if (!s.slots()) return said::Message(std::move(slots));
  if (s.slots()->size() > limits::max_sdp_media) return fail(Errc::too_large, "slots");
  for (const wire::Slot* slot : *s.slots()) {
    TRY_ASSIGN(const Source source, source_of_wire(slot->source()));
    std::optional<ParticipantId> content;
    if (slot->participant() != 0) content = ParticipantId{slot->participant()};
    slots.slots.push_back({slot->mid()->str(), content, source});
  }
  return said::Message(std::move(slots));
}

Result<said::Message> read(const wire::Refused& r) {
  if (r.reason() > wire::Refusal::MAX) return fail(Errc::malformed, "unknown refusal");
  std::string detail = r.detail() ? r.detail()->str() : "";
  if (detail.size() > max_detail) detail.resize(max_detail);
  return said::Message(said::Refused{static_cast<said::Refusal>(r.reason()), std::move(detail), r.retry_after_ms()});
}

}  // namespace

Buffer write_join(const JoinRequest& request) {
  flatbuffers::FlatBufferBuilder builder(4096);
  std::vector<flatbuffers::Offset<wire::Track>> tracks;
  for (const OwnTrack& track : request.tracks) {
    tracks.push_back(wire::CreateTrackDirect(builder, track.mid.c_str(), static_cast<wire::Source>(track.source),
                                             track.width, track.height));
  }
  const auto room = vector_of(builder, request.room);
  const auto token = vector_of(builder, request.access_token);
  const auto profile = vector_of(builder, request.profile);
  const auto resume = request.resume ? vector_of(builder, *request.resume) : 0;
  const auto offer = builder.CreateString(request.offer);
  const auto all_tracks = builder.CreateVector(tracks);
  const auto join = wire::CreateJoin(builder, protocol_version, room, token, request.sender.value, profile, resume,
                                     offer, all_tracks);
  return finish(builder, wire::ClientBody::Join, join.Union());
}

Buffer write_set_profile(Bytes sealed) {
  flatbuffers::FlatBufferBuilder builder;
  const auto profile = vector_of(builder, sealed);
  return finish(builder, wire::ClientBody::SetProfile, wire::CreateSetProfile(builder, profile).Union());
}

Buffer write_watch(const std::vector<Want>& wants) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<wire::Want>> all;
  for (const Want& want : wants) {
    all.push_back(wire::CreateWant(builder, want.participant.value, static_cast<wire::Source>(want.source), want.width,
                                   want.height));
  }
  return finish(builder, wire::ClientBody::Watch, wire::CreateWatchDirect(builder, &all).Union());
}

Buffer write_leave() {
  flatbuffers::FlatBufferBuilder builder;
  return finish(builder, wire::ClientBody::Leave, wire::CreateLeave(builder).Union());
}

namespace {

// `message` starts at a multiple of 8 in memory: the format's own alignment is relative to that.
Result<said::Message> read_aligned(Bytes message) {
  flatbuffers::Verifier verifier(message.data(), message.size());
  if (!verifier.VerifyBuffer<wire::ServerMessage>()) return fail(Errc::malformed, "server message");
  const auto* root = flatbuffers::GetRoot<wire::ServerMessage>(message.data());
  switch (root->body_type()) {
    case wire::ServerBody::Joined:
      return read(*root->body_as_Joined());
    case wire::ServerBody::ParticipantJoined: {
      TRY_ASSIGN(said::Member member, read_member(*root->body_as_ParticipantJoined()->participant()));
      return said::Message(said::MemberJoined{std::move(member)});
    }
    case wire::ServerBody::ParticipantLeft:
      return said::Message(said::MemberLeft{{root->body_as_ParticipantLeft()->id()}});
    case wire::ServerBody::ProfileChanged: {
      const auto* changed = root->body_as_ProfileChanged();
      if (changed->profile()->size() > limits::max_profile) return fail(Errc::malformed, "profile over its limit");
      return said::Message(said::ProfileChanged{{changed->id()}, copy_of(*changed->profile())});
    }
    case wire::ServerBody::Slots:
      return read(*root->body_as_Slots());
    case wire::ServerBody::Refused:
      return read(*root->body_as_Refused());
    default:
      return fail(Errc::malformed, "unknown server message");
  }
}

}  // namespace

Result<said::Message> read_server_message(Bytes message) {
  if (message.size() > limits::max_wire_message) return fail(Errc::too_large, "server message");
  if (reinterpret_cast<uintptr_t>(message.data()) % 8 == 0) return read_aligned(message);
  const Buffer aligned(message.begin(), message.end());
  return read_aligned(aligned);
}

}  // namespace vicino::core
