// A client's side of a call: signalling, who is there, when to connect again. Sans-IO: the host (browser worker or native
// client) opens the WebSocket and owns the peer connection; this says what to do next.
//
// One way to recover from everything: a fresh peer connection and a Join that resumes the stay. A lost WebSocket, a failed
// media path and a restarted server all end there.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "core/media_frames.h"
#include "core/messages.h"
#include "core/roster.h"

namespace vicino::core {

struct OwnState {
  std::string name;
  bool microphone = false, camera = false, screen = false, screen_audio = false;
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
  internal
};

// What the host does, in order.
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
enum class Phase : uint8_t { connecting, in_call, reconnecting };
struct PhaseChanged {
  Phase phase;
  uint32_t attempt;  // of reconnecting, from 1
};
struct RosterChanged {
  ParticipantId self;
  std::vector<ParticipantView> participants;
};
struct Ended {
  EndReason reason;
  std::string detail;
};
using Output = std::variant<Connect, Send, Disconnect, NeedOffer, AnswerReady, PhaseChanged, RosterChanged, Ended>;

struct CallOptions {
  size_t video_slots = 16;
  size_t audio_slots = 8;
  Duration answer_time = seconds(10);          // a server that takes longer is given up and tried again
  Duration first_retry = milliseconds(250);    // doubles up to longest_retry
  Duration longest_retry = seconds(5);
  const LinkSecret* media_secret = nullptr;    // instead of the link's, to test what a wrong secret does
};

class Call {
 public:
  // `random` must outlive the call.
  Call(SecureRandom& random, CallOptions options);

  // The user's side.
  void open(Instant now, std::string_view link);
  void join(Instant now, std::string offer, std::vector<OwnTrack> tracks, OwnState state);
  void set_state(OwnState state);
  void watch(std::vector<Want> wants);
  void restart(Instant now);
  void leave();

  // The network's side.
  void socket_opened(Instant now);
  void socket_message(Instant now, Bytes message);
  void socket_closed(Instant now);
  void handle_timeout(Instant now);
  Instant next_timeout() const { return deadline_; }

  // Seals and opens frames; nullptr before open(). The host says here what became of each frame of slot `mid`: the roster
  // shows who is seen and heard by that.
  MediaFrames* frames() { return frames_ ? &*frames_ : nullptr; }
  void frame_opened(std::string_view mid, SenderId sender, Source source);
  void frame_failed(std::string_view mid);

  bool has_outputs() const { return !outputs_.empty(); }
  std::vector<Output> take_outputs() { return std::exchange(outputs_, {}); }

 private:
  enum class State : uint8_t { idle, connecting, needs_offer, joining, in_call, waiting, ended };

  void connect(Instant now);
  void reconnect(Instant now, std::optional<Duration> after);
  void ask_for_offer();
  void end(EndReason reason, std::string detail);
  void send(Buffer message);
  void publish_roster();
  void add_member(const said::Member& member);
  Buffer sealed_profile();

  void handle(Instant now, said::Joined& message);
  void handle(Instant now, said::MemberJoined& message);
  void handle(Instant now, said::MemberLeft& message);
  void handle(Instant now, said::ProfileChanged& message);
  void handle(Instant now, said::Slots& message);
  void handle(Instant now, said::Refused& message);

  SecureRandom& random_;
  CallOptions options_;
  State state_ = State::idle;
  Instant deadline_ = Instant::never();
  uint32_t attempt_ = 0;  // of connecting again; 0 while all is well
  std::optional<Link> link_;
  std::optional<RoomKeys> keys_;
  SenderId sender_{};
  std::optional<MediaFrames> frames_;
  std::optional<Roster> roster_;
  ParticipantId self_{};
  std::optional<ResumeToken> resume_;
  OwnState own_;
  uint64_t profile_version_ = 0;
  std::vector<Want> wants_;
  std::vector<Output> outputs_;
};

}  // namespace vicino::core
