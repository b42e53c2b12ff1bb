#include "rtc/sdp_writer.h"

#include <algorithm>
#include <array>
#include <string>

#include "rtc/sdp_names.h"

namespace vicino::rtc::sdp {
namespace {

std::string hex_pairs(const Fingerprint& fingerprint) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const uint8_t byte : fingerprint) {
    if (!text.empty()) text += ':';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// RFC 8445 section 5.1.2.1, for component 1.
uint32_t priority_of(uint32_t type_preference, uint32_t local_preference) {
  return type_preference << 24 | local_preference << 8 | 255U;
}

// The first the most preferred.
uint32_t udp_priority(size_t index) {
  return priority_of(126, static_cast<uint32_t>(65535 - std::min<size_t>(index, 65535)));
}

// RFC 6544 section 4.2: passive ones have direction preference 4 in the upper 3 bits, and any path
// by UDP is better than one by TCP.
uint32_t tcp_priority(size_t index) {
  return priority_of(90, 4U << 13 | static_cast<uint32_t>(8191 - std::min<size_t>(index, 8191)));
}

std::string address_and_port(const Address& candidate) {
  return candidate.to_candidate_text() + ' ' + std::to_string(candidate.port);
}

}  // namespace

void write_session_head(LineWriter& out, uint64_t session_id) {
  out.add({"v=0"});
  out.add({"o=- ", std::to_string(session_id & INT64_MAX), " 1 IN IP4 0.0.0.0"});
  out.add({"s=-"});
  out.add({"t=0 0"});
}

void write_bundle(LineWriter& out, std::span<const std::string_view> mids) {
  if (mids.empty()) return;
  std::string group;
  for (const std::string_view mid : mids) group.append(" ").append(mid);
  out.add({"a=group:BUNDLE", group});
}

void write_m_line(LineWriter& out, const MediaSection& section, std::string_view protocol) {
  std::string formats;
  for (const CodecMapping& codec : section.codecs) {
    formats += ' ' + std::to_string(codec.payload_type);
    if (codec.rtx_payload_type) formats += ' ' + std::to_string(*codec.rtx_payload_type);
  }
  out.add({"m=", name_of(section.kind), " 9 ", protocol, formats});
  out.add({"c=IN IP4 0.0.0.0"});
  if (!section.mid.empty()) out.add({"a=mid:", section.mid});
}

void write_transport(LineWriter& out, const TransportParameters& local, std::string_view setup) {
  out.add({"a=ice-ufrag:", local.ice_ufrag});
  out.add({"a=ice-pwd:", local.ice_pwd});
  out.add({"a=fingerprint:sha-256 ", hex_pairs(local.fingerprint)});
  out.add({"a=setup:", setup});
  out.add({"a=rtcp-mux"});
}

void write_candidates(LineWriter& out, std::span<const Address> udp, std::span<const Address> tcp) {
  for (size_t i = 0; i < udp.size(); ++i) {
    out.add({"a=candidate:", std::to_string(i + 1), " 1 udp ", std::to_string(udp_priority(i)), " ",
             address_and_port(udp[i]), " typ host"});
  }
  for (size_t i = 0; i < tcp.size(); ++i) {
    out.add({"a=candidate:", std::to_string(udp.size() + i + 1), " 1 tcp ",
             std::to_string(tcp_priority(i)), " ", address_and_port(tcp[i]),
             " typ host tcptype passive"});
  }
  if (!udp.empty() || !tcp.empty()) out.add({"a=end-of-candidates"});
}

void write_codecs(LineWriter& out, const MediaSection& section, bool fir) {
  for (const CodecMapping& codec : section.codecs) {
    const std::string payload_type = std::to_string(codec.payload_type);
    out.add({"a=rtpmap:", payload_type, " ", name_of(codec.codec).rtpmap});
    if (section.nack) out.add({"a=rtcp-fb:", payload_type, " nack"});
    if (section.pli) out.add({"a=rtcp-fb:", payload_type, " nack pli"});
    if (fir) out.add({"a=rtcp-fb:", payload_type, " ccm fir"});
    if (section.transport_cc) out.add({"a=rtcp-fb:", payload_type, " transport-cc"});
    if (!codec.fmtp.empty()) out.add({"a=fmtp:", payload_type, " ", codec.fmtp});
    if (!codec.rtx_payload_type) continue;
    const std::string rtx = std::to_string(*codec.rtx_payload_type);
    out.add({"a=rtpmap:", rtx, " ", rtx_rtpmap});
    out.add({"a=fmtp:", rtx, " apt=", payload_type});
  }
}

void write_extensions(LineWriter& out, const ExtensionIds& ids, std::span<const uint8_t> one_way,
                      std::string_view one_way_direction) {
  for (const ExtensionName& name : extension_names) {
    const uint8_t id = ids.*name.id;
    if (id == 0) continue;
    const bool directed = std::ranges::find(one_way, id) != one_way.end();
    out.add({"a=extmap:", std::to_string(id), directed ? "/" : "",
             directed ? one_way_direction : "", " ", name.uri});
  }
}

void write_sources(LineWriter& out, const MediaSection& section, std::string_view stream) {
  const std::string msid = std::string(stream) + ' ' + section.mid;
  out.add({"a=msid:", msid});
  if (section.rtx_ssrc != 0) {
    out.add(
        {"a=ssrc-group:FID ", std::to_string(section.ssrc), " ", std::to_string(section.rtx_ssrc)});
  }
  for (const uint32_t ssrc : {section.ssrc, section.rtx_ssrc}) {
    if (ssrc == 0) continue;
    out.add({"a=ssrc:", std::to_string(ssrc), " cname:", stream});
    out.add({"a=ssrc:", std::to_string(ssrc), " msid:", msid});
  }
}

}  // namespace vicino::rtc::sdp
