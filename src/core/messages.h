// wire.fbs as the client uses it: writes what it sends, verifies and reads what the server says.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/media_keys.h"

namespace vicino::core {

using ResumeToken = std::array<uint8_t, 16>;

// One of the own tracks: which m-line of the offer carries it; picture size 0 for audio.
struct OwnTrack {
  std::string mid;
  Source source = Source::microphone;
  uint16_t width = 0, height = 0;
};

// What the layout shows, most wanted first; device pixels.
struct Want {
  ParticipantId participant;
  Source source = Source::camera;
  uint16_t width = 0, height = 0;
  friend bool operator==(const Want&, const Want&) = default;
};

struct JoinRequest {
  RoomName room;
  Bytes access_token;
  SenderId sender;
  Buffer profile;
  std::optional<ResumeToken> resume;
  std::string offer;
  std::vector<OwnTrack> tracks;
};
Buffer write_join(const JoinRequest& request);
Buffer write_set_profile(Bytes sealed);
Buffer write_watch(const std::vector<Want>& wants);
Buffer write_leave();

namespace said {  // by the server

struct Member {
  ParticipantId id;
  SenderId sender;
  Buffer profile;
};
struct Joined {
  ParticipantId self;
  ResumeToken resume;
  std::string answer;
  std::vector<Member> roster;
};
struct MemberJoined {
  Member member;
};
struct MemberLeft {
  ParticipantId id;
};
struct ProfileChanged {
  ParticipantId id;
  Buffer profile;
};
struct SlotContent {
  std::string mid;
  std::optional<ParticipantId> content;
  Source source;
};
struct Slots {
  std::vector<SlotContent> slots;
};
enum class Refusal : uint8_t {
  bad_message,
  wrong_version,
  wrong_link,
  room_full,
  server_full,
  bad_offer,
  too_many_requests,
  draining,
  open_room,
  replaced,
  rooms_closed
};
struct Refused {
  Refusal reason;
  std::string detail;
  uint32_t retry_after_ms;
};
using Message = std::variant<Joined, MemberJoined, MemberLeft, ProfileChanged, Slots, Refused>;

}  // namespace said

// Errors: too_large, malformed. The server isn't trusted: every length and number is checked.
Result<said::Message> read_server_message(Bytes message);

}  // namespace vicino::core
