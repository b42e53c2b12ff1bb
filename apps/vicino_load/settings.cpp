#include "settings.h"

#include <algorithm>
#include <array>

namespace vicino::load {
namespace {

constexpr std::array<std::pair<std::string_view, Scenario>, 4> names = {{
    {"audio-room", Scenario::audio_room},
    {"meeting", Scenario::meeting},
    {"livestream", Scenario::livestream},
    {"screen", Scenario::screen},
}};
constexpr std::array<const char*, 3> rids = {"q", "h", "f"};

std::vector<Track> tracks_of(const Settings& settings) {
  std::vector<Track> tracks;
  if (settings.audio) tracks.push_back({Content::audio, {Encoding{}}});
  if (!settings.video) return tracks;
  Track video{settings.scenario == Scenario::screen ? Content::screen : Content::camera, {}};
  for (size_t i = 0; i < settings.layers; ++i) {
    video.encodings.push_back(
        {settings.layers == 1 ? "" : rids[rids.size() - settings.layers + i], 0});
  }
  tracks.push_back(std::move(video));
  return tracks;
}

}  // namespace

Settings settings_of(Scenario scenario) {
  Settings s;
  s.scenario = scenario;
  switch (scenario) {
    case Scenario::audio_room:
      s.audio = true;
      s.video = false;
      s.subscribers = 200;
      break;
    case Scenario::meeting:
      s.rooms = 10;
      s.publishers = 5;
      s.audio = true;
      s.bitrate = 1'000'000;
      break;
    case Scenario::livestream:
      s.subscribers = 100;
      break;
    case Scenario::screen:
      s.subscribers = 50;
      s.frame_rate = 5;
      s.bitrate = 1'500'000;
      break;
  }
  return s;
}

std::optional<Scenario> scenario_named(std::string_view name) {
  const auto found = std::ranges::find(names, name, &std::pair<std::string_view, Scenario>::first);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name_of(Scenario scenario) {
  return std::ranges::find(names, scenario, &std::pair<std::string_view, Scenario>::second)->first;
}

Shape shape_of(const Settings& settings, Content content, size_t encoding) {
  Shape shape{.content = content,
              .packet_size = settings.packet_size,
              .key_frame_seconds = settings.key_frame_seconds};
  if (content == Content::audio) {
    shape.bitrate = settings.audio_bitrate;
    shape.frame_rate = audio_frame_rate;
    return shape;
  }
  // Each layer has twice the width and four times the bits of the one below.
  const size_t below_top = settings.layers - 1 - encoding;
  uint32_t parts = 0;
  for (size_t i = 0; i < settings.layers; ++i) parts += 1u << 2 * i;
  shape.bitrate = static_cast<uint32_t>(uint64_t{settings.bitrate} * (1u << 2 * encoding) / parts);
  shape.frame_rate = settings.frame_rate;
  shape.width = static_cast<uint16_t>(shape.width >> below_top);
  shape.height = static_cast<uint16_t>(shape.height >> below_top);
  return shape;
}

Plan plan_of(const Settings& settings) {
  Plan plan;
  const std::vector<Track> tracks = tracks_of(settings);
  const bool meeting = settings.scenario == Scenario::meeting;
  uint32_t participant = 0;
  for (uint32_t room = 0; room < settings.rooms; ++room) {
    plan.rooms.push_back(settings.room_prefix + "-" + std::to_string(room));
    const auto subscriber = [&](uint32_t as, size_t publishers, bool counted) {
      return PlannedPeer{.room = room,
                         .participant = as,
                         .tracks = {},
                         .audio_slots = settings.audio ? publishers : 0,
                         .video_slots = settings.video ? publishers : 0,
                         .counted = counted};
    };
    for (uint32_t i = 0; i < settings.publishers; ++i, ++participant) {
      const auto number = static_cast<uint32_t>(plan.publishers.size());
      plan.publishers.push_back(
          {.room = room, .participant = participant, .tracks = tracks, .publisher = number});
      plan.directory.publishers.push_back({room, participant,
                                           i * static_cast<uint32_t>(tracks.size()),
                                           static_cast<uint32_t>(tracks.size())});
      if (meeting && settings.publishers > 1) {
        plan.subscribers.push_back(subscriber(participant, settings.publishers - 1, true));
      }
    }
    plan.directory.room_tracks.push_back(
        static_cast<uint32_t>(settings.publishers * tracks.size()));
    for (size_t i = 0; i < settings.subscribers; ++i) {
      plan.subscribers.push_back(subscriber(participant++, settings.publishers, true));
    }
    const size_t storm = (settings.storm + settings.rooms - 1 - room) / settings.rooms;
    for (size_t i = 0; i < storm; ++i)
      plan.storm.push_back(subscriber(participant++, settings.publishers, false));
  }
  return plan;
}

}  // namespace vicino::load
