// The state behind Call. Its functions are in call.cpp (the connection), call_epochs.cpp (the
// group), call_people.cpp (what members say and hosts decide) and call_views.cpp (what is shown).
#pragma once

#include <set>

#include "core/call.h"
#include "core/call_code.h"
#include "core/call_group.h"
#include "core/committer.h"
#include "core/display_name.h"
#include "core/epoch_switch.h"
#include "core/people.h"

namespace vicino::core {

struct Call::Impl {
  enum class State : uint8_t {
    idle,
    connecting,   // until the server's Hello
    needs_offer,  // the host makes one
    joining,      // until Joined or InLobby
    lobby,        // a member has to let one in
    in_call,      // connected; in the group, but for the moment in which a lost state is replaced
    pausing,      // before connecting again
    ended
  };
  struct Waiting {
    uint32_t number;
    Buffer key_package;
    std::string name;
  };
  // What this host wants of the group and isn't committed yet.
  struct Wanted {
    std::set<SenderId> removes;
    std::set<SenderId> hosts;
    std::optional<RoomSettings> settings;
    bool renew_link = false;
  };

  Impl(SecureRandom& random, CallOptions options);

  // call.cpp
  void open(Instant now, WallTime wall, CallStart start);
  void load_memory(const CallStart& start);
  void begin_group(Device device);
  void connect(Instant now);
  void reconnect(Instant now, std::optional<Duration> after);
  void forget_conversation(Instant now);
  void tell_committer();
  void ask_for_offer();
  void join(Instant now, std::string offer, std::vector<OwnTrack> tracks, OwnState state);
  void restart_ice(Instant now, const IceCredentials& credentials);
  void restart(Instant now);
  void connection_is_dead(Instant now);
  Duration connect_time() const;
  void leave();
  void socket_closed(Instant now);
  void end(EndReason reason, std::string detail);
  void forget_stay();
  void remember();
  void socket_message(Instant now, Bytes message);
  void start_over(Instant now);
  void entered(Instant now);
  void come_as_newcomer(Instant now);
  void handle_timeout(Instant now);
  Instant next_timeout() const;
  void handle(Instant now, said::Hello& message);
  void handle(Instant now, said::InLobby& message);
  void handle(Instant now, said::Joined& message);
  void handle(Instant now, said::MemberJoined& message);
  void handle(Instant now, said::MemberLeft& message);
  void handle(Instant now, said::MemberConnection& message);
  void handle(Instant now, said::Slots& message);
  void handle(Instant now, said::HeldBack& message);
  void handle(Instant now, said::Watched& message);
  void handle(Instant now, said::Uplinks& message);
  void handle(Instant now, said::Waiting& message);
  void handle(Instant now, said::WaitingGone& message);
  void handle(Instant now, said::Refused& message);
  void handle(Instant now, said::IceRestarted& message);

  // call_epochs.cpp
  void handle(Instant now, said::Welcome& message);
  void handle(Instant now, said::Group& message);
  void handle(Instant now, said::Handshake& message);
  void handle(Instant now, said::CommitRefused& message);
  void handle(Instant now, said::Switch& message);
  void ask_for_group(Instant now);
  void try_again_outside(Instant now, const Error& why);
  void refused_handshake(Instant now, const Refusal& refusal);
  void adopt(Instant now, const EpochChange& change);
  void begin_keys(Instant now, const EpochChange& change);
  void roster_may_have_changed(Instant now, const EpochChange& change);
  void tell_states(const EpochChange& change);
  void commit_what_is_due(Instant now);
  bool commit(Instant now, const Changes& changes);
  Changes changes_of(const CommitDecision& decision) const;
  std::optional<Changes> wanted_changes();
  CommitterGroup committer_group() const;
  // What every input may have brought about: commits, keys, posts, views.
  void work(Instant now);
  void apply_epoch_switch();

