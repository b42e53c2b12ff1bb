#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/limits.h"
#include "rtc/sdp_session.h"

namespace vicino::rtc {
namespace sdp {
namespace {

struct ReadSession {
  SessionDefaults defaults;
  TransportAttributes transport;
  std::vector<std::string> bundle;
  std::vector<MediaReader> media;
};

// "BUNDLE 0 1 2"; other groups, and a second BUNDLE group, are passed over.
Status read_group(std::string_view value, std::vector<std::string>& bundle) {
  if (take_word(value) != "BUNDLE" || !bundle.empty()) return {};
  for (value = trim(value); !value.empty();) {
    const std::string_view mid = take_word(value);
    if (!is_token(mid, max_mid)) return fail(Errc::malformed, "SDP: BUNDLE group");
    if (bundle.size() == limits::max_sdp_media) return fail(Errc::too_large, "SDP: BUNDLE group");
    bundle.emplace_back(mid);
  }
  return {};
}

Status read_session_attribute(const Attribute& attribute, ReadSession& session) {
  const std::string_view name = attribute.name;
  if (name == "group") return read_group(attribute.value, session.bundle);
  if (name == "extmap-allow-mixed") session.defaults.extmap_allow_mixed = true;
  if (name == "sendrecv" || name == "sendonly" || name == "recvonly" || name == "inactive") {
    session.defaults.direction = name;
  }
  return {};
}

Status read_line(const Line& line, ReadSession& session) {
  if (line.type == 'm') {
    if (session.media.size() == limits::max_sdp_media) {
      return fail(Errc::too_large, "SDP: m-lines");
    }
    TRY_ASSIGN(auto media, MediaReader::begin(line.value));
    session.media.push_back(std::move(media));
    return {};
  }
  if (line.type != 'a') return {};
  const Attribute attribute = split_attribute(line.value);
  MediaReader* media = session.media.empty() ? nullptr : &session.media.back();
  TRY_ASSIGN(const bool consumed,
             (media != nullptr ? media->transport : session.transport).read(attribute));
  if (consumed) return {};
  return media != nullptr ? media->read(attribute) : read_session_attribute(attribute, session);
}

Result<ReadSession> read_lines(std::string_view text) {
  if (text.size() > limits::max_sdp) return fail(Errc::too_large, "SDP: size");
  LineReader lines(text);
  TRY_ASSIGN(auto line, lines.next());
  if (!line || line->type != 'v' || line->value != "0") {
    return fail(Errc::malformed, "SDP: version");
  }
  ReadSession session;
  while (line) {
    TRY(read_line(*line, session));
    TRY_ASSIGN(line, lines.next());
  }
  return session;
}

// Drops from the group what names no m-line, and accepts only m-lines that are in it.
Status apply_bundle(std::vector<std::string> group, SessionOffer& offer) {
  for (std::string& mid : group) {
    const auto has_mid = [&](const OfferedMedia& m) { return m.section.mid == mid; };
    const auto count = std::ranges::count_if(offer.media, has_mid);
    if (count > 1) return fail(Errc::malformed, "SDP: mid used twice");
    const bool repeated = std::ranges::find(offer.bundle, mid) != offer.bundle.end();
    if (count == 1 && !repeated) offer.bundle.push_back(std::move(mid));
  }
  for (OfferedMedia& media : offer.media) {
    const auto& mid = media.section.mid;
    if (!group.empty() && std::ranges::find(offer.bundle, mid) == offer.bundle.end()) {
      media.accepted = false;
    }
  }
  const auto accepted = std::ranges::count_if(offer.media, &OfferedMedia::accepted);
  if (accepted == 0) return fail(Errc::unsupported, "SDP: no usable media");
  if (accepted > 1 && group.empty()) return fail(Errc::unsupported, "SDP: no BUNDLE group");
  return {};
}

// The m-line whose transport all share: the first of the group that is accepted (RFC 8843 section
// 7.3.1).
size_t tagged_media(const SessionOffer& offer) {
  for (const std::string& mid : offer.bundle) {
    for (size_t i = 0; i < offer.media.size(); ++i) {
      if (offer.media[i].accepted && offer.media[i].section.mid == mid) return i;
    }
  }
  const auto first = std::ranges::find(offer.media, true, &OfferedMedia::accepted);
  CHECK(first != offer.media.end());
  return static_cast<size_t>(first - offer.media.begin());
}

// An m-line's own attributes count before the session's.
Status choose_transport(const TransportAttributes& media, const TransportAttributes& session,
                        Session& result) {
  TransportParameters& transport = result.description.transport;
  const TransportAttributes& ice = media.ufrag.empty() ? session : media;
  const auto& fingerprint = media.fingerprint ? media.fingerprint : session.fingerprint;
  if (ice.ufrag.empty() || ice.pwd.empty()) return fail(Errc::malformed, "SDP: no ICE credentials");
  if (!fingerprint) return fail(Errc::unsupported, "SDP: no SHA-256 fingerprint");
  transport.ice_ufrag = ice.ufrag;
  transport.ice_pwd = ice.pwd;
  transport.fingerprint = *fingerprint;
  transport.candidates = media.candidates.empty() ? session.candidates : media.candidates;
  result.setup = media.setup.empty() ? session.setup : media.setup;
  return {};
}

}  // namespace

Result<Session> read_session(std::string_view text) {
  TRY_ASSIGN(ReadSession read, read_lines(text));
  Session session;
  SessionOffer& description = session.description;
  description.extmap_allow_mixed = read.defaults.extmap_allow_mixed;
  for (MediaReader& media : read.media) {
    TRY_ASSIGN(OfferedMedia finished, media.finish(read.defaults));
    description.media.push_back(std::move(finished));
  }
  TRY(apply_bundle(std::move(read.bundle), description));
  const TransportAttributes& tagged = read.media[tagged_media(description)].transport;
  TRY(choose_transport(tagged, read.transport, session));
  return session;
}

}  // namespace sdp

namespace {

// Within a bundle an id stands for one extension (RFC 8843 section 9.1.1). aiortc gives the same one to several: the first
// keeps it, or receivers would take audio levels for send times.
void drop_ambiguous_extensions(std::vector<OfferedMedia>& media) {
  using Field = uint8_t ExtensionIds::*;
  constexpr std::array<Field, 7> fields = {&ExtensionIds::mid,           &ExtensionIds::rid,
                                           &ExtensionIds::repaired_rid,  &ExtensionIds::audio_level,
                                           &ExtensionIds::transport_cc,  &ExtensionIds::abs_send_time,
                                           &ExtensionIds::dependency_descriptor};
  std::array<Field, 256> owner{};
  for (OfferedMedia& m : media) {
    if (!m.accepted) continue;
    for (const Field field : fields) {
      uint8_t& id = m.section.extensions.*field;
      if (id == 0) continue;
      if (!owner[id]) owner[id] = field;
      if (owner[id] != field) id = 0;
    }
  }
}

}  // namespace

Result<SessionOffer> parse_offer(std::string_view sdp) {
  TRY_ASSIGN(sdp::Session session, sdp::read_session(sdp));
  // Absent means active (RFC 4145 section 4).
  if (!session.setup.empty() && session.setup != "actpass" && session.setup != "active") {
    return fail(Errc::unsupported, "SDP: the offerer would be the DTLS server");
  }
  drop_ambiguous_extensions(session.description.media);
  return std::move(session.description);
}

}  // namespace vicino::rtc
