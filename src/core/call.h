// A client's side of a call: signalling, the MLS group, who is there and may what. Sans-IO: the host (browser worker or
// native client) opens the WebSocket, owns the peer connection and runs the frames' ciphers; this says what to do next.
//
// A media path that fell silent is tried anew with fresh ICE credentials. From everything else there is one way to recover: a
// fresh peer connection and a Join. A member that comes back proves its leaf; who lost the group's state, or can't follow it,
// takes its own place in it again by an external commit.
#pragma once

#include <memory>

#include "core/call_outputs.h"

namespace vicino::core {

struct CallOptions {
  size_t video_slots = 16;
  size_t audio_slots = 8;
  Duration answer_time = seconds(10);        // a server that takes longer is given up and tried again
  // Of connecting again, which is given up sooner: what is lost on a path that was down is repeated ever more rarely, and a
  // fresh attempt finds it up at once. Doubles every six attempts, for networks that need longer, up to answer_time.
  Duration connect_time = seconds(2);
  Duration first_retry = milliseconds(250);  // doubles up to quick_retry, and after quick_retries up to longest_retry
  Duration quick_retry = seconds(1);
  uint32_t quick_retries = 12;
  Duration longest_retry = seconds(5);
  Duration restart_time = seconds(3);        // an ICE restart without an answer: the connection to the server is gone, too
  Duration admission_time = seconds(2);      // a newcomer waits this long to be added before it adds itself
  Duration commit_time = seconds(3);         // a commit without an answer is given up
};

struct CallStart {
  std::string link;
  std::string name = {};  // cleaned; "" becomes "Guest"
  uint8_t color = 0;
  bool keep_identity = true;     // false: a guest, nobody next time
  std::optional<Buffer> memory = {};  // of an earlier Remember; one that can't be read counts as none
};

class Call {
 public:
  // `random` must outlive the call.
  Call(SecureRandom& random, CallOptions options);
  ~Call();

  // The user's side.
  void open(Instant now, WallTime wall, CallStart start);
  void join(Instant now, std::string offer, std::vector<OwnTrack> tracks, OwnState state);
  void set_state(Instant now, OwnState state);
  void watch(std::vector<Want> wants);
  // The media path is silent, or the network another one: fresh ICE credentials of this side. Nothing unless in the call.
  void restart_ice(Instant now, const IceCredentials& credentials);
  void restart(Instant now);
  void leave();

  void raise_hand(Instant now, bool raised);
  // Nothing of these is sent while somebody by a verified name has another identity, nor is any
  // frame sealed.
  void react(Instant now, std::string_view emoji);
  void say(Instant now, std::string_view text);
  // `read`: the code that its user compared. Another one than that of now isn't confirmed.
  void confirm_code(Bytes read);
  void accept_identity(PersonNumber person);
  // A host's. From anybody else they do nothing. Number 0: everybody.
  void admit(Instant now, uint32_t waiting);
  void deny(uint32_t waiting);
  void remove(Instant now, PersonNumber person);
  void make_host(Instant now, PersonNumber person);
  void ask_mute(PersonNumber person);
  void ask_unmute(PersonNumber person);
  void lower_hands(PersonNumber person);
  void set_room(Instant now, RoomSettings settings);
  void renew_link(Instant now);

  // The network's side.
  void socket_opened(Instant now);
  void socket_message(Instant now, Bytes message);
  void socket_closed(Instant now);
  // What became of frames (core/frame_keys.h). Errors: malformed.
  Status frames_reported(Bytes report);
  void handle_timeout(Instant now);
  Instant next_timeout() const;

  bool has_outputs() const;
  std::vector<Output> take_outputs();

  struct Stats {
    uint64_t epoch = 0;
    size_t members = 0, verified = 0, guests = 0;
    std::vector<uint8_t> code;
    uint64_t commits = 0, resyncs = 0, refused_messages = 0;
  };
  Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::core