  // call_people.cpp
  void handle(Instant now, said::Posted& message);
  bool is_unheard(SenderId from, const post::Content& content) const;
  void heard(Instant now, SenderId from, const post::State& state);
  void heard(Instant now, SenderId from, const post::States& states);
  void heard(Instant now, SenderId from, const post::Chat& chat);
  void heard(Instant now, SenderId from, const post::Reaction& reaction);
  void heard(Instant now, SenderId from, const post::AskMute& request);
  void heard(Instant now, SenderId from, const post::AskUnmute& request);
  void heard(Instant now, SenderId from, const post::LowerHands& request);
  void heard(Instant now, SenderId from, const post::CodeCommit& message);
  void heard(Instant now, SenderId from, const post::CodeReveal& message);
  void heard(Instant now, SenderId from, const post::CodeRestart& message);
  bool concerns_me(Instant now, SenderId from, const std::optional<SenderId>& whom);
  bool may_decide() const;
  std::optional<SenderId> whom(PersonNumber person) const;
  void post(const post::Content& content);
  // A host's request to one or to all.
  template <class Request>
  void ask(PersonNumber person) {
    if (!may_decide() || !people_) return;
    const auto one = whom(person);
    if (one || person.value == 0) post(Request{one});
  }
  void say_state(Instant now);
  void raise_hand(Instant now, bool raised);
  void react(Instant now, std::string_view emoji);
  void say(Instant now, std::string_view text);
  void confirm_code(Bytes read);
  void accept_identity(PersonNumber person);
  void admit(Instant now, uint32_t waiting);
  void deny(uint32_t waiting);
  void remove(Instant now, PersonNumber person);
  void make_host(Instant now, PersonNumber person);
  void set_room(Instant now, RoomSettings settings);
  void renew_link(Instant now);

  // call_views.cpp
  RosterMember roster_self() const;
  RosterMember roster_member(const MemberInfo& member) const;
  bool is_withheld(const MemberInfo& member) const;
  void refresh_members();
  void hold_sending();
  void publish();
  void publish_code();
  void publish_waiting();
  void publish_room(bool renewed);
  void publish_uplinks();
  // When they have changed, or who is whose number at the server.
  void send_wants();

  template <class T>
  void emit(T output) {
    outputs_.push_back(std::move(output));
  }
  void send(Buffer message) { emit(Send{std::move(message)}); }
  void tell_frames(const FrameKeyChange& change);
  static Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
  uint64_t seconds_since_1970(Instant now) const {
    return static_cast<uint64_t>(wall(now).ms) / 1000;
  }
  WallTime wall(Instant now) const { return {now.us / 1000 + wall_offset_ms_}; }

  SecureRandom& random_;
  const CallOptions options_;
  int64_t wall_offset_ms_ = 0;

  // The connection.
  State state_ = State::idle;
  Instant deadline_ = Instant::never();
  uint32_t attempt_ = 0;  // of connecting again; 0 while all is well
  std::optional<Link> link_;
  std::optional<said::Hello> hello_;
  ParticipantId self_{};
  uint32_t connection_ = 0;  // of the frames' side

  // Who one is.
  Memory memory_;
  Identity identity_;
  bool same_person_ = false;  // as in the stays of memory_
  bool coming_back_ = false;  // there is a leaf to prove
  bool entered_ = false;      // in the call, once

  // The group.
  std::optional<CallGroup> group_;
  uint64_t seen_ = 0;     // highest seq handled
  bool outside_ = false;  // an external commit is under way, or asked for
  uint32_t outside_attempts_ = 0;
  bool upload_unanswered_ = false;
  Instant commit_deadline_ = Instant::never();
  Instant fallback_at_ = Instant::never();
  Committer committer_;
  Wanted wanted_;
  EpochSwitch epochs_;
  std::optional<CallCode> code_;
  std::optional<CallCode::Code> confirmed_;
  bool held_ = false;  // nothing of one's own goes out
  uint64_t commits_ = 0, resyncs_ = 0, refused_messages_ = 0;

  // People.
  OwnState own_;
  uint64_t hand_raised_ = 0;
  std::optional<People> people_;
  Roster roster_;
  std::vector<WireWant> sent_wants_;   // on this connection
  std::vector<said::Uplink> uplinks_;  // on this connection
  std::vector<UplinkView> told_uplinks_;
  std::map<SenderId, Waiting> waiting_;
  uint32_t last_waiting_ = 0;
  bool waiting_changed_ = false;

  std::vector<Output> outputs_;
};

}  // namespace vicino::core
