// What the SFU and its callers say to each other: values only.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "rtc/media.h"
#include "rtc/peer.h"

namespace vicino::sfu {

// What a track carries; the numbers are those of wire.fbs.
enum class Source : uint8_t { microphone = 0, camera = 1, screen = 2, screen_audio = 3 };
inline constexpr size_t source_count = 4;
constexpr rtc::MediaKind kind_of(Source s) {
  return s == Source::camera || s == Source::screen ? rtc::MediaKind::video : rtc::MediaKind::audio;
}

using RoomId =
    Id<struct RoomTag, uint64_t>;  // the server's number for a room, unique within its run

// One of a participant's own tracks: a negotiated m-line (direction receive) and what it carries.
struct Publication {
  Source source;
  rtc::MediaSection section;
  uint16_t width = 0, height = 0;  // of the largest layer as announced; 0: unknown
};

// A participant's media as negotiated: everything the room needs to know about it.
struct ParticipantSetup {
  ParticipantId id;
  std::vector<Publication> publications;
  std::vector<rtc::MediaSection> slots;  // m-lines with direction send
  // WHEP: no wants; every publisher is put into slots in order of arrival, except those of the same
  // peer name.
  bool receives_everything = false;
  std::string peer_name;  // "" for nobody's
  // Its media path ends at another worker, which relays what it sends; it has no slots here.
  bool relayed = false;
  // Stops sending what LayersWatched leaves out.
  bool follows_watched = false;
};

// What a client's layout shows, most wanted first. Sizes in pixels. Where the path is narrow, what
// is in focus comes first.
struct Want {
  ParticipantId participant;
  Source source;
  uint16_t width;
  uint16_t height;
  bool focus = false;
};

// One picture or voice.
struct Content {
  ParticipantId participant;
  Source source;
  friend bool operator==(const Content&, const Content&) = default;
};

struct SlotChange {
  std::string mid;
  std::optional<ParticipantId> content;  // nullopt: nobody
  Source source;
};

// Commands of the server to the worker that owns a room, in order.
struct AddParticipant {
  RoomId room;  // made if it isn't there
  ParticipantSetup setup;
  rtc::PeerConfig transport;
};
// The same stay with a new peer connection: media of the old one stops, others keep their slots.
struct ReplaceParticipant {
  RoomId room;
  ParticipantSetup setup;
  rtc::PeerConfig transport;
};
struct RemoveParticipant {
  RoomId room;
  ParticipantId id;
};
struct SetWants {
  RoomId room;
  ParticipantId id;
  std::vector<Want> wants;
};
// Somebody of the room whose media path ends at `worker`: what it sends comes from there by relay
// (sfu/relay.h). Again: it goes on with another setup. RemoveParticipant takes it out.
struct AddRelayed {
  RoomId room;  // made if it isn't there
  ParticipantSetup setup;
  size_t worker;
};
// The other workers that carry the room: what its participants here send is relayed to them.
struct SpreadRoom {
  RoomId room;
  std::vector<size_t> workers;
};
// Fresh ICE credentials for a participant's media path; everything else of it stays.
struct RestartIce {
  RoomId room;
  ParticipantId id;
  rtc::IceCredentials local, remote;
};
using Command = std::variant<AddParticipant, ReplaceParticipant, RemoveParticipant, SetWants,
                             AddRelayed, SpreadRoom, RestartIce>;

// What the worker tells the server.
struct ParticipantConnected {  // media path up: ICE, DTLS and SRTP done
  ParticipantId id;
};
struct ParticipantLost {  // media path closed by the peer or silent for too long
  ParticipantId id;
};
struct SlotsChanged {
  ParticipantId id;
  std::vector<SlotChange> slots;
};
// What is in a slot and isn't sent, because the path carries no more. All of it, each time.
struct HeldBackChanged {
  ParticipantId id;
  std::vector<Content> sources;
};
// Layers of the participant's own video that anybody gets, or would. All of them, each time.
struct WatchedLayer {
  Source source;
  // Without simulcast "", or the number of a spatial layer inside of the stream.
  std::string rid;
  friend bool operator==(const WatchedLayer&, const WatchedLayer&) = default;
};
struct LayersWatched {
  ParticipantId id;
  std::vector<WatchedLayer> layers;
};
// Whose media is lost on its way here so that it hurts. All of them, each time, to these.
struct Uplink {
  ParticipantId participant;
  uint16_t lost_permille;
  friend bool operator==(const Uplink&, const Uplink&) = default;
};
struct UplinksChanged {
  std::vector<ParticipantId> to;
  std::vector<Uplink> poor;
};
using Event = std::variant<ParticipantConnected, ParticipantLost, SlotsChanged, HeldBackChanged,
                           LayersWatched, UplinksChanged>;

}  // namespace vicino::sfu
