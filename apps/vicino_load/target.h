// A server under load, as the generator sees it: rooms, publishers, subscribers. One implementation
// per kind of server speaks that server's signalling; all media (ICE, DTLS, SRTP, RTP, RTCP) is the
// generator's own and the same for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "rtc/media.h"
#include "rtc/peer.h"

namespace vicino::load {

// Errors are sentences for whoever runs the program: what failed, what the server said, what to do
// about it.
template <class T>
using Outcome = std::expected<T, std::string>;

// What a track of a publisher carries.
enum class Content : uint8_t { audio, camera, screen };
constexpr rtc::MediaKind kind_of(Content content) {
  return content == Content::audio ? rtc::MediaKind::audio : rtc::MediaKind::video;
}

// One RTP stream to be sent. Without simulcast a track has one, whose rid is empty.
struct Encoding {
  std::string rid;  // "q", "h", "f": smallest first
  uint32_t ssrc = 0;
};
struct Track {
  Content content = Content::audio;
  std::vector<Encoding> encodings;  // at least one; audio is Opus, video is VP8
};

struct PublishRequest {
  std::string room;
  std::string peer;                // of a participant; the same as in its SubscribeRequest
  rtc::TransportParameters local;  // ICE credentials, DTLS fingerprint and the one local candidate
  std::vector<Track> tracks;
};
struct SubscribeRequest {
  std::string room;
  std::string peer;                // "" or that of a publisher, whose own media it must not get
  rtc::TransportParameters local;  // as above
  size_t audio_slots = 0;          // how many streams of each kind to receive at most
  size_t video_slots = 0;
  std::vector<std::string>
      publishers;  // Connection::id of all whose media it is to get: they publish already
};

// What was agreed. `sections` has the m-lines in use, with directions as the generator does them.
// Of a publisher: one per track of the request, in its order, direction send. Of a subscriber:
// direction receive; SSRCs needn't be known. Of each are used: kind, mid, codecs (payload types),
// extensions, nack, pli, transport_cc.
struct Connection {
  std::string id;  // the target's own, not empty
  // client: ICE controlling, DTLS client, which suits servers that are ICE-lite or accept being
  // controlled. server: ICE-lite and DTLS passive, for servers that insist on controlling; the
  // description must then have said a=ice-lite. Checks of the server are answered in both roles.
  rtc::PeerConfig::Role role = rtc::PeerConfig::Role::client;
  rtc::TransportParameters remote;  // candidates are UDP, the generator probes the first ones
  std::vector<rtc::MediaSection> sections;
};

// All calls block, and may come from several threads at once. What a server's session needs to stay
// alive (keep-alive requests, long polls) is the target's own business, on a thread of its own.
class Target {
 public:
  virtual ~Target() = default;
  // Makes sure that the room is there before anybody publishes. `publishers`: how many will, at
  // most.
  virtual Outcome<void> make_room(const std::string& room, size_t publishers) = 0;
  virtual Outcome<Connection> publish(const PublishRequest& request) = 0;
  virtual Outcome<Connection> subscribe(const SubscribeRequest& request) = 0;
  // Ends one connection; one that is gone already is no error.
  virtual Outcome<void> leave(const Connection& connection) = 0;
};

struct TargetOptions {
  std::string url;          // http://host:port; a path is the target's to interpret
  std::string token;        // to enter rooms; "": none
  std::string admin_token;  // to make rooms; "": none
  bool make_rooms = true;   // false: they are there already
};
Outcome<std::unique_ptr<Target>> make_vicino_target(const TargetOptions& options);
Outcome<std::unique_ptr<Target>> make_janus_target(const TargetOptions& options);

}  // namespace vicino::load
