#include "server/requests.h"

#include "base/limits.h"
#include "rtc/sdp.h"

namespace vicino::server {
namespace {

std::unexpected<RefusedRequest> bad(const char* detail) {
  return std::unexpected(RefusedRequest{wire::Refusal::bad_message, detail});
}

Bytes view(const flatbuffers::Vector<uint8_t>* bytes) {
  return bytes ? Bytes(bytes->data(), bytes->size()) : Bytes();
}

template <size_t size>
std::optional<std::array<uint8_t, size>> exactly(const flatbuffers::Vector<uint8_t>* bytes) {
  const Bytes from = view(bytes);
  std::array<uint8_t, size> to;
  if (from.size() != size) return std::nullopt;
  copy(from, to);
  return to;
}

// Absent, or of this size. Some generated code writes an empty vector where there is none.
template <size_t size>
bool is_absent_or_exact(const flatbuffers::Vector<uint8_t>* bytes) {
  return view(bytes).empty() || view(bytes).size() == size;
}

bool is_of_size(Bytes bytes, size_t most) {
  return !bytes.empty() && bytes.size() <= most;
}

bool is_source(wire::Source source) {
  return static_cast<size_t>(source) < sfu::source_count;
}

std::expected<std::vector<TrackRequest>, RefusedRequest> read_tracks(const wire::Join& join) {
  std::vector<TrackRequest> tracks;
  if (!join.tracks()) return tracks;
  if (join.tracks()->size() > sfu::source_count) return bad("more tracks than sources");
  for (const wire::Track* track : *join.tracks()) {
    if (!is_source(track->source())) return bad("an unknown source");
    const auto source = static_cast<sfu::Source>(track->source());
    for (const TrackRequest& other : tracks) {
      if (other.source == source) return bad("two tracks of one source");
    }
    tracks.push_back({track->mid()->string_view(), source, track->width(), track->height()});
  }
  return tracks;
}

// A newcomer shows who it is; somebody who comes back proves it.
std::expected<void, RefusedRequest> check_who(const wire::Join& join) {
  if (join.sender() == 0) return bad("a sender id is not 0");
  if (!is_absent_or_exact<64>(join.proof())) return bad("a proof has 64 bytes");
  if (!view(join.proof()).empty()) return {};
  if (!is_of_size(view(join.key_package()), max_key_package)) {
    return bad("a key package has 1 to 4096 bytes");
  }
  if (view(join.waiting_name()).size() > max_waiting_name) return bad("a name has up to 512 bytes");
  if (view(join.group_info()).empty()) return bad("a newcomer brings a group for an empty room");
  return {};
}

std::expected<Request, RefusedRequest> read_join(const wire::Join& join) {
  if (join.version() != wire_version) {
    return std::unexpected(
        RefusedRequest{wire::Refusal::wrong_version, "the server speaks version 2"});
  }
  const auto room = exactly<16>(join.room());
  if (!room) return bad("a room id has 16 bytes");
  const auto token = exactly<32>(join.token());
  if (!token) return bad("a token has 32 bytes");
  TRY(check_who(join));
  auto tracks = read_tracks(join);
  if (!tracks) return std::unexpected(tracks.error());
  return JoinRequest{.room = *room,
                     .token = *token,
                     .sender = {join.sender()},
                     .offer = join.offer()->string_view(),
                     .tracks = std::move(*tracks),
                     .key_package = view(join.key_package()),
                     .waiting_name = view(join.waiting_name()),
                     .group_info = view(join.group_info()),
                     .proof = exactly<64>(join.proof()),
                     .seen = join.seen()};
}

std::expected<Request, RefusedRequest> read_commit(const wire::Commit& commit) {
  if (view(commit.commit()).empty()) return bad("a commit without commit");
  if (view(commit.group_info()).empty()) return bad("a commit without group info");
  if (!is_absent_or_exact<32>(commit.token_hash())) return bad("a token hash has 32 bytes");
  return CommitRequest{.commit = view(commit.commit()),
                       .group_info = view(commit.group_info()),
                       .welcome = view(commit.welcome()),
                       .token_hash = exactly<32>(commit.token_hash())};
}

std::expected<Request, RefusedRequest> read_post(const wire::Post& post) {
  if (!is_of_size(view(post.message()), max_post)) return bad("a post has 1 to 8192 bytes");
  return PostRequest{view(post.message())};
}

std::expected<Request, RefusedRequest> read_watch(const wire::Watch& watch, size_t max_wants) {
  WatchRequest request;
  if (!watch.wants()) return request;
  if (watch.wants()->size() > max_wants) return bad("too many wants");
  request.wants.reserve(watch.wants()->size());
  for (const wire::Want* want : *watch.wants()) {
    if (!is_source(want->source())) return bad("an unknown source");
    request.wants.push_back({ParticipantId{want->participant()},
                             static_cast<sfu::Source>(want->source()), want->width(),
                             want->height(), want->focus()});
  }
  return request;
}

std::expected<Request, RefusedRequest> read_restart(const wire::RestartIce& restart) {
  RestartIceRequest request{{restart.ufrag()->str(), restart.pwd()->str()}};
  if (!rtc::are_ice_credentials(request.credentials.ufrag, request.credentials.pwd))
    return bad("these are no ICE credentials");
  return request;
}

}  // namespace

std::expected<Request, RefusedRequest> read_request(Bytes message, size_t max_wants) {
  CHECK(reinterpret_cast<uintptr_t>(message.data()) % 8 == 0);
  if (message.size() > limits::max_wire_message) return bad("a message too long");
  // Message, body and one level of lists; a table per want, and a few.
  flatbuffers::Verifier verifier(message.data(), message.size(), 8,
                                 static_cast<flatbuffers::uoffset_t>(max_wants + 16));
  if (!verifier.VerifyBuffer<wire::ClientMessage>(nullptr)) return bad("not a valid message");
  const auto* client_message = flatbuffers::GetRoot<wire::ClientMessage>(message.data());
  switch (client_message->body_type()) {
    case wire::ClientBody::Join:
      return read_join(*client_message->body_as_Join());
    case wire::ClientBody::GetGroup:
      return GetGroupRequest{};
    case wire::ClientBody::Commit:
      return read_commit(*client_message->body_as_Commit());
    case wire::ClientBody::Post:
      return read_post(*client_message->body_as_Post());
    case wire::ClientBody::Ready:
      return ReadyRequest{client_message->body_as_Ready()->epoch()};
    case wire::ClientBody::Deny:
      return DenyRequest{{client_message->body_as_Deny()->sender()}};
    case wire::ClientBody::Watch:
      return read_watch(*client_message->body_as_Watch(), max_wants);
    case wire::ClientBody::Leave:
      return LeaveRequest{};
    case wire::ClientBody::RestartIce:
      return read_restart(*client_message->body_as_RestartIce());
    case wire::ClientBody::NONE:
      break;
  }
  return bad("an unknown kind of message");
}

}  // namespace vicino::server
