// What a call wants its host to do or show, in order (schema/ui.fbs).
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "core/messages.h"
#include "core/roster.h"

namespace vicino::core {

// The user's own microphone, camera and screen.
struct OwnState {
  bool microphone = false, camera = false, screen = false, screen_audio = false;
  friend bool operator==(const OwnState&, const OwnState&) = default;
};

struct RoomSettings {
  bool lobby = true;
  bool locked = false;
  bool mute_on_entry = false;
  friend bool operator==(const RoomSettings&, const RoomSettings&) = default;
};

enum class EndReason : uint8_t {
  left,
  link_incomplete,
  wrong_link,
  room_full,
  server_full,
  wrong_version,
  open_room,
  rooms_closed,
  replaced,
  bad_offer,
  too_many_requests,
  internal,
  not_admitted,
  removed,
  link_revoked,
  room_locked,
  lobby_full,
  tampered,         // the server shows a group that breaks the rules
  nobody_answered,  // in the lobby; not_admitted: a host said no
  dropped           // removed at the server's instance; removed: at a host's
};

struct Connect {  // open a WebSocket; an earlier one is gone
  std::string url;
};
struct Send {
  Buffer message;
};
struct Disconnect {};  // close the WebSocket
struct NeedOffer {     // build a fresh peer connection, drop an earlier one, and call join()
  size_t video_slots;
  size_t audio_slots;
};
struct AnswerReady {
  std::string sdp;
};
struct IceRestarted {  // the server's for restart_ice()'s; both "": restart() is due
  std::string ufrag;
  std::string pwd;
};
enum class Phase : uint8_t { connecting, waiting, in_call, reconnecting };
struct PhaseChanged {
  Phase phase;
  uint32_t attempt;  // of reconnecting, from 1
};
struct RosterChanged {
  RosterView view;
};
struct RoomChanged {
  RoomSettings settings;
  std::string link;
  bool link_renewed;
};
struct WaitingPerson {
  uint32_t id;
  std::string name;
};
struct WaitingChanged {
  std::vector<WaitingPerson> people;
};
struct ChatReceived {
  PersonNumber from;
  std::string name;
  std::string text;
  bool own;
};
struct ReactionReceived {
  PersonNumber from;
  std::string emoji;
};
struct MuteAsked {
  std::string by;
};
struct UnmuteAsked {
  std::string by;
};
struct HandLowered {
  std::string by;
};
// Numbers and meanings of ui.fbs.
enum class CodeState : uint8_t { alone, agreeing, shown, left_out, given_up };
struct CodeChanged {
  std::vector<uint8_t> emoji;  // 7 numbers below 64, or none yet
  std::vector<PersonNumber> silent;
  bool confirmed;
  CodeState state = CodeState::alone;
};
struct Remember {
  Buffer memory;
};
struct FrameKeysChanged {  // an encoded FrameKeyChange, for the frames' side, in order
  Buffer change;
};
// Layers of the own video that anybody watches. Until the first after an AnswerReady: all.
struct WatchedChanged {
  std::vector<said::WatchedLayer> layers;
};
// Whose media is lost on its way to the server so that it hurts.
struct UplinkView {
  PersonNumber participant;
  uint16_t lost_permille = 0;
  friend bool operator==(const UplinkView&, const UplinkView&) = default;
};
struct UplinksChanged {
  std::vector<UplinkView> poor;
};
struct Ended {
  EndReason reason;
  std::string detail;
};
using Output = std::variant<Connect, Send, Disconnect, NeedOffer, AnswerReady, IceRestarted,
                            PhaseChanged, RosterChanged, RoomChanged, WaitingChanged, ChatReceived,
                            ReactionReceived, MuteAsked, UnmuteAsked, HandLowered, CodeChanged,
                            Remember, FrameKeysChanged, WatchedChanged, UplinksChanged, Ended>;

}  // namespace vicino::core
