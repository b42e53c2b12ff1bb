#include "server/negotiation.h"

#include <set>

#include "base/encoding.h"

namespace vicino::server {
namespace {

// ICE characters are those of base64 (RFC 8839 section 5.4); sizes that need no padding.
template <size_t bytes>
std::string random_ice_text(SecureRandom& random) {
  static_assert(bytes % 3 == 0);
  std::array<uint8_t, bytes> secret;
  random.fill(secret);
  return to_base64(secret);
}

const TrackRequest* track_of(std::span<const TrackRequest> tracks, std::string_view mid) {
  const auto found = std::ranges::find(tracks, mid, &TrackRequest::mid);
  return found == tracks.end() ? nullptr : &*found;
}

// The first m-line of a kind that the other side sends on.
const rtc::MediaSection* first_sent(const rtc::SessionOffer& offer, rtc::MediaKind kind) {
  for (const rtc::OfferedMedia& media : offer.media) {
    if (media.accepted && media.section.direction == rtc::Direction::receive &&
        media.section.kind == kind) {
      return &media.section;
    }
  }
  return nullptr;
}

// Every track must name an m-line the client sends on. One that can't be accepted (no codec in
// common) is no error: it is rejected in the answer and the client carries on without.
Status check_tracks(const rtc::SessionOffer& offer, std::span<const TrackRequest> tracks) {
  for (const TrackRequest& track : tracks) {
    if (track_of(tracks, track.mid) != &track) {
      return fail(Errc::malformed, "two tracks on one m-line");
    }
    const auto media = std::ranges::find_if(
        offer.media, [&](const rtc::OfferedMedia& m) { return m.section.mid == track.mid; });
    if (media == offer.media.end()) return fail(Errc::malformed, "a track without m-line");
    if (!media->accepted) continue;
    if (media->section.direction != rtc::Direction::receive) {
      return fail(Errc::malformed, "a track whose m-line doesn't send");
    }
    if (media->section.kind != sfu::kind_of(track.source)) {
      return fail(Errc::malformed, "a track whose m-line is of another kind");
    }
  }
  return {};
}

// Own tracks that were announced and slots stay; what else is offered has no meaning here. It is
// answered a=inactive, not rejected: so it keeps its place, and the bundle its first m-line.
void keep_only(rtc::SessionOffer& offer, std::span<const TrackRequest> tracks, bool slots) {
  for (rtc::OfferedMedia& media : offer.media) {
    rtc::MediaSection& section = media.section;
    const bool slot = section.direction == rtc::Direction::send;
    if (slot ? slots : track_of(tracks, section.mid) != nullptr) continue;
    section.direction = rtc::Direction::inactive;
    section.rids.clear();
    section.remote_ssrcs.clear();
    section.remote_rtx_ssrcs.clear();
  }
}

}  // namespace

rtc::IceCredentials Negotiator::ice_credentials() {
  return {random_ice_text<9>(random_), random_ice_text<18>(random_)};
}

Result<NegotiatedMedia> Negotiator::for_client(std::string_view offer_text,
                                               std::span<const TrackRequest> tracks,
                                               const ShardInfo& shard) {
  TRY_ASSIGN(rtc::SessionOffer offer, rtc::parse_offer(offer_text));
  TRY(check_tracks(offer, tracks));
  keep_only(offer, tracks, true);
  return answer(offer, tracks, shard);
}

Result<NegotiatedMedia> Negotiator::for_publisher(std::string_view offer_text,
                                                  const ShardInfo& shard) {
  TRY_ASSIGN(rtc::SessionOffer offer, rtc::parse_offer(offer_text));
  std::vector<TrackRequest> tracks;
  if (const auto* audio = first_sent(offer, rtc::MediaKind::audio)) {
    tracks.push_back({audio->mid, sfu::Source::microphone, 0, 0});
  }
  if (const auto* video = first_sent(offer, rtc::MediaKind::video)) {
    tracks.push_back({video->mid, sfu::Source::camera, 0, 0});
  }
  keep_only(offer, tracks, false);
  NegotiatedMedia media = answer(offer, tracks, shard);
  if (media.setup.publications.empty()) {
    return fail(Errc::malformed, "no track to send in a codec accepted here");
  }
  return media;
}

Result<NegotiatedMedia> Negotiator::for_viewer(std::string_view offer_text,
                                               const ShardInfo& shard) {
  TRY_ASSIGN(rtc::SessionOffer offer, rtc::parse_offer(offer_text));
  keep_only(offer, {}, true);
  NegotiatedMedia media = answer(offer, {}, shard);
  if (media.setup.slots.empty()) {
    return fail(Errc::malformed, "nothing to receive in a codec accepted here");
  }
  media.setup.receives_everything = true;
  return media;
}

NegotiatedMedia Negotiator::answer(const rtc::SessionOffer& offer,
                                   std::span<const TrackRequest> tracks, const ShardInfo& shard) {
  rtc::AnswerOptions options;
  rtc::IceCredentials credentials = ice_credentials();
  options.local = {.ice_ufrag = std::move(credentials.ufrag),
                   .ice_pwd = std::move(credentials.pwd),
                   .fingerprint = fingerprint_,
                   .candidates = shard.candidates,
                   .tcp_candidates = shard.tcp_candidates};
  options.video_codecs = video_codecs_;
  options.session_id = random_.u64() >> 1;  // RFC 9429 section 5.2.1: the top bit is zero
  options.max_receive = sfu::source_count;
  options.max_video_send = video_slots_;
  options.max_audio_send = audio_slots_;

  std::set<uint32_t> ssrcs = {0};
  rtc::Answer answer = rtc::answer_offer(offer, options, [&] {
    uint32_t ssrc = 0;
    while (!ssrcs.insert(ssrc).second) ssrc = random_.u32();
    return ssrc;
  });

  NegotiatedMedia negotiated{.answer = std::move(answer.sdp),
                             .setup = {},
                             .transport = {.role = rtc::PeerConfig::Role::server,
                                           .local = std::move(options.local),
                                           .remote = offer.transport},
                             .video_slots = 0};
  for (rtc::MediaSection& section : answer.media) {
    if (section.direction == rtc::Direction::send) {
      negotiated.video_slots += section.kind == rtc::MediaKind::video ? 1 : 0;
      negotiated.setup.slots.push_back(std::move(section));
    } else if (const TrackRequest* track = track_of(tracks, section.mid);
               track && section.direction == rtc::Direction::receive) {
      negotiated.setup.publications.push_back(
          {track->source, std::move(section), track->width, track->height});
    }
  }
  return negotiated;
}

}  // namespace vicino::server
