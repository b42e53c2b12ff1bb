// One participant: the client core, its WebSocket and its media, on one event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/call.h"
#include "core/media_frames.h"
#include "media_session.h"
#include "net/entropy.h"
#include "recording.h"
#include "websocket.h"

namespace vicino::cli {

struct MemberOptions {
  std::string link;
  std::string name;
  uint8_t color = 0;
  bool guest = false;         // nobody next time
  std::string identity_file;  // what is remembered between calls, secret; "": nothing
  bool admit = false;         // lets everybody in who waits, whenever it is a host
  bool open_lobby = false;    // as a host, switches the lobby off
  std::string say;            // once others are there; "": nothing
  std::string record;         // file stems; "": nothing is written
  std::string record_sealed;
  MediaPlan media;
};

// What is received from one participant in one source.
struct Received {
  uint64_t frames = 0;
  uint64_t bytes = 0;  // decrypted
};

class Member {
 public:
  Member(boost::asio::io_context& io, const rtc::DtlsIdentity& identity, MemberOptions options);
  ~Member();

  void start();
  void leave();
  // A line of `vicino join --commands`:
  //   say TEXT | react EMOJI | hand on|off | microphone on|off | confirm-code | accept NAME |
  //   reconnect | leave
  // and of a host:
  //   admit NAME | deny NAME | remove NAME | make-host NAME | ask-mute NAME|everybody | ask-unmute
  //   NAME|everybody | lower-hand NAME|everybody | lobby on|off | lock on|off | mute-on-entry
  //   on|off | renew-link
  // Errors: what can't be done, as a sentence.
  std::expected<void, std::string> command(std::string_view line);

  core::Phase phase() const { return phase_; }
  bool in_call() const { return phase_ == core::Phase::in_call && !ended_; }
  bool was_in_call() const { return was_in_call_; }
  const std::optional<core::Ended>& ended() const { return ended_; }
  const std::string& name() const { return options_.name; }

  struct Chat {
    std::string name, text;
    bool own;
  };
  struct Stats {
    core::Call::Stats call;
    core::RosterView roster;
    core::RoomChanged room;
    core::CodeChanged code;
    std::vector<core::WaitingPerson> waiting;
    std::vector<Chat> chat;          // the latest
    std::vector<std::string> asked;  // "mute", "unmute", "lower hand", by whom: the latest
    std::optional<uint64_t> sending_epoch;
    uint64_t frames_sent = 0;
    uint64_t packets_received = 0;
    uint64_t frames_without_key = 0;  // under keys that weren't there (yet)
    uint64_t frames_refused = 0;      // that didn't open for any other reason
    std::optional<std::vector<core::said::WatchedLayer>> watched;  // nullopt: not told, all
    std::vector<core::UplinkView> poor_uplinks;
    uint32_t reconnects = 0;
    uint32_t ice_restarts = 0;
    bool media_connected = false;
    std::map<std::pair<SenderId, core::Source>, Received> received;
  };
  Stats stats() const;
  // The name of a sender, or nothing for one that isn't there (any more).
  std::optional<std::string> name_of(SenderId sender) const;

 private:
  void carry_out();
  void carry_out(core::Connect& connect);
  void carry_out(core::Send& send);
  void carry_out(core::Disconnect& disconnect);
  void carry_out(core::NeedOffer& need);
  void carry_out(core::AnswerReady& answer);
  void carry_out(core::IceRestarted& restarted);
  void carry_out(core::PhaseChanged& phase);
  void carry_out(core::RosterChanged& roster);
  void carry_out(core::RoomChanged& room);
  void carry_out(core::WaitingChanged& waiting);
  void carry_out(core::ChatReceived& chat);
  void carry_out(core::ReactionReceived& reaction);
  void carry_out(core::MuteAsked& asked);
  void carry_out(core::UnmuteAsked& asked);
  void carry_out(core::HandLowered& lowered);
  void carry_out(core::CodeChanged& code);
  void carry_out(core::Remember& remember);
  void carry_out(core::FrameKeysChanged& keys);
  void carry_out(core::WatchedChanged& watched);
  void carry_out(core::UplinksChanged& uplinks);
  void carry_out(core::Ended& ended);
  void wait_for_deadline();
  void watch_cameras();
  void act_as_host();
  void enter();
  void report_slots();
  Result<Buffer> seal(core::Source source, rtc::Codec codec, bool key_frame, Bytes frame);
  bool open_frame(const std::string& mid, const IncomingSlot::Frame& frame);
  std::optional<core::PersonNumber> person(std::string_view name) const;
  // False: not a command of this kind.
  bool command_alone(std::string_view word, std::string_view rest);
  bool command_for_switch(std::string_view word, bool on);
  bool command_for_waiting(std::string_view word, uint32_t waiting);
  bool command_for_person(std::string_view word, core::PersonNumber who);

  boost::asio::io_context& io_;
  const rtc::DtlsIdentity& identity_;
  MemberOptions options_;
  net::OsRandom random_;
  core::Call call_;
  core::MediaFrames frames_;
  std::shared_ptr<WebSocket> socket_;
  std::unique_ptr<MediaSession> media_;
  boost::asio::steady_timer timer_;
  Recording recording_;
  Recording sealed_;
  core::OwnState state_;
  core::Phase phase_ = core::Phase::connecting;
  core::RosterView roster_;
  core::RoomChanged room_{};
  core::CodeChanged code_{};
  std::optional<std::vector<core::said::WatchedLayer>> watched_;
  std::vector<core::UplinkView> poor_uplinks_;
  std::vector<core::WaitingPerson> waiting_;
  std::vector<Chat> chat_;
  std::vector<std::string> asked_;
  std::vector<core::Want> wants_;  // as told to the core
  bool was_in_call_ = false;
  bool entered_ = false;
  bool said_ = false;
  bool carrying_out_ = false;
  std::optional<core::Ended> ended_;
  std::map<std::pair<SenderId, core::Source>, Received> received_;
  uint64_t frames_without_key_ = 0;
  uint64_t frames_refused_ = 0;
  uint32_t reconnects_ = 0;
  uint32_t ice_restarts_ = 0;
};

}  // namespace vicino::cli
