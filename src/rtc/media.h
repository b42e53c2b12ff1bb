// What offer and answer agree on, as values: shared by sdp (which negotiates it), sfu (which forwards by it) and the
// native client.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace vicino::rtc {

enum class MediaKind : uint8_t { audio, video };
enum class Codec : uint8_t { opus, vp8, vp9, av1, h264 };

// One codec of an m-line and its numbers there. Payload types are chosen by the offerer and differ per m-line.
struct CodecMapping {
  Codec codec;
  uint8_t payload_type;
  std::optional<uint8_t> rtx_payload_type;  // RFC 4588
  std::string fmtp;                         // format parameters as the answer repeats them, "" if none
};

// RTP header extension ids of an m-line (RFC 8285); 0: not negotiated.
struct ExtensionIds {
  uint8_t mid = 0;
  uint8_t rid = 0;
  uint8_t repaired_rid = 0;
  uint8_t audio_level = 0;
  uint8_t transport_cc = 0;
  uint8_t abs_send_time = 0;
  uint8_t dependency_descriptor = 0;
};

enum class Direction : uint8_t { receive, send, inactive };  // as this endpoint does it, not as the SDP line reads

// One negotiated m-line.
struct MediaSection {
  std::string mid;
  MediaKind kind = MediaKind::audio;
  Direction direction = Direction::inactive;
  std::vector<CodecMapping> codecs;  // in order of preference; never empty unless inactive
  ExtensionIds extensions;
  bool nack = false;
  bool pli = false;
  bool transport_cc = false;

  // direction == receive: simulcast layers the remote sends, in the offer's order, and SSRCs it announced (may be none:
  // then packets are recognised by their mid and rid extensions).
  std::vector<std::string> rids;
  std::vector<uint32_t> remote_ssrcs;      // without retransmission SSRCs
  std::vector<uint32_t> remote_rtx_ssrcs;  // same order as remote_ssrcs; 0 where there is none

  // direction == send: what this endpoint sends with, chosen by it and announced.
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;
};

using Fingerprint = std::array<uint8_t, 32>;  // SHA-256 of a DTLS certificate (RFC 8122)

struct IceCredentials {
  std::string ufrag;
  std::string pwd;
};

struct TransportParameters {
  std::string ice_ufrag;
  std::string ice_pwd;
  Fingerprint fingerprint{};
  std::vector<Address> candidates;           // UDP host candidates
  std::vector<Address> tcp_candidates = {};  // passive TCP host candidates (RFC 6544)
};

}  // namespace vicino::rtc
