// A session description read into values, the same for an offer and an answer: m-lines with their
// attributes resolved, and the transport that they share.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/sdp.h"
#include "rtc/sdp_formats.h"
#include "rtc/sdp_lines.h"

namespace vicino::rtc::sdp {

inline constexpr size_t max_mid = 32;         // characters; a longer one is refused
inline constexpr size_t max_rid = 16;         // characters, what a one-byte header extension holds
inline constexpr size_t max_rids = 8;         // simulcast layers of an m-line
inline constexpr size_t max_ssrcs = 64;       // announced for an m-line
inline constexpr size_t max_candidates = 32;  // kept; later ones are passed over

// ICE and DTLS attributes, of the session or of one m-line. Views into the description.
struct TransportAttributes {
  std::string_view ufrag;
  std::string_view pwd;
  std::string_view setup;
  std::optional<Fingerprint> fingerprint;
  std::vector<Address> candidates;

  // False when the attribute is none of these. Errors: malformed.
  Result<bool> read(const Attribute& attribute);
};

// What the session says for m-lines that don't say it themselves.
struct SessionDefaults {
  std::string_view direction = "sendrecv";
  bool extmap_allow_mixed = false;
};

// Reads one m-line and the attributes below it.
class MediaReader {
 public:
  // "audio 9 UDP/TLS/RTP/SAVPF 111 0". Errors: malformed.
  static Result<MediaReader> begin(std::string_view m_line);

  // Errors: malformed, too_large.
  Status read(const Attribute& attribute);
  // Puts together what was read. Errors: unsupported, malformed.
  Result<OfferedMedia> finish(const SessionDefaults& session);

  TransportAttributes transport;

 private:
  struct OfferedExtension {
    uint8_t id;
    uint8_t ExtensionIds::*kind;
    std::string_view direction;  // empty: both
  };

  Status read_mid(std::string_view value);
  Status read_extension(std::string_view value);
  Status read_rid(std::string_view value);
  Status read_simulcast(std::string_view value);
  Status read_ssrc(std::string_view value);
  Status read_ssrc_group(std::string_view value);
  bool read_flag(std::string_view name);
  void resolve_extensions(bool allow_mixed);
  void resolve_streams();

  OfferedMedia media_;
  std::optional<MediaKind> kind_;  // nullopt: neither audio nor video
  uint16_t port_ = 0;
  bool dtls_ = false;
  bool rtcp_mux_ = false;
  bool bundle_only_ = false;
  std::string_view direction_;
  Formats formats_;
  std::vector<OfferedExtension> extensions_;
  std::vector<std::string_view> rids_;       // that the remote side can send
  std::vector<std::string_view> simulcast_;  // of these, in its order
  std::vector<uint32_t> ssrcs_;
  struct Repair {
    uint32_t of;
    uint32_t ssrc;
    bool retransmission;  // otherwise forward error correction
  };
  std::vector<Repair> repairs_;
};

struct Session {
  SessionOffer description;
  std::string_view setup;  // of the bundle's transport; empty when not said
};

// Errors: those of parse_offer, but for the DTLS roles.
Result<Session> read_session(std::string_view text);

}  // namespace vicino::rtc::sdp
