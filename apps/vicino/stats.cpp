#include "stats.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace vicino::cli {
namespace {

using nlohmann::json;

constexpr const char* source_words[] = {"microphone", "camera", "screen", "screenAudio"};
constexpr const char* phase_words[] = {"connecting", "waiting", "inCall", "reconnecting"};
constexpr const char* trust_words[] = {"guest", "known", "verified", "changed"};
constexpr const char* code_words[] = {"alone", "agreeing", "shown", "leftOut", "givenUp"};
constexpr const char* track_words[] = {"off",     "muted",          "connecting",
                                       "flowing", "pausedByLayout", "pausedForBandwidth",
                                       "noKey",   "refused",        "connectionLost"};

template <class Enum, size_t count>
const char* word(const char* const (&words)[count], Enum value) {
  const auto index = static_cast<size_t>(value);
  CHECK(index < count);
  return words[index];
}

std::string hex_id(SenderId sender) {
  std::array<uint8_t, 8> bytes;
  store64(bytes.data(), sender.value);
  return to_hex(bytes);
}

json person_json(const core::PersonView& person) {
  json one = {{"name", person.name},
              {"number", person.number.value},
              {"sender", hex_id(person.sender)},
              {"color", person.color},
              {"host", person.host},
              {"handRaised", person.hand_raised != 0},
              {"trust", word(trust_words, person.trust)},
              {"leaving", person.leaving}};
  for (size_t i = 0; i < core::source_count; ++i)
    one[source_words[i]] = word(track_words, person.sources[i].state);
  return one;
}

json received_json(const Member& member, const Member::Stats& stats) {
  json all = json::array();
  for (const auto& [from, counts] : stats.received) {
    json one = {{"sender", hex_id(from.first)},
                {"source", word(source_words, from.second)},
                {"frames", counts.frames},
                {"bytes", counts.bytes}};
    if (const auto name = member.name_of(from.first)) one["name"] = *name;
    all.push_back(std::move(one));
  }
  return all;
}

json people_json(const Member::Stats& stats) {
  json all = json::array();
  for (const core::PersonView& person : stats.roster.others) all.push_back(person_json(person));
  return all;
}

// Who is out of it already is named no more.
json silent_json(const Member::Stats& stats) {
  json names = json::array();
  for (const core::PersonNumber number : stats.code.silent) {
    const auto person = std::ranges::find(stats.roster.others, number, &core::PersonView::number);
    if (person != stats.roster.others.end()) names.push_back(person->name);
  }
  return names;
}

json group_json(const Member::Stats& stats) {
  json group = {{"epoch", stats.call.epoch},
                {"members", stats.call.members},
                {"verified", stats.call.verified},
                {"guests", stats.call.guests},
                {"code", stats.code.emoji},
                {"codeState", word(code_words, stats.code.state)},
                {"codeSilent", silent_json(stats)},
                {"codeConfirmed", stats.code.confirmed},
                {"commits", stats.call.commits},
                {"resyncs", stats.call.resyncs},
                {"messagesRefused", stats.call.refused_messages}};
  if (stats.sending_epoch) group["sendingEpoch"] = *stats.sending_epoch;
  return group;
}

json room_json(const core::RoomChanged& room) {
  return {{"lobby", room.settings.lobby},
          {"locked", room.settings.locked},
          {"muteOnEntry", room.settings.mute_on_entry},
          {"link", room.link},
          {"linkRenewed", room.link_renewed}};
}

// null: not told, so everything is.
json watched_json(const Member::Stats& stats) {
  if (!stats.watched) return nullptr;
  json all = json::array();
  for (const core::said::WatchedLayer& layer : *stats.watched)
    all.push_back({{"source", word(source_words, layer.source)}, {"rid", layer.rid}});
  return all;
}

json uplinks_json(const Member::Stats& stats) {
  json all = json::array();
  for (const core::UplinkView& uplink : stats.poor_uplinks)
    all.push_back({{"number", uplink.participant.value}, {"lostPermille", uplink.lost_permille}});
  return all;
}

size_t others(const core::RosterView& roster) {
  return static_cast<size_t>(
      std::ranges::count_if(roster.others, [](const core::PersonView& p) { return !p.leaving; }));
}

}  // namespace

std::string stats_line(const Member& member, double at) {
  const Member::Stats stats = member.stats();
  json waiting = json::array(), chat = json::array();
  for (const core::WaitingPerson& person : stats.waiting) waiting.push_back(person.name);
  for (const Member::Chat& line : stats.chat)
    chat.push_back({{"name", line.name}, {"text", line.text}, {"own", line.own}});
  const json line = {{"at", at},
                     {"name", member.name()},
                     {"phase", member.ended() ? "ended" : word(phase_words, member.phase())},
                     {"inCall", member.in_call()},
                     {"mediaConnected", stats.media_connected},
                     {"others", others(stats.roster)},
                     {"self", person_json(stats.roster.self)},
                     {"people", people_json(stats)},
                     {"group", group_json(stats)},
                     {"room", room_json(stats.room)},
                     {"waiting", std::move(waiting)},
                     {"chat", std::move(chat)},
                     {"asked", stats.asked},
                     {"watched", watched_json(stats)},
                     {"poorUplinks", uplinks_json(stats)},
                     {"framesSent", stats.frames_sent},
                     {"packetsReceived", stats.packets_received},
                     {"framesWithoutKey", stats.frames_without_key},
                     {"framesRefused", stats.frames_refused},
                     {"reconnects", stats.reconnects},
                     {"iceRestarts", stats.ice_restarts},
                     {"received", received_json(member, stats)}};
  return line.dump();
}

}  // namespace vicino::cli
