#include <algorithm>
#include <optional>

#include "rtc/sdp.h"
#include "rtc/sdp_names.h"
#include "rtc/sdp_writer.h"

namespace vicino::rtc {
namespace {

using sdp::LineWriter;

// Counts what is accepted against the limits of the options.
class Budget {
 public:
  explicit Budget(const AnswerOptions& options)
      : receive_(options.max_receive),
        audio_send_(options.max_audio_send),
        video_send_(options.max_video_send) {}

  bool take(const MediaSection& section) {
    if (section.direction == Direction::inactive) return true;
    size_t& left = section.direction == Direction::receive ? receive_
                   : section.kind == MediaKind::audio      ? audio_send_
                                                           : video_send_;
    if (left == 0) return false;
    --left;
    return true;
  }

 private:
  size_t receive_;
  size_t audio_send_;
  size_t video_send_;
};

void make_inactive(MediaSection& section) {
  section.direction = Direction::inactive;
  section.rids.clear();
  section.remote_ssrcs.clear();
  section.remote_rtx_ssrcs.clear();
}

// The section as answered; nullopt: rejected.
std::optional<MediaSection> negotiate(const OfferedMedia& offered, const AnswerOptions& options,
                                      Budget& budget,
                                      const std::function<uint32_t()>& allocate_ssrc) {
  if (!offered.accepted) return std::nullopt;
  MediaSection section = offered.section;
  if (section.kind == MediaKind::video) {
    std::erase_if(section.codecs, [&](const CodecMapping& mapping) {
      return std::ranges::find(options.video_codecs, mapping.codec) == options.video_codecs.end();
    });
  }
  if (section.codecs.empty()) return std::nullopt;
  if (!budget.take(section)) make_inactive(section);
  if (section.direction == Direction::send) {
    section.ssrc = allocate_ssrc();
    const auto has_rtx = [](const CodecMapping& c) { return c.rtx_payload_type.has_value(); };
    if (std::ranges::any_of(section.codecs, has_rtx)) section.rtx_ssrc = allocate_ssrc();
  }
  return section;
}

std::string_view direction_name(Direction direction) {
  switch (direction) {
    case Direction::receive:
      return "recvonly";
    case Direction::send:
      return "sendonly";
    case Direction::inactive:
      break;
  }
  return "inactive";
}

// RFC 8853 section 5.3.2: the layers of the offer, in its order.
void write_simulcast(LineWriter& out, const std::vector<std::string>& rids) {
  if (rids.empty()) return;
  std::string list;
  for (const std::string& rid : rids) {
    out.add({"a=rid:", rid, " recv"});
    if (!list.empty()) list += ';';
    list += rid;
  }
  out.add({"a=simulcast:recv ", list});
}

void write_rejected(LineWriter& out, const OfferedMedia& offered) {
  out.add({"m=", offered.media_type, " 0 ", offered.protocol, " ", offered.formats});
  out.add({"c=IN IP4 0.0.0.0"});
  if (!offered.section.mid.empty()) out.add({"a=mid:", offered.section.mid});
  out.add({"a=inactive"});
}

void write_accepted(LineWriter& out, const OfferedMedia& offered, const MediaSection& section,
                    const AnswerOptions& options, std::string_view stream, bool first) {
  const std::string_view direction = direction_name(section.direction);
  sdp::write_m_line(out, section, offered.protocol);
  sdp::write_transport(out, options.local, "passive");
  if (first) sdp::write_candidates(out, options.local.candidates, options.local.tcp_candidates);
  out.add({"a=", direction});
  if (offered.reduced_size) out.add({"a=rtcp-rsize"});
  if (offered.extmap_allow_mixed) out.add({"a=extmap-allow-mixed"});
  sdp::write_extensions(out, section.extensions, offered.one_way_extensions, direction);
  sdp::write_codecs(out, section, offered.fir);
  write_simulcast(out, section.rids);
  if (section.direction == Direction::send) sdp::write_sources(out, section, stream);
}

// Whether what is sent is one audio and one video track at most, as a player asks for.
bool is_single_stream(const std::vector<MediaSection>& media) {
  const auto sends = [&](MediaKind kind) {
    return std::ranges::count_if(media, [kind](const MediaSection& section) {
      return section.direction == Direction::send && section.kind == kind;
    });
  };
  return sends(MediaKind::audio) <= 1 && sends(MediaKind::video) <= 1;
}

}  // namespace

Answer answer_offer(const SessionOffer& offer, const AnswerOptions& options,
                    const std::function<uint32_t()>& allocate_ssrc) {
  Answer answer;
  std::vector<bool> accepted;
  Budget budget(options);
  for (const OfferedMedia& offered : offer.media) {
    auto section = negotiate(offered, options, budget, allocate_ssrc);
    accepted.push_back(section.has_value());
    if (section) answer.media.push_back(std::move(*section));
  }

  LineWriter out;
  sdp::write_session_head(out, options.session_id);
  out.add({"a=ice-lite"});
  std::vector<std::string_view> bundle;
  for (const std::string& mid : offer.bundle) {
    if (std::ranges::find(answer.media, mid, &MediaSection::mid) != answer.media.end()) {
      bundle.push_back(mid);
    }
  }
  sdp::write_bundle(out, bundle);
  if (offer.extmap_allow_mixed) out.add({"a=extmap-allow-mixed"});

  const bool single_stream = is_single_stream(answer.media);
  size_t next = 0;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    if (!accepted[i]) {
      write_rejected(out, offer.media[i]);
      continue;
    }
    const MediaSection& section = answer.media[next];
    const std::string_view stream = single_stream ? "stream" : std::string_view(section.mid);
    write_accepted(out, offer.media[i], section, options, stream, next == 0);
    ++next;
  }
  answer.sdp = out.take();
  return answer;
}

}  // namespace vicino::rtc
