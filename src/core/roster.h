// Who is in the call and what can be seen and heard of them. Four sources meet here, each believed
// only as far as it goes: the group (who is in), what members say of themselves, whose frames
// opened on which m-line (proved by their keys), and the server. The server explains why there is
// nothing to see; it never attributes a frame that opened.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/frame_keys.h"
#include "core/identity.h"

namespace vicino::core {

// A person's number in this client's interface: 1 and up, never used twice in a call. Oneself is 1.
using PersonNumber = Id<struct PersonTag, uint32_t>;

// What somebody sends, by their own word.
struct MediaState {
  bool microphone = false, camera = false, screen = false, screen_audio = false;
  friend bool operator==(const MediaState&, const MediaState&) = default;
};

// Numbers and meanings of ui.fbs.
enum class TrackState : uint8_t {
  off = 0,
  muted = 1,
  connecting = 2,
  flowing = 3,
  paused_by_layout = 4,
  paused_for_bandwidth = 5,
  no_key = 6,
  refused = 7,
  connection_lost = 8,
};

// Everything that decides the state of one source of somebody else.
struct TrackFacts {
  std::optional<bool> on = {};  // by its owner's word; nullopt: it hasn't said anything yet
  bool out = false;  // left the group, or its keys are withheld until its new identity is accepted
  bool connected = true;   // to the server, by its word
  bool wanted = true;      // by the interface
  bool held_back = false;  // by the server
  std::optional<SlotState> slot =
      {};  // opened: proved; otherwise what comes where the server says this source is
};
TrackState track_state(Source source, const TrackFacts& facts);

struct TrackView {
  TrackState state = TrackState::off;
  std::string mid;  // of a flowing one
  friend bool operator==(const TrackView&, const TrackView&) = default;
};

struct PersonView {
  PersonNumber number;
  SenderId sender;
  std::string name;
  uint8_t color = 0;
  bool host = false;
  uint64_t hand_raised = 0;  // 0: down
  Trust trust = Trust::guest;
  bool leaving = false;  // out of the group, but what is sent may still be under keys it has
  std::array<TrackView, source_count> sources;
  friend bool operator==(const PersonView&, const PersonView&) = default;
};

struct RosterView {
  PersonView self;
  std::vector<PersonView> others;  // in order of their numbers
  // In the group now, oneself included (those leaving are out); of them with the trust verified,
  // and guest.
  size_t members = 0, verified = 0, guests = 0;
  friend bool operator==(const RosterView&, const RosterView&) = default;
};

// A member as the group knows it.
struct RosterMember {
  SenderId sender;
  std::string name;
  uint8_t color = 0;
  bool host = false;
  Trust trust = Trust::guest;
  friend bool operator==(const RosterMember&, const RosterMember&) = default;
};

// What the interface shows, most wanted first; device pixels. focus: where the path is narrow,
// these come first.
struct Want {
  PersonNumber participant;
  Source source = Source::camera;
  uint16_t width = 0, height = 0;
  bool focus = false;
  friend bool operator==(const Want&, const Want&) = default;
};

class Roster {
 public:
  // `audio_slots`: how many are heard at once.
  explicit Roster(size_t audio_slots) : audio_slots_(audio_slots) {}

  // Server's participants without a place in the group that are remembered: its notices may come
  // before the group's.
  static constexpr size_t max_connections = 1024;

  // The group. Who isn't listed any more is leaving until remove_leaving().
  void set_self(RosterMember self);
  void set_members(std::vector<RosterMember> others);
  void remove_leaving();

  // What members say; of those in the group only, oneself included.
  void set_state(SenderId sender, const MediaState& state, uint64_t hand_raised);

  // The server. set_connections: all at once, when joined.
  struct Connection {
    SenderId sender;
    bool connected = true;
  };
  void set_connections(std::map<ParticipantId, Connection> connections);
  void add_connection(ParticipantId id, Connection connection);
  void set_connected(ParticipantId id, bool connected);
  void remove_connection(ParticipantId id);
  // By the server's word.
  bool is_connected(SenderId sender) const;
  // Who is in slot `mid`; nullopt: nobody. What was there is forgotten unless it is just that:
  // true, and the frames' side has to be told by ForgetSlots.
  bool set_slot(std::string_view mid, std::optional<ParticipantId> content, Source source);
  struct HeldBack {
    ParticipantId participant;
    Source source;
  };
  void set_held_back(std::vector<HeldBack> sources);

  // The frames' side. A fresh peer connection (ForgetSlots without mids, of this number): nothing
  // flows yet.
  void forget_slots(uint32_t connection);
  void apply(const SlotReports& reports);

  // The interface.
  void set_wants(std::vector<Want> wants);
  const std::vector<Want>& wants() const { return wants_; }

  // Who is who; of members and those leaving.
  std::optional<SenderId> sender_of(PersonNumber number) const;
  std::optional<PersonNumber> number_of(SenderId sender) const;
  // For the server: nullopt while it hasn't named this person.
  std::optional<ParticipantId> participant_of(PersonNumber number) const;
  // Of the others: nullopt while the group doesn't know whom the server means.
  std::optional<PersonNumber> number_of(ParticipantId id) const;
  std::string_view name_of(SenderId sender) const;  // "" of nobody known
  // Whether somebody is there by a verified name with another identity, those leaving included:
  // they may still have keys.
  bool has_impostor() const;

  RosterView view() const;
  // view(), when it isn't what was taken last.
  std::optional<RosterView> take_changed();

 private:
  struct Person {
    RosterMember member;
    bool leaving = false;
    std::optional<MediaState> state;
    uint64_t hand_raised = 0;
  };
  struct Slot {
    std::optional<ParticipantId> hint;
    Source hint_source{};
    std::optional<SlotReport> report;
  };
  PersonView person_view(PersonNumber number, const Person& person) const;
  TrackView track(PersonNumber number, const Person& person, Source source) const;
  bool room_to_be_heard(std::optional<ParticipantId> id) const;
  Slot* slot(std::string_view mid);
  Person* find(SenderId sender);
  const Person* find(SenderId sender) const;

  static constexpr PersonNumber self_number{1};
  const size_t audio_slots_;
  Person self_;
  std::map<PersonNumber, Person> others_;
  uint32_t next_number_ = self_number.value + 1;
  std::map<ParticipantId, Connection> connections_;
  std::map<std::string, Slot, std::less<>> slots_;
  uint32_t connection_ = 0;  // of ForgetSlots
  std::vector<HeldBack> held_back_;
  std::vector<Want> wants_;
  bool changed_ = true;
  std::optional<RosterView> taken_;
};

}  // namespace vicino::core
