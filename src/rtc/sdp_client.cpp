#include <algorithm>

#include "base/check.h"
#include "rtc/sdp_names.h"
#include "rtc/sdp_session.h"
#include "rtc/sdp_writer.h"

namespace vicino::rtc {
namespace {

constexpr std::string_view protocol = "UDP/TLS/RTP/SAVPF";

// Fixed, outside what rtcp-mux reserves. A video codec's retransmission has the number after it.
uint8_t payload_type_of(Codec codec) {
  constexpr uint8_t first_video = 98;
  if (codec == Codec::opus) return 96;
  const int index = static_cast<int>(codec) - static_cast<int>(Codec::vp8);
  return static_cast<uint8_t>(first_video + 2 * index);
}

MediaSection section_of(const ClientMedia& media) {
  MediaSection section;
  section.mid = media.mid;
  section.kind = media.kind;
  section.direction = media.direction;
  const bool video = media.kind == MediaKind::video;
  for (const Codec codec : media.codecs) {
    const auto& name = sdp::name_of(codec);
    CHECK(name.kind == media.kind);
    const uint8_t payload_type = payload_type_of(codec);
    section.codecs.push_back({codec, payload_type, std::nullopt, std::string(name.offered_fmtp)});
    if (video) section.codecs.back().rtx_payload_type = static_cast<uint8_t>(payload_type + 1);
  }
  section.extensions = {.mid = 1, .transport_cc = 3, .abs_send_time = 4};
  if (!video) section.extensions.audio_level = 2;
  section.nack = video;
  section.pli = video;
  section.transport_cc = true;
  if (media.direction == Direction::send) {
    section.ssrc = media.ssrc;
    section.rtx_ssrc = media.rtx_ssrc;
  }
  return section;
}

}  // namespace

std::string write_offer(const TransportParameters& local, const std::vector<ClientMedia>& media,
                        uint64_t session_id) {
  sdp::LineWriter out;
  sdp::write_session_head(out, session_id);
  std::vector<std::string_view> mids;
  for (const ClientMedia& m : media) mids.push_back(m.mid);
  sdp::write_bundle(out, mids);
  bool first = true;
  for (const ClientMedia& m : media) {
    const MediaSection section = section_of(m);
    const bool send = m.direction == Direction::send;
    sdp::write_m_line(out, section, protocol);
    sdp::write_transport(out, local, "actpass");
    if (first) sdp::write_candidates(out, local.candidates);
    first = false;
    out.add({send                                ? "a=sendonly"
             : m.direction == Direction::receive ? "a=recvonly"
                                                 : "a=inactive"});
    out.add({"a=rtcp-rsize"});
    sdp::write_extensions(out, section.extensions);
    sdp::write_codecs(out, section, false);
    if (send) sdp::write_sources(out, section, m.mid);
  }
  return out.take();
}

Result<ParsedAnswer> parse_answer(std::string_view sdp) {
  TRY_ASSIGN(sdp::Session session, sdp::read_session(sdp));
  if (session.setup != "passive") {
    return fail(Errc::unsupported, "SDP: the answerer is not the DTLS server");
  }
  ParsedAnswer answer;
  answer.transport = std::move(session.description.transport);
  for (OfferedMedia& media : session.description.media) {
    if (media.accepted) answer.media.push_back(std::move(media.section));
  }
  return answer;
}

}  // namespace vicino::rtc
