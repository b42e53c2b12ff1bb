// The table of settings: names, help, defaults, and what values are right.
#include <charconv>

#include "base/address.h"
#include "settings.h"

namespace vicino::vicinod {
namespace {

using server::Config;
using Values = std::vector<std::string>;
using Problem = std::optional<std::string>;
using Apply = std::function<Problem(Config&, const Values&)>;

template <class Field>
Setting number(std::string name, std::string help, Field field, int64_t low, int64_t high) {
  Config defaults;
  Apply apply = [=](Config& config, const Values& values) -> Problem {
    const std::string& text = values.at(0);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
      return "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    auto& target = field(config);
    target = static_cast<std::remove_reference_t<decltype(target)>>(value);
    return std::nullopt;
  };
  return {std::move(name), std::move(help), std::to_string(field(defaults)), std::move(apply),
          false};
}

template <class Field>
Setting duration_seconds(std::string name, std::string help, Field field, int64_t low,
                         int64_t high) {
  Config defaults;
  const int64_t standard = field(defaults).us / 1'000'000;
  Apply apply = [=](Config& config, const Values& values) -> Problem {
    int64_t value = standard;
    Setting parse = number(
        "", "", [&](Config&) -> int64_t& { return value; }, low, high);
    if (Problem problem = parse.apply(config, values)) return problem;
    field(config) = seconds(value);
    return std::nullopt;
  };
  return {std::move(name), std::move(help), std::to_string(standard), std::move(apply), false};
}

template <class Field>
Setting text(std::string name, std::string help, Field field,
             std::function<Problem(const std::string&)> check = {}) {
  Config defaults;
  Apply apply = [=](Config& config, const Values& values) -> Problem {
    if (check) {
      if (Problem problem = check(values.at(0))) return problem;
    }
    field(config) = values.at(0);
    return std::nullopt;
  };
  return {std::move(name), std::move(help), field(defaults), std::move(apply), false};
}

template <class Field>
Setting list(std::string name, std::string help, std::string defaults, Field add_all) {
  return {std::move(name), std::move(help), std::move(defaults), std::move(add_all), true};
}

Setting yes_or_no(std::string name, std::string help, std::function<bool&(Config&)> field) {
  Config defaults;
  Apply apply = [=](Config& config, const Values& values) -> Problem {
    if (values.at(0) != "true" && values.at(0) != "false") return "must be true or false";
    field(config) = values.at(0) == "true";
    return std::nullopt;
  };
  return {std::move(name), std::move(help), field(defaults) ? "true" : "false", std::move(apply),
          false};
}

Problem numeric_ip(const std::string& text) {
  if (Address::parse(text, 0)) return std::nullopt;
  return "must be a numeric IP address";
}

Problem known_level(const std::string& text) {
  for (const char* level : {"debug", "info", "warning", "error", "off"}) {
    if (text == level) return std::nullopt;
  }
  return "must be debug, info, warning, error or off";
}

Problem origin(const std::string& text) {
  const bool scheme = text.starts_with("https://") || text.starts_with("http://");
  if (scheme && text.find('/', 8) == std::string::npos) return std::nullopt;
  return "must be like https://vicino.example, without a path";
}

Problem set_codecs(Config& config, const Values& values) {
  static const std::map<std::string, rtc::Codec> codecs = {{"vp8", rtc::Codec::vp8},
                                                           {"vp9", rtc::Codec::vp9},
                                                           {"av1", rtc::Codec::av1},
                                                           {"h264", rtc::Codec::h264}};
  config.video_codecs.clear();
  for (const std::string& value : values) {
    if (!codecs.contains(value)) return "must list some of vp8, vp9, av1, h264";
    config.video_codecs.push_back(codecs.at(value));
  }
  if (config.video_codecs.empty()) return "must name at least one codec";
  return std::nullopt;
}

Problem set_announced(Config& config, const Values& values) {
  config.ice_addresses.clear();
  if (values == Values{"auto"}) return std::nullopt;
  for (const std::string& value : values) {
    if (Problem problem = numeric_ip(value)) return problem;
    config.ice_addresses.push_back(value);
  }
  if (values.empty()) return "must name at least one address";
  return std::nullopt;
}

Problem set_origins(Config& config, const Values& values) {
  for (const std::string& value : values) {
    if (Problem problem = origin(value)) return problem;
  }
  config.allowed_origins = values;
  return std::nullopt;
}

Problem set_open_rooms(Config& config, const Values& values) {
  config.open_rooms.clear();
  for (const std::string& value : values) {
    const size_t equals = value.find('=');
    const std::string name = value.substr(0, equals);
    const bool good = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    });
    if (!good)
      return "must be NAME or NAME=TOKEN, the name of letters, digits, '-', '_' and '.', up to 64";
    config.open_rooms.push_back(
        {name, equals == std::string::npos ? "" : value.substr(equals + 1)});
  }
  return std::nullopt;
}

