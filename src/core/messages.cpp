// What the client sends. Reading is in server_messages.cpp.
#include "core/messages.h"

#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using Vector = flatbuffers::Offset<flatbuffers::Vector<uint8_t>>;

template <class T>
Buffer finish(Builder& builder, wire::ClientBody type, flatbuffers::Offset<T> body) {
  builder.Finish(wire::CreateClientMessage(builder, type, body.Union()));
  return Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

Vector vector_of(Builder& builder, Bytes bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}
Vector vector_of(Builder& builder, const std::optional<Buffer>& bytes) {
  return bytes ? vector_of(builder, Bytes(*bytes)) : Vector(0);
}

wire::Source to_wire(Source source) {
  return static_cast<wire::Source>(source);
}

}  // namespace

Buffer write_join(const JoinRequest& request) {
  Builder builder(4096);
  std::vector<flatbuffers::Offset<wire::Track>> tracks;
  for (const OwnTrack& t : request.tracks) {
    tracks.push_back(
        wire::CreateTrackDirect(builder, t.mid.c_str(), to_wire(t.source), t.width, t.height));
  }
  const auto* newcomer = std::get_if<Newcomer>(&request.as);
  const auto* returning = std::get_if<Returning>(&request.as);
  const Vector room = vector_of(builder, request.room);
  const Vector token = vector_of(builder, request.access_token);
  const auto offer = builder.CreateString(request.offer);
  const auto all_tracks = builder.CreateVector(tracks);
  const Vector key_package = newcomer ? vector_of(builder, Bytes(newcomer->key_package)) : 0;
  const Vector name = newcomer ? vector_of(builder, Bytes(newcomer->waiting_name)) : 0;
  const Vector group_info = newcomer ? vector_of(builder, Bytes(newcomer->group_info)) : 0;
  const Vector proof = returning ? vector_of(builder, Bytes(returning->proof)) : 0;
  return finish(
      builder, wire::ClientBody::Join,
      wire::CreateJoin(builder, wire_version, room, token, request.sender.value, offer, all_tracks,
                       key_package, name, group_info, proof, returning ? returning->seen : 0));
}

Buffer write_get_group() {
  Builder builder;
  return finish(builder, wire::ClientBody::GetGroup, wire::CreateGetGroup(builder));
}

Buffer write_commit(const CommitUpload& upload) {
  Builder builder(4096);
  const Vector commit = vector_of(builder, Bytes(upload.commit));
  const Vector group_info = vector_of(builder, Bytes(upload.group_info));
  const Vector welcome = vector_of(builder, upload.welcome);
  const Vector token_hash = vector_of(builder, upload.token_hash);
  return finish(builder, wire::ClientBody::Commit,
                wire::CreateCommit(builder, commit, group_info, welcome, token_hash));
}

Buffer write_post(Bytes message) {
  Builder builder;
  const Vector bytes = vector_of(builder, message);
  return finish(builder, wire::ClientBody::Post, wire::CreatePost(builder, bytes));
}

Buffer write_ready(uint64_t epoch) {
  Builder builder;
  return finish(builder, wire::ClientBody::Ready, wire::CreateReady(builder, epoch));
}

Buffer write_deny(SenderId sender) {
  Builder builder;
  return finish(builder, wire::ClientBody::Deny, wire::CreateDeny(builder, sender.value));
}

Buffer write_watch(const std::vector<WireWant>& wants) {
  Builder builder;
  std::vector<flatbuffers::Offset<wire::Want>> all;
  for (const WireWant& w : wants) {
    all.push_back(wire::CreateWant(builder, w.participant.value, to_wire(w.source), w.width,
                                   w.height, w.focus));
  }
  return finish(builder, wire::ClientBody::Watch, wire::CreateWatchDirect(builder, &all));
}

Buffer write_leave() {
  Builder builder;
  return finish(builder, wire::ClientBody::Leave, wire::CreateLeave(builder));
}

Buffer write_restart_ice(const IceCredentials& credentials) {
  Builder builder;
  return finish(
      builder, wire::ClientBody::RestartIce,
      wire::CreateRestartIceDirect(builder, credentials.ufrag.c_str(), credentials.pwd.c_str()));
}

}  // namespace vicino::core
