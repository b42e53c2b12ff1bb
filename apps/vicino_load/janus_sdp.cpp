#include "janus_sdp.h"

#include <algorithm>
#include <array>

#include "rtc/sdp.h"
#include "rtc/sdp_session.h"
#include "rtc/sdp_writer.h"

namespace vicino::load {
namespace {

using rtc::Direction;
using rtc::MediaKind;
using rtc::MediaSection;
using rtc::sdp::LineWriter;

constexpr std::string_view protocol = "UDP/TLS/RTP/SAVPF";
constexpr uint8_t opus_payload_type = 96;
constexpr uint8_t vp8_payload_type = 98;
constexpr uint64_t session_id = 1;  // no description is renegotiated

std::unexpected<std::string> unreadable(std::string_view what, const Error& error) {
  return std::unexpected("Janus' " + std::string(what) + " can't be used: " + error.where + ".");
}

MediaSection section_of(const Track& track, size_t index) {
  const bool video = kind_of(track.content) == MediaKind::video;
  MediaSection section;
  section.mid = std::to_string(index);
  section.kind = kind_of(track.content);
  section.direction = Direction::send;
  section.codecs = {video ? rtc::CodecMapping{rtc::Codec::vp8, vp8_payload_type, std::nullopt, ""}
                          : rtc::CodecMapping{rtc::Codec::opus, opus_payload_type, std::nullopt,
                                              "minptime=10;useinbandfec=1"}};
  section.extensions = {.mid = 1, .transport_cc = 3, .abs_send_time = 4};
  if (!video) section.extensions.audio_level = 2;
  if (track.encodings.size() > 1) section.extensions.rid = 5;
  section.nack = section.pli = video;
  section.transport_cc = true;
  if (track.encodings.size() == 1) section.ssrc = track.encodings.front().ssrc;
  return section;
}

// RFC 8853. Janus takes the order as from low to high.
void write_simulcast(LineWriter& out, const Track& track) {
  std::string list;
  for (const Encoding& encoding : track.encodings) {
    out.add({"a=rid:", encoding.rid, " send"});
    if (!list.empty()) list += ';';
    list += encoding.rid;
  }
  out.add({"a=simulcast:send ", list});
}

template <class Sections>
std::vector<std::string_view> mids_of(const Sections& sections) {
  std::vector<std::string_view> mids;
  for (const MediaSection& section : sections) mids.push_back(section.mid);
  return mids;
}

void write_section(LineWriter& out, const MediaSection& section,
                   const rtc::TransportParameters& local, bool first) {
  rtc::sdp::write_m_line(out, section, protocol);
  rtc::sdp::write_transport(out, local, "active");
  if (first) rtc::sdp::write_candidates(out, local.candidates);
  out.add({section.direction == Direction::send ? "a=sendonly" : "a=recvonly"});
  rtc::sdp::write_extensions(out, section.extensions);
  rtc::sdp::write_codecs(out, section, false);
}

}  // namespace

std::string offer_to_janus(const rtc::TransportParameters& local,
                           const std::vector<Track>& tracks) {
  std::vector<MediaSection> sections;
  for (size_t i = 0; i < tracks.size(); ++i) sections.push_back(section_of(tracks[i], i));
  LineWriter out;
  rtc::sdp::write_session_head(out, session_id);
  rtc::sdp::write_bundle(out, mids_of(sections));
  for (size_t i = 0; i < tracks.size(); ++i) {
    write_section(out, sections[i], local, i == 0);
    if (tracks[i].encodings.size() == 1) {
      rtc::sdp::write_sources(out, sections[i], "vicino-load");
    } else {
      write_simulcast(out, tracks[i]);
    }
  }
  return out.take();
}

Outcome<JanusAgreement> read_janus_answer(std::string_view sdp, const std::vector<Track>& tracks) {
  auto parsed = rtc::parse_answer(sdp);
  if (!parsed) return unreadable("answer", parsed.error());
  JanusAgreement agreement{std::move(parsed->transport), {}};
  for (size_t i = 0; i < tracks.size(); ++i) {
    const auto section = std::ranges::find(parsed->media, std::to_string(i), &MediaSection::mid);
    const bool accepted = section != parsed->media.end() &&
                          section->kind == kind_of(tracks[i].content) &&
                          section->direction == Direction::send;
    if (!accepted)
      return std::unexpected("Janus refused track " + std::to_string(i) + " of a publisher.");
    if (tracks[i].encodings.size() == 1) section->ssrc = tracks[i].encodings.front().ssrc;
    agreement.sections.push_back(std::move(*section));
  }
  return agreement;
}

Outcome<JanusSubscription> answer_to_janus(std::string_view offer,
                                           const rtc::TransportParameters& local) {
  auto parsed = rtc::parse_offer(offer);
  if (!parsed) return unreadable("offer", parsed.error());
  JanusSubscription subscription{{}, {std::move(parsed->transport), {}}};
  std::vector<MediaSection>& sections = subscription.agreement.sections;
  for (rtc::OfferedMedia& media : parsed->media) {
    if (!media.accepted || media.section.direction != Direction::receive) {
      return std::unexpected("Janus offers an m-line (" + media.media_type +
                             ") that isn't media to be received.");
    }
    sections.push_back(std::move(media.section));
  }
  LineWriter out;
  rtc::sdp::write_session_head(out, session_id);
  rtc::sdp::write_bundle(out, mids_of(sections));
  for (const MediaSection& section : sections)
    write_section(out, section, local, &section == &sections.front());
  subscription.answer = out.take();
  return subscription;
}

}  // namespace vicino::load
