// Client messages (schema/wire.fbs), verified and read. What is returned borrows from the message.
#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/wire_generated.h"
#include "server/calls.h"

namespace vicino::server {

inline constexpr uint16_t wire_version = 1;

using ResumeToken = std::array<uint8_t, 16>;
using AccessToken = std::array<uint8_t, 32>;

struct TrackRequest {
  std::string_view mid;
  sfu::Source source;
  uint16_t width, height;
};

struct JoinRequest {
  RoomName room;
  AccessToken token;
  uint64_t sender;
  Bytes profile;
  std::optional<ResumeToken> resume;
  std::string_view offer;
  std::vector<TrackRequest> tracks;  // at most one per source
};
struct ProfileRequest {
  Bytes profile;
};
struct WatchRequest {
  std::vector<sfu::Want> wants;
};
struct LeaveRequest {};
using Request = std::variant<JoinRequest, ProfileRequest, WatchRequest, LeaveRequest>;

// Why something is refused. `detail` is a sentence for a developer's console, never shown to users.
struct RefusedRequest {
  wire::Refusal reason;
  const char* detail;
};

// `message` must start at a multiple of 8 in memory, as the format's own alignment is relative to
// that. Errors: wrong_version, for a Join of another version whatever else is in it; bad_message.
std::expected<Request, RefusedRequest> read_request(Bytes message, size_t max_wants);

}  // namespace vicino::server
