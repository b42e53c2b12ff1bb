#include "core/roster.h"

#include <algorithm>

#include "base/limits.h"

namespace vicino::core {
namespace {

bool is_on(const MediaState& state, Source source) {
  switch (source) {
    case Source::microphone:
      return state.microphone;
    case Source::camera:
      return state.camera;
    case Source::screen:
      return state.screen;
    case Source::screen_audio:
      return state.screen_audio;
  }
  CHECK(false);
}

bool is_picture(Source source) {
  return source == Source::camera || source == Source::screen;
}

}  // namespace

TrackState track_state(Source source, const TrackFacts& facts) {
  const TrackState silent = source == Source::microphone ? TrackState::muted : TrackState::off;
  const bool opened = facts.slot == SlotState::opened;
  // A source switched off may still have its last frames on the way.
  if (facts.out || !facts.on.value_or(opened)) return silent;
  if (!facts.connected) return TrackState::connection_lost;
  // What comes counts more than what anybody says of it. What came once and is held back now has
  // stopped: the server could as well say nothing of it.
  if (facts.slot) {
    switch (*facts.slot) {
      case SlotState::opened:
        return facts.held_back && facts.wanted ? TrackState::paused_for_bandwidth
                                               : TrackState::flowing;
      case SlotState::no_key:
        return TrackState::no_key;
      case SlotState::refused:
        return TrackState::refused;
    }
  }
  if (!facts.wanted) return TrackState::paused_by_layout;
  return facts.held_back ? TrackState::paused_for_bandwidth : TrackState::connecting;
}

void Roster::set_self(RosterMember self) {
  if (self_.member.sender != self.sender) self_.state.reset();
  self_.member = std::move(self);
  changed_ = true;
}

void Roster::set_members(std::vector<RosterMember> others) {
  for (auto& [number, person] : others_) person.leaving = true;
  for (RosterMember& member : others) {
    Person* person = find(member.sender);
    if (person == &self_) continue;
    if (!person) person = &others_[{next_number_++}];
    person->member = std::move(member);
    person->leaving = false;
  }
  changed_ = true;
}

void Roster::remove_leaving() {
  std::erase_if(others_, [](const auto& entry) { return entry.second.leaving; });
  changed_ = true;
}

void Roster::set_state(SenderId sender, const MediaState& state, uint64_t hand_raised) {
  Person* const person = find(sender);
  if (!person) return;
  person->state = state;
  person->hand_raised = hand_raised;
  changed_ = true;
}

void Roster::set_connections(std::map<ParticipantId, Connection> connections) {
  connections_.clear();
  for (const auto& [id, connection] : connections) add_connection(id, connection);
}

void Roster::add_connection(ParticipantId id, Connection connection) {
  if (connections_.size() >= max_connections && !connections_.contains(id)) return;
  // Somebody has one connection: another one under the same id takes its place.
  std::erase_if(connections_,
                [&](const auto& entry) { return entry.second.sender == connection.sender; });
  connections_[id] = connection;
  changed_ = true;
}

void Roster::set_connected(ParticipantId id, bool connected) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.connected = connected;
  changed_ = true;
}

void Roster::remove_connection(ParticipantId id) {
  changed_ |= connections_.erase(id) != 0;
}

bool Roster::is_connected(SenderId sender) const {
  return std::ranges::any_of(
      connections_, [&](const auto& c) { return c.second.sender == sender && c.second.connected; });
}

Roster::Slot* Roster::slot(std::string_view mid) {
  const auto found = slots_.find(mid);
  if (found != slots_.end()) return &found->second;
  if (slots_.size() >= limits::max_sdp_media || mid.empty()) return nullptr;
  return &slots_[std::string(mid)];
}

bool Roster::set_slot(std::string_view mid, std::optional<ParticipantId> content, Source source) {
  Slot* const s = slot(mid);
  if (!s) return false;
  const auto who = content ? connections_.find(*content) : connections_.end();
  const bool proved = s->report && s->report->state == SlotState::opened &&
                      who != connections_.end() && s->report->sender == who->second.sender &&
                      s->report->source == source;
  s->hint = content;
  s->hint_source = source;
  changed_ = true;
  // Media may be faster than the server's notice of it.
  if (proved) return false;
  s->report.reset();
  return true;
}

void Roster::set_held_back(std::vector<HeldBack> sources) {
  if (sources.size() > source_count * max_connections) return;
  held_back_ = std::move(sources);
  changed_ = true;
}

void Roster::forget_slots(uint32_t connection) {
  connection_ = connection;
  slots_.clear();
  changed_ = true;
}

void Roster::apply(const SlotReports& reports) {
  if (reports.connection != connection_) return;
  for (const SlotReport& report : reports.slots) {
    Slot* const s = slot(report.mid);
    if (s) s->report = report;
  }
  changed_ = true;
}

