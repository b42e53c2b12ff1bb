// One m-line: RFC 8866 section 5.14, RFC 8285 (extmap), RFC 8851 and 8853 (rid, simulcast),
// RFC 5576 (ssrc).
#include <algorithm>
#include <array>

#include "rtc/sdp_names.h"
#include "rtc/sdp_session.h"

namespace vicino::rtc::sdp {
namespace {

// RTP over DTLS-SRTP, in its registered names and those that JSEP asks to accept too (RFC 9429
// section 5.1.2): whether there is DTLS is then told by the fingerprint.
constexpr std::array<std::string_view, 6> dtls_protocols = {
    "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF",
    "TCP/DTLS/RTP/SAVP", "RTP/SAVPF",        "RTP/SAVP"};

constexpr std::array<std::string_view, 4> directions = {"sendrecv", "sendonly", "recvonly",
                                                        "inactive"};

// The remote side's direction as this side does it.
Direction mirrored(std::string_view direction) {
  if (direction == "inactive") return Direction::inactive;
  return direction == "recvonly" ? Direction::send : Direction::receive;
}

Status remember(std::vector<uint32_t>& ssrcs, uint32_t ssrc) {
  if (std::ranges::find(ssrcs, ssrc) != ssrcs.end()) return {};
  if (ssrcs.size() == max_ssrcs) return fail(Errc::too_large, "SDP: SSRCs");
  ssrcs.push_back(ssrc);
  return {};
}

}  // namespace

Result<MediaReader> MediaReader::begin(std::string_view m_line) {
  MediaReader reader;
  const std::string_view type = take_word(m_line);
  TRY_ASSIGN(reader.port_, parse_number<uint16_t>(take_word(m_line)));
  const std::string_view protocol = take_word(m_line);
  m_line = trim(m_line);
  if (!is_token(type, 32) || protocol.empty() || m_line.empty()) {
    return fail(Errc::malformed, "SDP: m-line");
  }
  reader.kind_ = kind_named(type);
  reader.dtls_ = std::ranges::find(dtls_protocols, protocol) != dtls_protocols.end();
  reader.media_.media_type = type;
  reader.media_.protocol = protocol;
  reader.media_.formats = m_line;
  if (reader.kind_) reader.media_.section.kind = *reader.kind_;
  if (reader.kind_ && reader.dtls_) TRY(reader.formats_.read_list(m_line));
  return reader;
}

Status MediaReader::read(const Attribute& attribute) {
  struct Entry {
    std::string_view name;
    Status (MediaReader::*read)(std::string_view);
  };
  static constexpr std::array<Entry, 5> own = {{{"extmap", &MediaReader::read_extension},
                                                {"rid", &MediaReader::read_rid},
                                                {"simulcast", &MediaReader::read_simulcast},
                                                {"ssrc", &MediaReader::read_ssrc},
                                                {"ssrc-group", &MediaReader::read_ssrc_group}}};
  if (attribute.name == "mid") return read_mid(attribute.value);
  if (!kind_ || !dtls_ || read_flag(attribute.name)) return {};
  if (attribute.name == "rtpmap") return formats_.read_rtpmap(attribute.value);
  if (attribute.name == "fmtp") return formats_.read_fmtp(attribute.value);
  if (attribute.name == "rtcp-fb") return formats_.read_feedback(attribute.value);
  const auto entry = std::ranges::find(own, attribute.name, &Entry::name);
  return entry == own.end() ? Status() : (this->*entry->read)(attribute.value);
}

bool MediaReader::read_flag(std::string_view name) {
  if (std::ranges::find(directions, name) != directions.end()) {
    direction_ = name;
  } else if (name == "rtcp-mux") {
    rtcp_mux_ = true;
  } else if (name == "rtcp-rsize") {
    media_.reduced_size = true;
  } else if (name == "bundle-only") {
    bundle_only_ = true;
  } else if (name == "extmap-allow-mixed") {
    media_.extmap_allow_mixed = true;
  } else {
    return false;
  }
  return true;
}

Status MediaReader::read_mid(std::string_view value) {
  if (!is_token(value, max_mid)) return fail(Errc::malformed, "SDP: mid");
  media_.section.mid = value;
  return {};
}

// "4 urn:..." or "4/recvonly urn:...", perhaps with more words.
Status MediaReader::read_extension(std::string_view value) {
  std::string_view direction = take_word(value);
  TRY_ASSIGN(const auto id, parse_number<uint16_t>(take_until(direction, '/')));
  const auto known = std::ranges::find(extension_names, take_word(value), &ExtensionName::uri);
  // Ids from 4096 ask to choose one of several (RFC 8285 section 7): not done here.
  if (known == extension_names.end() || id == 0 || id > 255) return {};
  const auto same = [&](const OfferedExtension& e) { return e.id == id || e.kind == known->id; };
  if (std::ranges::none_of(extensions_, same)) {
    extensions_.push_back({static_cast<uint8_t>(id), known->id, direction});
  }
  return {};
}

// "q send" or "q send pt=96;max-width=1280"
Status MediaReader::read_rid(std::string_view value) {
  const std::string_view rid = take_word(value);
  if (!is_token(rid, max_rid)) return fail(Errc::malformed, "SDP: rid");
  if (take_word(value) != "send") return {};
  if (rids_.size() == max_rids) return fail(Errc::too_large, "SDP: rids");
  rids_.push_back(rid);
  return {};
}

// "send q;h;f" or "send q,q2;~h recv a". Of alternatives the first is taken; "~", initially paused,
// changes nothing here.
Status MediaReader::read_simulcast(std::string_view value) {
  while (!value.empty()) {
    const std::string_view direction = take_word(value);
    std::string_view streams = take_word(value);
    if (direction != "send") continue;
    while (!streams.empty()) {
      std::string_view alternatives = take_until(streams, ';');
      std::string_view rid = take_until(alternatives, ',');
      if (rid.starts_with('~')) rid.remove_prefix(1);
      if (!is_token(rid, max_rid)) return fail(Errc::malformed, "SDP: simulcast");
      if (simulcast_.size() == max_rids) return fail(Errc::too_large, "SDP: simulcast");
      simulcast_.push_back(rid);
    }
  }
  return {};
}

// "1234 cname:..."
Status MediaReader::read_ssrc(std::string_view value) {
  TRY_ASSIGN(const auto ssrc, parse_number<uint32_t>(take_word(value)));
  return remember(ssrcs_, ssrc);
}

// "FID 1 2": 2 retransmits 1 (RFC 5576, RFC 4588); "FEC-FR 1 2": 2 protects 1 (RFC 5956).
Status MediaReader::read_ssrc_group(std::string_view value) {
  const std::string_view semantics = take_word(value);
  const bool retransmission = semantics == "FID";
  if (!retransmission && semantics != "FEC-FR") return {};
  TRY_ASSIGN(const auto of, parse_number<uint32_t>(take_word(value)));
  TRY_ASSIGN(const auto ssrc, parse_number<uint32_t>(take_word(value)));
  if (repairs_.size() == max_ssrcs) return fail(Errc::too_large, "SDP: SSRC groups");
  repairs_.push_back({of, ssrc, retransmission});
  TRY(remember(ssrcs_, of));
  return remember(ssrcs_, ssrc);
}

Result<OfferedMedia> MediaReader::finish(const SessionDefaults& session) {
  MediaSection& section = media_.section;
  const bool open = port_ != 0 || bundle_only_;
  if (kind_ && open && !dtls_) return fail(Errc::unsupported, "SDP: RTP without DTLS");
  media_.accepted = false;
  if (!kind_ || !open) return std::move(media_);

  section.direction = mirrored(direction_.empty() ? session.direction : direction_);
  section.codecs = formats_.codecs(*kind_);
  media_.accepted = !section.codecs.empty();
  if (media_.accepted && !rtcp_mux_) return fail(Errc::unsupported, "SDP: no rtcp-mux");

  resolve_extensions(media_.extmap_allow_mixed || session.extmap_allow_mixed);
  const Feedback feedback = formats_.common_feedback(section.codecs);
  section.nack = feedback.nack;
  section.pli = feedback.pli;
  media_.fir = feedback.fir;
  section.transport_cc = feedback.transport_cc && section.extensions.transport_cc != 0;
  if (!section.transport_cc) section.extensions.transport_cc = 0;
  if (section.direction == Direction::receive) resolve_streams();
  return std::move(media_);
}

// Takes the extensions that work in the section's direction. Ids from 15 need the two-byte form,
// which may stand beside the one-byte form only where both sides said so.
void MediaReader::resolve_extensions(bool allow_mixed) {
  MediaSection& section = media_.section;
  const bool receive = section.direction == Direction::receive;
  for (const OfferedExtension& extension : extensions_) {
    const std::string_view direction = extension.direction;
    if (extension.id >= 15 && !allow_mixed) continue;
    if (!direction.empty() && direction != "sendrecv") {
      if (direction != (receive ? "sendonly" : "recvonly")) continue;
      media_.one_way_extensions.push_back(extension.id);
    }
    section.extensions.*extension.kind = extension.id;
  }
  if (section.mid.size() > 16) section.extensions.mid = 0;
  if (!receive) section.extensions.rid = section.extensions.repaired_rid = 0;
}

void MediaReader::resolve_streams() {
  MediaSection& section = media_.section;
  if (section.extensions.mid != 0 && section.extensions.rid != 0) {
    for (const std::string_view rid : simulcast_) {
      const bool sent = std::ranges::find(rids_, rid) != rids_.end();
      const bool known = std::ranges::find(section.rids, rid) != section.rids.end();
      if (sent && !known) section.rids.emplace_back(rid);
    }
  }
  for (const uint32_t ssrc : ssrcs_) {
    if (std::ranges::find(repairs_, ssrc, &Repair::ssrc) != repairs_.end()) continue;
    const auto rtx = std::ranges::find_if(
        repairs_, [&](const Repair& r) { return r.retransmission && r.of == ssrc; });
    section.remote_ssrcs.push_back(ssrc);
    section.remote_rtx_ssrcs.push_back(rtx == repairs_.end() ? 0 : rtx->ssrc);
  }
}

}  // namespace vicino::rtc::sdp
