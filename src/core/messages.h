// wire.fbs as the client uses it: writes what it sends, verifies and reads what the server says.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/link.h"
#include "core/media_keys.h"

namespace vicino::core {

inline constexpr uint16_t wire_version = 2;
inline constexpr size_t wire_nonce_size = 32;

// One of the own tracks: which m-line of the offer carries it; picture size 0 for audio.
struct OwnTrack {
  std::string mid;
  Source source = Source::microphone;
  uint16_t width = 0, height = 0;
};

// A wanted source by the server's number of its participant; device pixels.
struct WireWant {
  ParticipantId participant;
  Source source = Source::camera;
  uint16_t width = 0, height = 0;
  bool focus = false;
  friend bool operator==(const WireWant&, const WireWant&) = default;
};

// What somebody brings who isn't in the group.
struct Newcomer {
  Buffer key_package;
  Buffer waiting_name;
  Buffer group_info;
};
// What a member brings that comes back.
struct Returning {
  Buffer proof;
  uint64_t seen = 0;
};

struct JoinRequest {
  RoomName room;
  Bytes access_token;
  SenderId sender;
  std::string offer;
  std::vector<OwnTrack> tracks;
  std::variant<Newcomer, Returning> as;
};
Buffer write_join(const JoinRequest& request);
Buffer write_get_group();
struct CommitUpload {
  Buffer commit;
  Buffer group_info;
  std::optional<Buffer> welcome;
  std::optional<Buffer> token_hash;
};
Buffer write_commit(const CommitUpload& commit);
Buffer write_post(Bytes message);
Buffer write_ready(uint64_t epoch);
Buffer write_deny(SenderId sender);
Buffer write_watch(const std::vector<WireWant>& wants);
Buffer write_leave();
// Of one side of a media path (RFC 8839 section 5.4).
struct IceCredentials {
  std::string ufrag;
  std::string pwd;
};
Buffer write_restart_ice(const IceCredentials& credentials);

namespace said {  // by the server

struct Hello {
  uint16_t version;
  std::array<uint8_t, wire_nonce_size> nonce;
  std::array<uint8_t, 32> external_sender;
};
struct InLobby {
  bool lobby;
};
struct Member {
  ParticipantId id;
  SenderId sender;
  bool connected;
};
struct Joined {
  ParticipantId self;
  std::string answer;
  std::vector<Member> roster;
  bool founded;
};
struct Welcome {
  Buffer welcome, tree;
  uint64_t seq;
};
struct Group {
  Buffer group_info, tree;
  uint64_t seq;
};
struct Handshake {
  uint64_t seq;
  Buffer message;
};
struct CommitRefused {
  std::string detail;
};
struct Posted {
  uint64_t seq;
  Buffer message;
};
struct Switch {
  uint64_t epoch;
};
struct Waiting {
  SenderId sender;
  Buffer key_package, name;
};
struct WaitingGone {
  SenderId sender;
};
struct MemberJoined {
  Member member;
};
struct MemberLeft {
  ParticipantId id;
};
struct MemberConnection {
  ParticipantId id;
  bool connected;
};
struct SlotContent {
  std::string mid;
  std::optional<ParticipantId> content;
  Source source;
};
struct Slots {
  std::vector<SlotContent> slots;
};
struct HeldBack {
  std::vector<WireWant> sources;
};
struct WatchedLayer {
  Source source;
  std::string rid;
};
struct Watched {
  std::vector<WatchedLayer> layers;
};
struct Uplink {
  ParticipantId participant;
  uint16_t lost_permille;
};
struct Uplinks {
  std::vector<Uplink> poor;
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
  rooms_closed,
  not_admitted,
  removed,
  link_revoked,
  room_locked,
  lobby_full,
  not_a_member,
  nobody_answered
};
struct Refused {
  Refusal reason;
  std::string detail;
  uint32_t retry_after_ms;
};
struct IceRestarted {
  IceCredentials credentials;  // empty: the media path has ended
};
using Message =
    std::variant<Hello, InLobby, Joined, Welcome, Group, Handshake, CommitRefused, Posted, Switch,
                 Waiting, WaitingGone, MemberJoined, MemberLeft, MemberConnection, Slots, HeldBack,
                 Watched, Uplinks, Refused, IceRestarted>;

}  // namespace said

// Errors: too_large, malformed. The server isn't trusted: every length and number is checked.
Result<said::Message> read_server_message(Bytes message);

}  // namespace vicino::core
