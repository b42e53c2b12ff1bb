#include "server/requests.h"

#include "base/limits.h"

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

bool is_profile(Bytes profile) {
  return !profile.empty() && profile.size() <= limits::max_profile;
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

std::expected<Request, RefusedRequest> read_join(const wire::Join& join) {
  if (join.version() != wire_version) {
    return std::unexpected(
        RefusedRequest{wire::Refusal::wrong_version, "the server speaks version 1"});
  }
  const auto room = exactly<16>(join.room());
  if (!room) return bad("a room id has 16 bytes");
  const auto token = exactly<32>(join.token());
  if (!token) return bad("a token has 32 bytes");
  if ((join.sender() & 15) != 0) return bad("a sender's low four bits are zero");
  if (!is_profile(view(join.profile()))) return bad("a profile has 1 to 2048 bytes");
  const auto resume = exactly<16>(join.resume());
  // Some generated code writes an empty vector where there is none.
  if (!resume && !view(join.resume()).empty()) return bad("a resume token has 16 bytes");
  auto tracks = read_tracks(join);
  if (!tracks) return std::unexpected(tracks.error());
  return JoinRequest{.room = *room,
                     .token = *token,
                     .sender = join.sender(),
                     .profile = view(join.profile()),
                     .resume = resume,
                     .offer = join.offer()->string_view(),
                     .tracks = std::move(*tracks)};
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
                             want->height()});
  }
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
    case wire::ClientBody::SetProfile: {
      const Bytes profile = view(client_message->body_as_SetProfile()->profile());
      if (!is_profile(profile)) return bad("a profile has 1 to 2048 bytes");
      return ProfileRequest{profile};
    }
    case wire::ClientBody::Watch:
      return read_watch(*client_message->body_as_Watch(), max_wants);
    case wire::ClientBody::Leave:
      return LeaveRequest{};
    case wire::ClientBody::NONE:
      break;
  }
  return bad("an unknown kind of message");
}

}  // namespace vicino::server