void Roster::set_wants(std::vector<Want> wants) {
  wants_ = std::move(wants);
  changed_ = true;
}

Roster::Person* Roster::find(SenderId sender) {
  return const_cast<Person*>(static_cast<const Roster*>(this)->find(sender));
}
const Roster::Person* Roster::find(SenderId sender) const {
  if (self_.member.sender == sender) return &self_;
  for (const auto& [number, person] : others_) {
    if (person.member.sender == sender) return &person;
  }
  return nullptr;
}

std::optional<SenderId> Roster::sender_of(PersonNumber number) const {
  if (number == self_number) return self_.member.sender;
  const auto found = others_.find(number);
  return found == others_.end() ? std::nullopt : std::optional(found->second.member.sender);
}

std::optional<PersonNumber> Roster::number_of(SenderId sender) const {
  if (self_.member.sender == sender) return self_number;
  for (const auto& [number, person] : others_) {
    if (person.member.sender == sender) return number;
  }
  return std::nullopt;
}

std::optional<ParticipantId> Roster::participant_of(PersonNumber number) const {
  const auto sender = sender_of(number);
  for (const auto& [id, connection] : connections_) {
    if (connection.sender == sender) return id;
  }
  return std::nullopt;
}

std::optional<PersonNumber> Roster::number_of(ParticipantId id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? std::nullopt : number_of(found->second.sender);
}

std::string_view Roster::name_of(SenderId sender) const {
  const Person* const person = find(sender);
  return person ? std::string_view(person->member.name) : std::string_view();
}

bool Roster::has_impostor() const {
  return std::ranges::any_of(
      others_, [](const auto& entry) { return entry.second.member.trust == Trust::changed; });
}

// Whether not all audio slots carry others: the loudest have them.
bool Roster::room_to_be_heard(std::optional<ParticipantId> id) const {
  const auto taken = std::ranges::count_if(slots_, [&](const auto& entry) {
    const Slot& s = entry.second;
    return s.hint && s.hint != id && !is_picture(s.hint_source);
  });
  return static_cast<size_t>(taken) < audio_slots_;
}

TrackView Roster::track(PersonNumber number, const Person& person, Source source) const {
  const SenderId sender = person.member.sender;
  TrackFacts facts;
  if (person.state) facts.on = is_on(*person.state, source);
  facts.out = person.leaving || person.member.trust == Trust::changed;
  const auto id = participant_of(number);
  facts.connected = id && connections_.at(*id).connected;
  facts.wanted = is_picture(source) ? std::ranges::any_of(wants_,
                                                          [&](const Want& want) {
                                                            return want.participant == number &&
                                                                   want.source == source;
                                                          })
                                    : room_to_be_heard(id);
  facts.held_back = id && std::ranges::any_of(held_back_, [&](const HeldBack& held) {
                      return held.participant == *id && held.source == source;
                    });
  std::string mid;
  for (const auto& [name, s] : slots_) {
    if (!s.report) continue;
    const bool here = s.report->sender == sender && s.report->source == source;
    if (s.report->state == SlotState::opened && here) {
      facts.slot = SlotState::opened;
      mid = name;
      break;
    }
    const bool meant = id && s.hint == id && s.hint_source == source;
    if (s.report->state != SlotState::opened && meant) facts.slot = s.report->state;
  }
  const TrackState state = track_state(source, facts);
  return {state, state == TrackState::flowing ? mid : ""};
}

PersonView Roster::person_view(PersonNumber number, const Person& person) const {
  const RosterMember& member = person.member;
  PersonView view{.number = number,
                  .sender = member.sender,
                  .name = member.name,
                  .color = member.color,
                  .host = member.host,
                  .hand_raised = member.trust == Trust::changed ? 0 : person.hand_raised,
                  .trust = member.trust,
                  .leaving = person.leaving,
                  .sources = {}};
  for (size_t i = 0; i < source_count; ++i) {
    const auto source = static_cast<Source>(i);
    if (number != self_number) {
      view.sources[i] = track(number, person, source);
    } else {
      const bool on = person.state && is_on(*person.state, source);
      const auto slot = on ? std::optional(SlotState::opened) : std::nullopt;
      view.sources[i].state = track_state(source, {.on = on, .slot = slot});
    }
  }
  return view;
}

RosterView Roster::view() const {
  RosterView view;
  view.self = person_view(self_number, self_);
  const auto count = [&](const Person& person) {
    ++view.members;
    view.verified += person.member.trust == Trust::verified;
    view.guests += person.member.trust == Trust::guest;
  };
  count(self_);
  for (const auto& [number, person] : others_) {
    view.others.push_back(person_view(number, person));
    if (!person.leaving) count(person);
  }
  return view;
}

std::optional<RosterView> Roster::take_changed() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  RosterView now = view();
  if (taken_ == now) return std::nullopt;
  taken_ = now;
  return now;
}

}  // namespace vicino::core
