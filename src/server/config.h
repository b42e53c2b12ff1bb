// Every setting of the server as one value. apps/vicinod/settings.cpp fills it from file,
// environment and flags and documents each; docs/operating.md is the operator's page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "rtc/media.h"

namespace vicino::server {

struct Limits {
  size_t max_rooms = 1000;
  size_t max_participants_per_room = 100;
  size_t max_participants_per_open_room = 5000;  // publishers and viewers by WHIP and WHEP
  size_t max_participants = 5000;
  size_t max_waiting_per_room =
      100;                 // newcomers that nobody has let in yet; each takes about 100 KB
  size_t audio_slots = 8;  // receive slots filled per participant
  size_t video_slots = 25;
  size_t max_connections = 6000;
  size_t max_connections_per_address = 128;
  size_t messages_per_second = 50;  // per connection, averaged over 2 s
  size_t joins_per_minute_per_address = 240;
  size_t send_queue_bytes = 1 << 20;    // per slow reader; over it the connection is closed
  Duration resume_grace = seconds(20);  // how long a lost participant's place is kept
  Duration lobby_wait = seconds(1800);  // how long somebody may wait to be let in
};

struct OpenRoom {
  std::string name;
  std::string token;  // bearer token; "" : anyone who reaches the server
};

struct Config {
  std::string http_address = "127.0.0.1";
  uint16_t http_port = 8080;
  std::string tls_certificate;  // PEM files; both or none
  std::string tls_key;
  std::string public_url;                    // as users see it; "" : http(s)://address:port
  std::vector<std::string> allowed_origins;  // beside the public URL's own
  std::vector<std::string>
      ice_addresses;  // announced in candidates; empty: net/local_address.h finds them
  std::string media_address = "0.0.0.0";   // what the UDP sockets bind to
  uint16_t media_port = 40000;             // first; one per worker, consecutive
  bool media_tcp = true;                   // media paths over TCP, at the web server's port
  uint16_t media_tcp_port = 0;             // announced for them; 0: http_port
  size_t workers = 0;                      // 0: one per core
  size_t members_per_worker = 50;          // of one room, before another worker carries it, too
  size_t history_megabytes_per_room = 64;  // kept to answer NACKs
  // Whether clients that report what arrives are sent what their paths carry. Not by default: on a
  // device that is too busy to report in time, a wide path seems narrow.
  bool downlink_adapts = true;
  // What the path to a client that reports what arrives is taken to carry: to begin with; at least,
  // whatever it says, so that audio goes on; at most.
  size_t downlink_start_kbps = 300;
  size_t downlink_floor_kbps = 30;
  size_t downlink_ceiling_kbps = 50'000;
  std::string data_folder = "data";
  std::string web_folder;  // the built web app
  std::vector<OpenRoom> open_rooms;
  std::string admin_token;      // for POST /api/open-rooms; "" : only from loopback
  bool rooms_by_anyone = true;  // false: only rooms already known may be joined
  std::vector<rtc::Codec> video_codecs = {rtc::Codec::vp8, rtc::Codec::vp9, rtc::Codec::av1,
                                          rtc::Codec::h264};
  std::string log_level = "info";
  Duration drain_time = seconds(5);
  Limits limits;
};

}  // namespace vicino::server
