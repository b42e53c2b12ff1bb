// From an SDP offer to what the SFU needs, and the answer.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rtc/sdp.h"
#include "server/requests.h"

namespace vicino::server {

struct NegotiatedMedia {
  std::string answer;
  sfu::ParticipantSetup setup;  // without its id
  rtc::PeerConfig transport;
  size_t video_slots;
  size_t shard = 0;  // whose port the answer names
};

class Negotiator {
 public:
  Negotiator(std::vector<rtc::Codec> video_codecs, const Limits& limits,
             const rtc::Fingerprint& fingerprint, SecureRandom& random)
      : video_codecs_(std::move(video_codecs)),
        audio_slots_(limits.audio_slots),
        video_slots_(limits.video_slots),
        fingerprint_(fingerprint),
        random_(random) {}

  // Of the server's side of one media path.
  rtc::IceCredentials ice_credentials();

  // Errors of all three: those of rtc::parse_offer, and malformed as named.

  // A client's offer: `tracks` are its own, m-lines it only receives on are slots, the rest is
  // answered a=inactive. Errors: a track without its m-line, or of another kind than its source.
  Result<NegotiatedMedia> for_client(std::string_view offer, std::span<const TrackRequest> tracks,
                                     const ShardInfo& shard);
  // WHIP: the first audio track is a microphone, the first video track a camera, the rest is
  // answered a=inactive. Errors: nothing to send that can be accepted.
  Result<NegotiatedMedia> for_publisher(std::string_view offer, const ShardInfo& shard);
  // WHEP: m-lines to receive on are slots, the rest is answered a=inactive. Errors: nothing to
  // receive on.
  Result<NegotiatedMedia> for_viewer(std::string_view offer, const ShardInfo& shard);

 private:
  NegotiatedMedia answer(const rtc::SessionOffer& offer, std::span<const TrackRequest> tracks,
                         const ShardInfo& shard);

  std::vector<rtc::Codec> video_codecs_;
  size_t audio_slots_;
  size_t video_slots_;
  rtc::Fingerprint fingerprint_;
  SecureRandom& random_;
};

}  // namespace vicino::server
