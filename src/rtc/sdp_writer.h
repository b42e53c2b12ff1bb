// The lines that offers and answers have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rtc/media.h"
#include "rtc/sdp_lines.h"

namespace vicino::rtc::sdp {

// v=, o=, s=, t=. JSEP wants session ids of 63 bits (RFC 9429 section 5.2.1): the top bit is
// dropped.
void write_session_head(LineWriter& out, uint64_t session_id);

// a=group:BUNDLE; nothing when there are no mids.
void write_bundle(LineWriter& out, std::span<const std::string_view> mids);

// m=, c=: the section's payload types in order, each codec's retransmission after it.
void write_m_line(LineWriter& out, const MediaSection& section, std::string_view protocol);

// ICE credentials, fingerprint and DTLS role.
void write_transport(LineWriter& out, const TransportParameters& local, std::string_view setup);

// UDP host candidates and a=end-of-candidates; nothing when there are none.
// Of TransportParameters.
void write_candidates(LineWriter& out, std::span<const Address> udp,
                      std::span<const Address> tcp = {});

// rtpmap, rtcp-fb, fmtp for each codec; `fir` adds ccm fir.
void write_codecs(LineWriter& out, const MediaSection& section, bool fir);

// a=extmap. Ids in `one_way` get the direction `one_way_direction`.
void write_extensions(LineWriter& out, const ExtensionIds& ids,
                      std::span<const uint8_t> one_way = {},
                      std::string_view one_way_direction = {});

// msid, ssrc-group and ssrc of what this endpoint sends. `stream` is stream id and CNAME.
void write_sources(LineWriter& out, const MediaSection& section, std::string_view stream);

}  // namespace vicino::rtc::sdp
