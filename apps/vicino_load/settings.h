// What a run is: a named scenario and what was changed of it, worked out into rooms, publishers and
// subscribers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "target.h"

namespace vicino::load {

enum class Scenario : uint8_t { audio_room, meeting, livestream, screen };

struct Settings {
  Scenario scenario = Scenario::livestream;
  size_t rooms = 1;
  size_t publishers = 1;   // per room
  size_t subscribers = 0;  // per room; of a meeting the publishers subscribe, and these come on top
  bool audio = false, video = true;
  uint32_t bitrate = 2'500'000;  // of video, all layers together
  uint32_t frame_rate = 30;
  size_t packet_size = 1100;
  size_t layers = 1;  // of simulcast
  uint32_t key_frame_seconds = 4;
  uint32_t audio_bitrate = 40'000;

  double duration = 10, warmup = 2, interval = 0;  // seconds
  double ramp = 200;                               // joins per second; 0: all at once
  size_t storm = 0;    // subscribers more that join while it is measured
  bool churn = false;  // and leave and join again until the end
  bool nack = false;
  bool default_profiles = false;  // SRTP: what browsers offer; false: AES-128-GCM alone

  std::string target = "vicino";
  TargetOptions server;
  std::string room_prefix = "load";
  std::string local;    // address or range; "": chosen by the server's address
  size_t sockets = 0;   // that the peers share; 0: one for each 200 of them
  size_t threads = 8;   // for signalling
  bool trains = false;  // send with UDP_SEGMENT
  int64_t poll_us = 0;  // 0: woken by what comes
  int server_pid = 0;
  int join_timeout = 20;  // seconds
};

// What the scenario is unless changed.
Settings settings_of(Scenario scenario);
std::optional<Scenario> scenario_named(std::string_view name);
std::string_view name_of(Scenario scenario);

// One peer to be.
struct PlannedPeer {
  uint32_t room = 0;
  uint32_t participant = 0;
  std::vector<Track> tracks;                // of a publisher; SSRCs not yet chosen
  uint32_t publisher = 0;                   // number in stamps, if it has tracks
  size_t audio_slots = 0, video_slots = 0;  // of a subscriber
  bool counted = true;
};
struct Plan {
  std::vector<std::string> rooms;
  std::vector<PlannedPeer> publishers, subscribers, storm;
  Directory directory;
  size_t peers() const { return publishers.size() + subscribers.size() + storm.size(); }
};
Plan plan_of(const Settings& settings);
// The traffic of one of a track's encodings, the smallest first.
Shape shape_of(const Settings& settings, Content content, size_t encoding);

}  // namespace vicino::load
