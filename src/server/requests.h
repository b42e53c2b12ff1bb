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

inline constexpr uint16_t wire_version = 2;
inline constexpr size_t max_key_package = 4096;
inline constexpr size_t max_waiting_name = 512;
inline constexpr size_t max_post = 8192;

using AccessToken = std::array<uint8_t, 32>;
using Proof = std::array<uint8_t, 64>;  // an Ed25519 signature

struct TrackRequest {
  std::string_view mid;
  sfu::Source source;
  uint16_t width, height;
};

struct JoinRequest {
  RoomName room;
  AccessToken token;
  SenderId sender;
  std::string_view offer;
  std::vector<TrackRequest> tracks;  // at most one per source
  Bytes key_package;                 // these three: a newcomer's, not empty but for the name
  Bytes waiting_name;
  Bytes group_info;
  std::optional<Proof> proof;  // these two: of somebody who comes back
  uint64_t seen;
};
struct GetGroupRequest {};
struct CommitRequest {
  Bytes commit;
  Bytes group_info;
  Bytes welcome;  // empty: none
  std::optional<TokenHash> token_hash;
};
struct PostRequest {
  Bytes message;
};
struct ReadyRequest {
  uint64_t epoch;
};
struct DenyRequest {
  SenderId sender;
};
struct WatchRequest {
  std::vector<sfu::Want> wants;
};
struct LeaveRequest {};
struct RestartIceRequest {
  rtc::IceCredentials credentials;
};
using Request = std::variant<JoinRequest, GetGroupRequest, CommitRequest, PostRequest, ReadyRequest,
                             DenyRequest, WatchRequest, LeaveRequest, RestartIceRequest>;

// Why something is refused. `detail` is a sentence for a developer's console, never shown to users.
struct RefusedRequest {
  wire::Refusal reason;
  std::string_view detail;  // a literal
};

// `message` must start at a multiple of 8 in memory, as the format's own alignment is relative to
// that. Errors: wrong_version, for a Join of another version whatever else is in it; bad_message.
std::expected<Request, RefusedRequest> read_request(Bytes message, size_t max_wants);

}  // namespace vicino::server
