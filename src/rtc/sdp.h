// SDP as WebRTC uses it (RFC 8866, RFC 9429, RFC 8853 simulcast): read an offer, answer it; write
// an offer, read its answer. Tolerant of what Chromium, Firefox, aiortc, GStreamer, OBS and Pion
// write; strict in what it writes.
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
  // All that was offered and is understood; `direction` as this endpoint would do it.
  MediaSection section;
  // False: port 0, data channel, unknown kind, no codec in common: answered with port 0.
  bool accepted = true;
  std::string media_type;           // "audio", "video", "application"
  std::string protocol;             // e.g. "UDP/TLS/RTP/SAVPF"
  std::string formats;              // the m-line's formats verbatim, for a rejecting answer
  bool fir = false;                 // a=rtcp-fb: ccm fir, offered for all codecs of the section
  bool reduced_size = false;        // a=rtcp-rsize
  bool extmap_allow_mixed = false;  // RFC 8285 section 6, at this m-line
  // Ids of extensions offered for one direction only (a=extmap:4/sendonly); the answer mirrors it.
  std::vector<uint8_t> one_way_extensions;
};

struct SessionOffer {
  TransportParameters transport;    // of the bundle
  std::vector<OfferedMedia> media;  // in order
  // Mids of the BUNDLE group. Empty: no group, then one m-line is accepted at most.
  std::vector<std::string> bundle;
  bool extmap_allow_mixed = false;  // RFC 8285 section 6, for the session
};

// At most `limits::max_sdp` bytes and `limits::max_sdp_media` m-lines. One mapping per codec: VP9
// and AV1 of profile 0, H.264 with packetization-mode=1, constrained baseline if offered. An offer
// to send and receive is read as sending. Errors: malformed, too_large, unsupported (no BUNDLE
// though several m-lines, no rtcp-mux, no SHA-256 fingerprint, no DTLS, a DTLS server, nothing that
// could be accepted).
Result<SessionOffer> parse_offer(std::string_view sdp);

struct AnswerOptions {
  TransportParameters local;        // ufrag, pwd, fingerprint, candidates to announce
  std::vector<Codec> video_codecs;  // that are accepted; the client's order says which is best
  uint64_t session_id = 0;
  // M-lines over these counts, in the offer's order, are answered a=inactive: they keep their place
  // in the bundle.
  size_t max_receive = limits_unbounded;     // the client's own tracks
  size_t max_video_send = limits_unbounded;  // the client's receive slots
  size_t max_audio_send = limits_unbounded;
  static constexpr size_t limits_unbounded = SIZE_MAX;
};

struct Answer {
  std::string sdp;
  // Accepted m-lines only, inactive ones among them, ready for the SFU.
  std::vector<MediaSection> media;
};

// Answers as ICE-lite, a=setup:passive. For an m-line this endpoint sends on, the section must
// carry ssrc and rtx_ssrc from `allocate_ssrc` (called once per SSRC needed) and the answer
// announces them. Opus only for audio (no RED: it would repeat frames outside the frame
// encryption's order). A bundled offer shares one transport. Each m-line sent on is a stream of its
// own (a=msid, CNAME: its mid), since a slot's content changes; but an offer with one of each kind
// at most is a player's, and gets both in one stream, to be played in sync.
Answer answer_offer(const SessionOffer& offer, const AnswerOptions& options,
                    const std::function<uint32_t()>& allocate_ssrc);

// Whether these may be ICE credentials (RFC 8839 section 5.4), for those that come without a
// description.
bool are_ice_credentials(std::string_view ufrag, std::string_view pwd);

// The native client's side ------------------------------------------------------------------------

struct ClientMedia {
  std::string mid;
  MediaKind kind;
  Direction direction;              // send: own track; receive: a slot
  std::vector<Codec> codecs;        // offered, best first
  uint32_t ssrc = 0, rtx_ssrc = 0;  // of an own track; rtx_ssrc 0: no retransmission stream
};

// Payload types are the same for every m-line of a kind.
std::string write_offer(const TransportParameters& local, const std::vector<ClientMedia>& media,
                        uint64_t session_id);

struct ParsedAnswer {
  TransportParameters transport;
  // Accepted sections with the client's view of direction. The SSRCs of own tracks are those of the
  // offer, 0 here.
  std::vector<MediaSection> media;
};
// Errors: as parse_offer; the answerer must be the DTLS server (a=setup:passive).
Result<ParsedAnswer> parse_answer(std::string_view sdp);

}  // namespace vicino::rtc