#define FIELD(path) [](Config& c) -> auto& { return c.path; }

std::vector<Setting> make_table() {
  std::vector<Setting> t;
  t.push_back(text("http.address", "IP address that web server and signalling listen on",
                   FIELD(http_address), numeric_ip));
  t.push_back(number("http.port", "TCP port of web server and signalling; 0: any free one",
                     FIELD(http_port), 0, 65535));
  t.push_back(text("http.public_url", "How users reach the server, e.g. https://vicino.example",
                   FIELD(public_url), origin));
  t.push_back(list("http.allowed_origins", "Other sites whose pages may open a connection here",
                   "none", set_origins));
  t.push_back(text("tls.certificate",
                   "PEM file with the certificate chain; reloaded when it changes",
                   FIELD(tls_certificate)));
  t.push_back(text("tls.key", "PEM file with the certificate's private key", FIELD(tls_key)));
  t.push_back(text("media.address", "IP address that the media ports are bound to",
                   FIELD(media_address), numeric_ip));
  t.push_back(
      number("media.port",
             "First UDP port of media; each worker takes one, consecutively; 0: any free ones",
             FIELD(media_port), 0, 65535));
  t.push_back(yes_or_no("media.tcp",
                        "Whether media may come over TCP, at http.port, where UDP doesn't pass",
                        FIELD(media_tcp)));
  t.push_back(number("media.tcp_port",
                     "TCP port announced for media where something passes its connections on to "
                     "http.port; 0: http.port itself",
                     FIELD(media_tcp_port), 0, 65535));
  t.push_back(number("media.workers", "Media threads; 0: one per core", FIELD(workers), 0, 256));
  t.push_back(
      number("media.members_per_worker",
             "Participants of one room on a media thread before the room spreads to another one",
             FIELD(members_per_worker), 1, 1'000'000));
  t.push_back(number("media.history_megabytes_per_room",
                     "Memory of a room for packets that may have to be sent again; the least that "
                     "its streams need is kept all the same",
                     FIELD(history_megabytes_per_room), 1, 65536));
  t.push_back(yes_or_no("media.downlink_adapts",
                        "Whether clients are sent what their paths are estimated to carry",
                        FIELD(downlink_adapts)));
  t.push_back(number("media.downlink_start_kbps",
                     "What the path to a client is taken to carry before anything is known of it",
                     FIELD(downlink_start_kbps), 100, 100'000));
  t.push_back(number("media.downlink_floor_kbps",
                     "The least that the path to a client is taken to carry, so that audio goes on",
                     FIELD(downlink_floor_kbps), 10, 100));
  t.push_back(number("media.downlink_ceiling_kbps", "The most that is sent to one client",
                     FIELD(downlink_ceiling_kbps), 100, 1'000'000));
  t.push_back(list(
      "media.announce",
      "IP addresses at which clients reach the media ports; auto: loopback and this machine's own",
      "auto", set_announced));
  t.push_back(list("media.video_codecs", "Video codecs accepted; clients choose among them",
                   "vp8, vp9, av1, h264", set_codecs));
  t.push_back(text("data.folder", "Where rooms and running calls are kept over restarts",
                   FIELD(data_folder)));
  t.push_back(text("web.folder", "The built web app; empty: none is served", FIELD(web_folder)));
  t.push_back(yes_or_no("rooms.by_anyone",
                        "Whether a new link makes a room; false: only rooms that exist already",
                        FIELD(rooms_by_anyone)));
  t.push_back(list("rooms.open",
                   "Open, NOT end-to-end encrypted rooms for WHIP and WHEP: NAME or NAME=TOKEN",
                   "none", set_open_rooms));
  t.push_back(text("admin.token",
                   "Bearer token that may create open rooms; empty: only from this machine",
                   FIELD(admin_token)));
  t.push_back(
      text("log.level", "debug, info, warning, error or off", FIELD(log_level), known_level));
  t.push_back(duration_seconds("shutdown.drain_seconds",
                               "How long clients have to leave when the server stops",
                               FIELD(drain_time), 0, 3600));
  t.push_back(
      number("limits.rooms", "Rooms known at most", FIELD(limits.max_rooms), 1, 10'000'000));
  t.push_back(number("limits.participants_per_room", "Participants of one call at most",
                     FIELD(limits.max_participants_per_room), 2, 100));
  t.push_back(number("limits.participants_per_open_room",
                     "Publishers and viewers of one open room at most",
                     FIELD(limits.max_participants_per_open_room), 2, 1'000'000));
  t.push_back(number("limits.participants", "Participants of all calls at most",
                     FIELD(limits.max_participants), 2, 1'000'000));
  t.push_back(number("limits.waiting_per_room", "People who wait to be let into one call at most",
                     FIELD(limits.max_waiting_per_room), 1, 100));
  t.push_back(number("limits.audio_slots", "Voices a participant receives at once",
                     FIELD(limits.audio_slots), 1, 20));
  t.push_back(number("limits.video_slots", "Videos a participant receives at once",
                     FIELD(limits.video_slots), 1, 100));
  t.push_back(number("limits.connections", "TCP connections at most", FIELD(limits.max_connections),
                     1, 1'000'000));
  t.push_back(number("limits.connections_per_address",
                     "TCP connections from one IP address at most",
                     FIELD(limits.max_connections_per_address), 1, 1'000'000));
  t.push_back(number("limits.messages_per_second",
                     "Signalling messages a connection may send, averaged over 2 s",
                     FIELD(limits.messages_per_second), 1, 10'000));
  t.push_back(number("limits.joins_per_minute_per_address", "Joins from one IP address at most",
                     FIELD(limits.joins_per_minute_per_address), 1, 1'000'000));
  t.push_back(number("limits.send_queue_bytes",
                     "Bytes that may wait for a slow reader before it is cut off",
                     FIELD(limits.send_queue_bytes), 65'536, 1 << 30));
  t.push_back(duration_seconds("limits.resume_grace_seconds",
                               "How long a lost participant's place is kept",
                               FIELD(limits.resume_grace), 1, 600));
  t.push_back(duration_seconds("limits.lobby_wait_seconds",
                               "How long somebody may wait to be let in", FIELD(limits.lobby_wait),
                               10, 86'400));
  return t;
}

#undef FIELD

std::string spelled(std::string name, char separator, bool upper) {
  for (char& c : name) {
    if (c == '.' || c == '_') c = separator;
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace

std::string Setting::flag() const {
  return "--" + spelled(name, '-', false);
}
std::string Setting::environment() const {
  return "VICINO_" + spelled(name, '_', true);
}

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> table = make_table();
  return table;
}

}  // namespace vicino::vicinod
