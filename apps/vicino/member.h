// One participant: the client core, its WebSocket and its media, on one event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/call.h"
#include "media_session.h"
#include "net/entropy.h"
#include "recording.h"
#include "websocket.h"

namespace vicino::cli {

struct MemberOptions {
  std::string link;
  std::string name;
  std::string record;         // file stems; "": nothing is written
  std::string record_sealed;
  const core::LinkSecret* media_secret = nullptr;
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

  bool in_call() const { return in_call_; }
  bool was_in_call() const { return was_in_call_; }
  const std::optional<core::Ended>& ended() const { return ended_; }
  const std::string& name() const { return options_.name; }

  struct Stats {
    size_t participants = 0;  // others
    uint64_t frames_sent = 0;
    uint64_t packets_received = 0;
    uint64_t frames_undecryptable = 0;
    uint32_t reconnects = 0;
    bool media_connected = false;
    std::map<std::pair<SenderId, core::Source>, Received> received;
  };
  Stats stats() const;
  // The name of a sender, or nothing for one that isn't there (any more) or whose profile is sealed otherwise.
  std::optional<std::string> name_of(SenderId sender) const;

 private:
  void carry_out();
  void carry_out(core::Connect& connect);
  void carry_out(core::Send& send);
  void carry_out(core::Disconnect& disconnect);
  void carry_out(core::NeedOffer& need);
  void carry_out(core::AnswerReady& answer);
  void carry_out(core::PhaseChanged& phase);
  void carry_out(core::RosterChanged& roster);
  void carry_out(core::Ended& ended);
  void wait_for_deadline();
  bool open_frame(const std::string& mid, const IncomingSlot::Frame& frame);

  boost::asio::io_context& io_;
  const rtc::DtlsIdentity& identity_;
  MemberOptions options_;
  net::OsRandom random_;
  core::Call call_;
  std::shared_ptr<WebSocket> socket_;
  std::unique_ptr<MediaSession> media_;
  boost::asio::steady_timer timer_;
  Recording recording_;
  Recording sealed_;
  std::vector<core::ParticipantView> roster_;
  std::vector<core::Want> wants_;  // as told to the server
  bool in_call_ = false;
  bool was_in_call_ = false;
  bool carrying_out_ = false;
  std::optional<core::Ended> ended_;
  std::map<std::pair<SenderId, core::Source>, Received> received_;
  uint64_t undecryptable_ = 0;
  uint32_t reconnects_ = 0;
};

}  // namespace vicino::cli
