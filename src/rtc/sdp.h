// SDP as WebRTC uses it (RFC 8866, RFC 9429, RFC 8853 simulcast): read an offer, answer it; write an offer, read its
// answer. Tolerant of what Chromium, Firefox, aiortc, GStreamer, OBS and Pion write; strict in what it writes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/media.h"

namespace vicino::rtc {

// One m-line as read, before negotiation.
struct OfferedMedia {
  MediaSection section;         // all that was offered and is understood; `direction` as this endpoint would do it
  bool accepted = true;         // false: port 0, data channel, unknown kind, no codec in common: answered with port 0
  std::string media_type;       // "audio", "video", "application"
  std::string protocol;         // e.g. "UDP/TLS/RTP/SAVPF"
  std::string formats;          // the m-line's formats verbatim, for a rejecting answer
};

struct SessionOffer {
  TransportParameters transport;    // of the bundle
  std::vector<OfferedMedia> media;  // in order
  std::vector<std::string> bundle;  // mids of the BUNDLE group
};

// Errors: malformed, unsupported (no BUNDLE, no rtcp-mux, no SHA-256 fingerprint, no DTLS), too_large. Never throws.
Result<SessionOffer> parse_offer(std::string_view sdp);

struct AnswerOptions {
  TransportParameters local;             // ufrag, pwd, fingerprint, candidates to announce
  std::vector<Codec> video_preference;   // accepted video codecs, best first; others are left out
  uint64_t session_id = 0;
  size_t max_receive = limits_unbounded; // m-lines of the client's own tracks accepted at most
  size_t max_video_send = limits_unbounded;  // receive slots of each kind accepted at most
  size_t max_audio_send = limits_unbounded;
  static constexpr size_t limits_unbounded = SIZE_MAX;
};

struct Answer {
  std::string sdp;
  std::vector<MediaSection> media;  // accepted m-lines only, ready for the SFU
};

// Answers as ICE-lite, a=setup:passive. For an m-line this endpoint sends on, the section must carry ssrc and rtx_ssrc
// from `allocate_ssrc` (called once per SSRC needed) and the answer announces them. Opus only for audio (no RED: it
// would repeat frames outside the frame encryption's order). A bundled offer shares one transport.
Answer answer_offer(const SessionOffer& offer, const AnswerOptions& options,
                    const std::function<uint32_t()>& allocate_ssrc);

// The native client's side -----------------------------------------------------------------------------------------

struct ClientMedia {
  std::string mid;
  MediaKind kind;
  Direction direction;          // send: own track; receive: a slot
  std::vector<Codec> codecs;    // offered, best first
  uint32_t ssrc = 0, rtx_ssrc = 0;
};

std::string write_offer(const TransportParameters& local, const std::vector<ClientMedia>& media, uint64_t session_id);

struct ParsedAnswer {
  TransportParameters transport;
  std::vector<MediaSection> media;  // accepted sections with the client's view of direction
};
Result<ParsedAnswer> parse_answer(std::string_view sdp);

}  // namespace vicino::rtc
