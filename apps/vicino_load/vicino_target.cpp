// Vicino's own server, by WHIP (RFC 9725) and WHEP into open rooms. Its endpoints take media one
// way only, so a participant of a meeting has two connections.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "http.h"
#include "rtc/sdp.h"

namespace vicino::load {
namespace {

constexpr std::string_view sdp_type = "application/sdp";
constexpr uint8_t rid_extension = 5;  // rtc::write_offer takes 1 to 4

std::string_view trimmed(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// What to do about a refusal, by its status.
std::string refusal(const std::string& what, const HttpReply& reply, bool admin) {
  std::string text = what + ": the server answered " + std::to_string(reply.status) + " \"" +
                     std::string(trimmed(reply.body)) + "\"";
  switch (reply.status) {
    case 401:
      return text +
             (admin ? " Give it with --admin-token." : " Give the room's token with --token.");
    case 404:
      return text +
             " Start the server with --open-room NAME, or let vicino-load make the rooms (without "
             "--keep-rooms).";
    case 503:
      return text +
             " Raise its --limits-participants-per-open-room, --limits-participants or "
             "--limits-rooms.";
    case 507:
      return text + " Raise its --limits-rooms.";
    default:
      return text;
  }
}

// rtc::write_offer knows nothing of simulcast: rids go behind the direction of a video m-line, and
// SSRCs go, as in a browser's offer.
std::string with_simulcast(const std::string& offer, const std::vector<Track>& tracks) {
  std::string out;
  size_t section = 0;  // m-lines begun
  const Track* track = nullptr;
  for (size_t at = 0; at < offer.size();) {
    const size_t end = offer.find("\r\n", at) + 2;
    const std::string_view line = std::string_view(offer).substr(at, end - at);
    at = end;
    if (line.starts_with("m=")) {
      track = tracks[section].encodings.size() > 1 ? &tracks[section] : nullptr;
      ++section;
    }
    if (track && (line.starts_with("a=ssrc:") || line.starts_with("a=ssrc-group:"))) continue;
    out += line;
    if (!track || !line.starts_with("a=sendonly")) continue;
    out += "a=extmap:" + std::to_string(rid_extension) +
           " urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n";
    std::string list;
    for (const Encoding& encoding : track->encodings) {
      out += "a=rid:" + encoding.rid + " send\r\n";
      list += (list.empty() ? "" : ";") + encoding.rid;
    }
    out += "a=simulcast:send " + list + "\r\n";
  }
  return out;
}

class VicinoTarget final : public Target {
 public:
  VicinoTarget(TargetOptions options, std::unique_ptr<HttpClient> http)
      : options_(std::move(options)), http_(std::move(http)) {}

  Outcome<void> make_room(const std::string& room, size_t) override {
    if (!options_.make_rooms) return {};
    const nlohmann::json body = {{"name", room}, {"token", options_.token}};
    const auto reply = http_->request({"POST", http_->base_path() + "/api/open-rooms",
                                       "application/json", body.dump(), options_.admin_token});
    if (!reply) return std::unexpected(reply.error());
    const bool there = reply->status == 400 &&
                       reply->body.find("there is a room by that name") != std::string::npos;
    if (reply->status == 201 || there) return {};
    return std::unexpected(refusal("Making the room \"" + room + "\" failed", *reply, true));
  }

  Outcome<Connection> publish(const PublishRequest& request) override {
    std::vector<rtc::ClientMedia> media;
    for (const Track& track : request.tracks) {
      const bool audio = track.content == Content::audio;
      media.push_back({.mid = std::to_string(media.size()),
                       .kind = kind_of(track.content),
                       .direction = rtc::Direction::send,
                       .codecs = {audio ? rtc::Codec::opus : rtc::Codec::vp8},
                       .ssrc = track.encodings[0].ssrc});
    }
    const std::string offer =
        with_simulcast(rtc::write_offer(request.local, media, session_id), request.tracks);
    auto connection = exchange("/whip/" + request.room + "/" + request.peer, offer);
    if (!connection) return connection;
    std::vector<rtc::MediaSection> sections;
    for (const rtc::ClientMedia& m : media) {
      const auto section = std::ranges::find(connection->sections, m.mid, &rtc::MediaSection::mid);
      if (section == connection->sections.end() || section->direction != rtc::Direction::send) {
        return std::unexpected("The server takes no " +
                               std::string(m.kind == rtc::MediaKind::audio ? "Opus" : "VP8") +
                               " track: allow the codec in its --media-video-codecs.");
      }
      sections.push_back(std::move(*section));
      // parse_answer leaves it out, as the native client sends no simulcast.
      if (request.tracks[sections.size() - 1].encodings.size() > 1)
        sections.back().extensions.rid = rid_extension;
    }
    connection->sections = std::move(sections);
    return connection;
  }

  Outcome<Connection> subscribe(const SubscribeRequest& request) override {
    std::vector<rtc::ClientMedia> media;
    const auto add = [&](rtc::MediaKind kind, std::vector<rtc::Codec> codecs) {
      media.push_back({.mid = std::to_string(media.size()),
                       .kind = kind,
                       .direction = rtc::Direction::receive,
                       .codecs = std::move(codecs)});
    };
    using enum rtc::Codec;
    for (size_t i = 0; i < request.audio_slots; ++i) add(rtc::MediaKind::audio, {opus});
    for (size_t i = 0; i < request.video_slots; ++i)
      add(rtc::MediaKind::video, {vp8, vp9, av1, h264});
    auto connection =
        exchange("/whep/" + request.room + "/" + (request.peer.empty() ? "viewer" : request.peer),
                 rtc::write_offer(request.local, media, session_id));
    if (!connection) return connection;
    std::erase_if(connection->sections, [](const rtc::MediaSection& s) {
      return s.direction != rtc::Direction::receive;
    });
    if (connection->sections.size() < media.size()) {
      return std::unexpected("The server gives " + std::to_string(connection->sections.size()) +
                             " receive slots of the " + std::to_string(media.size()) +
                             " asked for: raise its --limits-audio-slots and --limits-video-slots, "
                             "or have fewer publishers.");
    }
    return connection;
  }

  Outcome<void> leave(const Connection& connection) override {
    const auto reply = http_->request({"DELETE", connection.id, "", "", options_.token});
    if (!reply) return std::unexpected(reply.error());
    if (reply->status == 200 || reply->status == 404) return {};
    return std::unexpected(refusal("Leaving failed", *reply, false));
  }

 private:
  static constexpr uint64_t session_id = 1;  // of one session each: nobody compares them

  Outcome<Connection> exchange(const std::string& path, const std::string& offer) {
    const auto reply =
        http_->request({"POST", http_->base_path() + path, sdp_type, offer, options_.token});
    if (!reply) return std::unexpected(reply.error());
    if (reply->status != 201)
      return std::unexpected(refusal("Entering by " + path + " failed", *reply, false));
    auto answer = rtc::parse_answer(reply->body);
    if (!answer)
      return std::unexpected("The server's SDP answer can't be used: " +
                             std::string(answer.error().where));
    if (answer->transport.candidates.empty())
      return std::unexpected("The server announced no UDP candidate.");
    Connection connection;
    connection.id = reply->location;
    connection.remote = std::move(answer->transport);
    connection.sections = std::move(answer->media);
    return connection;
  }

  TargetOptions options_;
  std::unique_ptr<HttpClient> http_;
};

}  // namespace

Outcome<std::unique_ptr<Target>> make_vicino_target(const TargetOptions& options) {
  auto http = HttpClient::create(options.url);
  if (!http) return std::unexpected(http.error());
  return std::make_unique<VicinoTarget>(options, std::move(*http));
}

}  // namespace vicino::load
